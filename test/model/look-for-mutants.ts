/** Plants mutants, one after the other on each thread, and looks whether each is found. */
import { availableParallelism } from 'node:os';
import { runUntilFailure } from './batches.ts';
import type { Failure } from './batch-result.ts';
import type { Mutant } from './mutants.ts';

export interface Finding {
  readonly mutant: Mutant;
  /** The run that found it; undefined when none did. */
  readonly failure: Failure | undefined;
  readonly runs: number;
}

/** In the order of the mutants. */
export async function lookForMutants(
  mutants: readonly Mutant[],
  firstSeed: number,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const queue = mutants.entries();
  const serve = async (): Promise<void> => {
    for (const [at, mutant] of queue) findings[at] = await look(mutant, firstSeed);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, serve));
  return findings;
}

async function look(mutant: Mutant, firstSeed: number): Promise<Finding> {
  const range = { firstSeed, runs: mutant.runsMax };
  const { failures, runs } = await runUntilFailure(range, { mistake: mutant });
  return { mutant, failure: failures[0], runs };
}
