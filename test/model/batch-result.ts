/** What a batch of runs adds up to. Apart, because nothing here may load the code under test. */
import type { Counted } from './counted.ts';
import type { Violation } from './violation.ts';

export interface Failure extends Violation {
  readonly seed: number;
}

export interface BatchResult {
  readonly runs: number;
  readonly steps: number;
  readonly counts: ReadonlyMap<Counted, number>;
  readonly failures: readonly Failure[];
  /** Over the hashes of all runs, in their order. */
  readonly hash: bigint;
}

export function sumOf(results: readonly BatchResult[]): BatchResult {
  const counts = new Map<Counted, number>();
  let runs = 0;
  let steps = 0;
  let hash = 0n;
  for (const result of results) {
    runs += result.runs;
    steps += result.steps;
    hash = BigInt.asUintN(64, hash * 0x1_0000_01b3n + result.hash);
    for (const [what, count] of result.counts) counts.set(what, (counts.get(what) ?? 0) + count);
  }
  return { runs, steps, counts, failures: results.flatMap(({ failures }) => failures), hash };
}
