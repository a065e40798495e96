/** Removes a peer at the arbiter, as the operator of this node asks for it. */
import type { Logger } from 'pino';
import { type Arbiter, ArbiterRefusal, ArbiterUnavailable } from '../arbiter/arbiter.ts';
import type { View } from '../ipam/custody-state.ts';
import type { PeerId } from '../mesh/peer-id.ts';
import { type KnownPeers, type RemovalRequest, judgeRemoval } from './removal.ts';

export type Removal =
  | { readonly type: 'removed'; readonly id: PeerId; readonly rev: bigint }
  | { readonly type: 'refused'; readonly reason: string }
  /** The arbiter has no answer now: it may or may not be removed. Asking again is safe. */
  | { readonly type: 'unavailable'; readonly reason: string };

export interface RemoveOptions extends Omit<KnownPeers, 'members'> {
  readonly arbiter: Pick<Arbiter, 'list' | 'remove'>;
  /** Told the list after it. */
  readonly onView: (view: View) => void;
  readonly log: Pick<Logger, 'warn'>;
}

export async function removePeer(
  options: RemoveOptions,
  request: RemovalRequest,
): Promise<Removal> {
  const { arbiter, onView, log } = options;
  try {
    const { members } = await arbiter.list();
    const verdict = judgeRemoval({ ...options, members }, request);
    if (verdict.type === 'refused') return verdict;
    log.warn({ ...request, id: verdict.id }, 'removing a peer, as the operator asks for it');
    const view = await arbiter.remove(request.name, verdict.id);
    onView(view);
    return { type: 'removed', id: verdict.id, rev: view.rev };
  } catch (error) {
    if (error instanceof ArbiterRefusal) return { type: 'refused', reason: error.message };
    if (error instanceof ArbiterUnavailable) return { type: 'unavailable', reason: error.message };
    throw error;
  }
}
