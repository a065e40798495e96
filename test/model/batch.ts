/** Runs over a range of seeds, summed up: what one thread does at a time. */
import { type BatchResult, sumOf } from './batch-result.ts';
import { run } from './run.ts';

export interface Batch {
  readonly firstSeed: number;
  readonly runs: number;
  /** No further runs after the first that fails. */
  readonly stopsAtFailure: boolean;
}

export function runBatch({ firstSeed, runs, stopsAtFailure }: Batch): BatchResult {
  const results: BatchResult[] = [];
  for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
    const { steps, counts, violation, hash } = run({ seed });
    const failures = violation === undefined ? [] : [{ seed, ...violation }];
    results.push({ runs: 1, steps, counts, failures, hash: BigInt(hash) });
    if (stopsAtFailure && violation !== undefined) break;
  }
  return sumOf(results);
}
