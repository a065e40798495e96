/**
 * A thread that runs batches, one after the other. It may plant a mistake in the code under test:
 * that is why everything else is loaded only then.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { type Mistake, plantMistake } from '../support/mistake.ts';
import type { Batch } from './batch.ts';

const { mistake } = workerData as { readonly mistake: Mistake | undefined };
const check = mistake === undefined ? undefined : plantMistake(mistake);
const { runBatch } = await import('./batch.ts');
check?.();

parentPort?.on('message', (batch: Batch) => {
  parentPort?.postMessage(runBatch(batch), []);
});
