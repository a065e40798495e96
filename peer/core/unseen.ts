/**
 * Whose records ownership has not been derived from yet. What follows from any other is what followed at
 * the last look, until our view of the members is another one: then all are looked at again.
 */
import type { PeerId } from '../mesh/peer-id.ts';

export class Unseen {
  #peers: Set<PeerId> | 'all' = 'all';

  add(records: readonly { readonly peer: PeerId }[]): void {
    if (this.#peers !== 'all') for (const { peer } of records) this.#peers.add(peer);
  }

  addAll(): void {
    this.#peers = 'all';
  }

  isEmpty(): boolean {
    return this.#peers !== 'all' && this.#peers.size === 0;
  }

  /** Those there are, from now on seen. */
  take(): ReadonlySet<PeerId> | 'all' {
    const taken = this.#peers;
    this.#peers = new Set();
    return taken;
  }
}
