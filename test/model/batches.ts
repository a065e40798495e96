/** Cuts a range of seeds into batches and has threads run them. */
import { type ThreadOptions, shareOut } from '../support/threads.ts';
import type { Batch } from './batch.ts';
import type { BatchResult } from './batch-result.ts';

/** Some tenths of a second: a thread that ends early takes another one. */
const BATCH_RUNS = 1_000;

export interface Range {
  readonly firstSeed: number;
  readonly runs: number;
}

/** In the order of the seeds. */
export function runRange(
  { firstSeed, runs }: Range,
  options: ThreadOptions<BatchResult> = {},
): Promise<readonly BatchResult[]> {
  const batches = Array.from({ length: Math.ceil(runs / BATCH_RUNS) }, (_, at): Batch => ({
    firstSeed: firstSeed + at * BATCH_RUNS,
    runs: Math.min(BATCH_RUNS, runs - at * BATCH_RUNS),
    stopsAtFailure: false,
  }));
  return shareOut<BatchResult>(WORKER, batches, options);
}

/** On one thread, up to the first run that fails. */
export async function runUntilFailure(
  { firstSeed, runs }: Range,
  options: ThreadOptions<BatchResult>,
): Promise<BatchResult> {
  const batch: Batch = { firstSeed, runs, stopsAtFailure: true };
  const [result] = await shareOut<BatchResult>(WORKER, [batch], options);
  if (result === undefined) throw new Error('a thread ended without a result');
  return result;
}

const WORKER = new URL('./worker.ts', import.meta.url);
