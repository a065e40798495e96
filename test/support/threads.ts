/**
 * Threads that share out pieces of work. Each thread runs the worker's module, may have a mistake
 * planted in what it loads, is handed one piece at a time and answers one result for each.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Mistake } from './mistake.ts';

export interface ThreadOptions {
  readonly mistake?: Mistake;
  readonly threads?: number;
}

/** Answers in the order of the pieces. Rejects with what a thread threw. */
export async function shareOut<Result>(
  worker: URL,
  pieces: readonly unknown[],
  { mistake, threads = availableParallelism() }: ThreadOptions = {},
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const queue = pieces.entries();
  const count = Math.min(threads, pieces.length);
  const started = Array.from(
    { length: count },
    () => new Worker(worker, { workerData: { mistake } }),
  );
  await Promise.all(started.map((thread) => serve(thread, queue, results)));
  return results;
}

async function serve(
  thread: Worker,
  queue: Iterator<[number, unknown]>,
  results: unknown[],
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
    results[taken] = result;
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
