/**
 * At the start, before anything is given out: what runs on this node and is not in the state is taken
 * into it. Tells what it finds; what it finds is found-attachments.ts's to say.
 */
import type { Logger } from 'pino';
import { readCachedResults } from '../cni/cached-results.ts';
import type { Config } from '../config/config.ts';
import type { HostEnd } from '../kernel/host-ends.ts';
import { readLostAttachments } from '../store/lost-state.ts';
import type { Store } from '../store/store.ts';
import { describeFound, findAttachments } from './found-attachments.ts';

export interface CarryOverOptions {
  readonly store: Store;
  readonly ends: readonly HostEnd[];
  readonly config: Pick<Config, 'stateDirectory' | 'cniResultsDirectory' | 'universe'>;
  readonly log: Pick<Logger, 'warn'>;
}

/** Durable when it returns. Throws StoreFailed. */
export function carryOver({ store, ends, config, log }: CarryOverOptions): void {
  if (ends.length === 0) return;
  const { attachments: known, vtep } = store.load();
  const { writes, attachments, refused } = findAttachments({
    ends,
    known,
    vtep,
    universe: config.universe,
    // A state says what was answered; the runtime's results are what it kept of the answers.
    hints: () => [
      ...readLostAttachments(config.stateDirectory),
      ...readCachedResults(config.cniResultsDirectory),
    ],
  });
  for (const sentence of refused) log.warn(`not carried over: ${sentence}`);
  if (attachments.length === 0) return;
  store.commit(writes);
  const pods = attachments.map(describeFound).join(', ');
  log.warn(`pods run here that the state did not know; they keep their addresses: ${pods}`);
}
