/** Looks whether planted mistakes are found: an oracle that misses them watches nothing. */
import type { PlantedMistake } from './mistakes.ts';
import { runBatches } from './pool.ts';

export interface Finding {
  readonly mistake: PlantedMistake;
  /** What it was found by; undefined when it was not. */
  readonly invariant: string | undefined;
  readonly seeds: number;
}

export async function runPlanted(
  mistakes: readonly PlantedMistake[],
  firstSeed: number,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const mistake of mistakes) findings.push(await look(mistake, firstSeed));
  return findings;
}

async function look(mistake: PlantedMistake, firstSeed: number): Promise<Finding> {
  const { scenario, seedsMax: seeds } = mistake;
  const batch = { scenario, firstSeed, seeds, stopsAtFailure: true };
  const [result] = await runBatches([batch], { mistake });
  const [failure] = result?.failures ?? [];
  return { mistake, invariant: failure?.invariant, seeds: result?.runs ?? 0 };
}
