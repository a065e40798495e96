/**
 * The registry that decides the two rare things which gossip can't: who founded the cluster and
 * who is a member of it. All operations are linearizable. Adapters: solo.ts, seeds/, kubernetes/.
 */
import type { View } from '../ipam/custody-state.ts';
import type { PeerId } from '../mesh/peer-id.ts';

export interface Arbiter {
  /** Who founded the cluster: the first that ever asked. */
  genesis(founder: PeerId): Promise<PeerId>;
  /**
   * Registers `id` under the node's name in place of `replaces`, and answers a list read after it.
   * Changes nothing and throws ArbiterRefusal, which says whose the name is, if it is another's by
   * then (undefined: anybody's), or if `id` was replaced or removed: an identity registers once.
   * Doing it again is harmless.
   */
  register(name: string, id: PeerId, replaces?: PeerId): Promise<View>;
  /** Removes `id` if it is still the name's identity; answers a list read after it. */
  remove(name: string, id: PeerId): Promise<View>;
  list(): Promise<View>;
  /** The one peer that may reclaim: the first member that asked, until it is removed itself. */
  executor(self: PeerId): Promise<PeerId>;
}

/** No answer now; what was asked may or may not have happened. Asking again is safe. */
export class ArbiterUnavailable extends Error {
  override readonly name = 'ArbiterUnavailable';
  /** Indexes of the seeds that answered. */
  readonly reachable: readonly number[];

  constructor(message: string, { reachable }: { reachable: readonly number[] }) {
    super(message);
    this.reachable = reachable;
  }
}

/** The arbiter answered, and the answer is no: asking again won't help. */
export class ArbiterRefusal extends Error {
  override readonly name = 'ArbiterRefusal';
}
