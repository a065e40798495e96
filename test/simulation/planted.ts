/** Looks whether planted mistakes are found: an oracle that misses them watches nothing. */
import type { BatchResult } from './batch.ts';
import type { PlantedMistake } from './mistakes.ts';
import { runBatches } from './pool.ts';

export interface Finding {
  readonly mistake: PlantedMistake;
  /** What was violated first; undefined when nothing was. */
  readonly invariant: string | undefined;
  readonly seeds: number;
  /** Why it does not count as found; undefined when it does. */
  readonly problem: string | undefined;
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
  const { seedsMax, foundBy } = mistake;
  const result = await play(mistake, { firstSeed, seeds: seedsMax, isPlanted: true });
  const [failure] = result.failures;
  const found = { mistake, invariant: failure?.invariant, seeds: result.runs };
  if (failure === undefined) return { ...found, problem: `not found by ${seedsMax} seeds` };
  const { seed, invariant, detail } = failure;
  if (!foundBy.includes(invariant)) {
    const expected = foundBy.join(' or ');
    return { ...found, problem: `seed ${seed} violated not ${expected}, but: ${detail}` };
  }
  const without = await play(mistake, { firstSeed: seed, seeds: 1, isPlanted: false });
  const isItsOwn = without.failures.length === 0;
  return { ...found, problem: isItsOwn ? undefined : `seed ${seed} fails without it, too` };
}

/** The seeds of the mistake's scenario, up to the first that fails. */
async function play(
  mistake: PlantedMistake,
  { firstSeed, seeds, isPlanted }: { firstSeed: number; seeds: number; isPlanted: boolean },
): Promise<BatchResult> {
  const batch = { scenario: mistake.scenario, firstSeed, seeds, stopsAtFailure: true };
  const [result] = await runBatches([batch], isPlanted ? { mistake } : {});
  if (result === undefined) throw new Error(`no runs of ${mistake.scenario} came back`);
  return result;
}
