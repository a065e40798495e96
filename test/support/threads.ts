/**
 * Threads that share out pieces of work. Each thread runs the worker's module, may have a mistake
 * planted in what it loads, is handed one piece at a time and answers one result for each.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Mistake } from './mistake.ts';

export interface ThreadOptions<Result> {
  readonly mistake?: Mistake;
  readonly threads?: number;
  /** Told of each result as soon as it is there. */
  readonly onResult?: (result: Result) => void;
}

/** Answers in the order of the pieces. Rejects with what a thread threw. */
export async function shareOut<Result>(
  worker: URL,
  pieces: readonly unknown[],
  { mistake, threads = availableParallelism(), onResult }: ThreadOptions<Result> = {},
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const take = (at: number, result: unknown): void => {
    const own = result as Result;
    results[at] = own;
    onResult?.(own);
  };
  const queue = pieces.entries();
  const count = Math.min(threads, pieces.length);
  const started = Array.from(
    { length: count },
    () => new Worker(worker, { workerData: { mistake } }),
  );
  await Promise.all(started.map((thread) => serve(thread, queue, take)));
  return results;
}

async function serve(
  thread: Worker,
  queue: Iterator<[number, unknown]>,
  take: (at: number, result: unknown) => void,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let taken = -1;
  const next = () => {
    const entry = queue.next();
    if (entry.done === true) return resolve();
    const [at, piece] = entry.value;
    taken = at;
    thread.postMessage(piece, []);
  };
  thread.on('message', (result: unknown) => {
    take(taken, result);
    next();
  });
  thread.on('error', reject);
  next();
  try {
    await promise;
  } finally {
    await thread.terminate();
  }
}
