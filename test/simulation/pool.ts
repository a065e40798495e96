/** Threads that share out batches. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Batch, BatchResult } from './batch.ts';
import type { Mistake } from './mistake.ts';

export interface PoolOptions {
  readonly mistake?: Mistake;
  readonly threads?: number;
  /** Told of each batch as soon as it is done. */
  readonly onResult?: (result: BatchResult) => void;
}

/** Runs the batches, each thread one at a time; answers in the order of the batches. Rejects with what a thread threw. */
export async function runBatches(
  batches: readonly Batch[],
  { mistake, threads = availableParallelism(), onResult }: PoolOptions = {},
): Promise<readonly BatchResult[]> {
  const results: BatchResult[] = [];
  const queue = batches.entries();
  const take = (at: number, result: BatchResult): void => {
    results[at] = result;
    onResult?.(result);
  };
  const count = Math.min(threads, batches.length);
  await Promise.all(Array.from({ length: count }, () => serve(queue, take, mistake)));
  return results;
}

async function serve(
  queue: Iterator<[number, Batch]>,
  take: (at: number, result: BatchResult) => void,
  mistake: Mistake | undefined,
): Promise<void> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: { mistake } });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let taken = -1;
  const next = () => {
    const entry = queue.next();
    if (entry.done === true) return resolve();
    const [at, batch] = entry.value;
    taken = at;
    worker.postMessage(batch, []);
  };
  worker.on('message', (result: BatchResult) => {
    take(taken, result);
    next();
  });
  worker.on('error', reject);
  next();
  try {
    await promise;
  } finally {
    await worker.terminate();
  }
}
