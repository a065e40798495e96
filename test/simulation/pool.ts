/** Threads that share out batches of simulated runs. */
import { type ThreadOptions, shareOut } from '../support/threads.ts';
import type { Batch, BatchResult } from './batch.ts';

/** Runs the batches, each thread one at a time; answers in the order of the batches. Rejects with what a thread threw. */
export function runBatches(
  batches: readonly Batch[],
  options: ThreadOptions<BatchResult> = {},
): Promise<readonly BatchResult[]> {
  const worker = new URL('./worker.ts', import.meta.url);
  return shareOut<BatchResult>(worker, batches, options);
}
