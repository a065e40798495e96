/**
 * What each peer may still get wrong. It is the peer's and not its link's: who connects again finds
 * what it left. Who has spent it all is shunned, neither dialled nor taken, until it is earned back.
 */
import { TokenBucket } from '../token-bucket.ts';
import type { BoundHits } from './bound-hits.ts';
import { MISBEHAVING_PEERS_MAX, MISBEHAVIOUR_RATE } from './limits.ts';
import type { PeerId } from './peer-id.ts';

export class Patience {
  /** Of those who got something wrong lately, the oldest first. */
  readonly #buckets = new Map<PeerId, TokenBucket>();
  readonly #shunned = new Set<PeerId>();
  readonly #hits: BoundHits;

  constructor(hits: BoundHits) {
    this.#hits = hits;
  }

  /** Another mistake of the peer's; false when it was one too many. */
  spend(now: number, peer: PeerId): boolean {
    const bucket = this.#buckets.get(peer) ?? new TokenBucket(MISBEHAVIOUR_RATE);
    this.#buckets.set(peer, bucket);
    if (this.#buckets.size > MISBEHAVING_PEERS_MAX) this.#forgetOldest();
    if (bucket.spend(now)) return true;
    this.#shunned.add(peer);
    return false;
  }

  isShunned(peer: PeerId): boolean {
    return this.#shunned.has(peer);
  }

  /** Forgets mistakes that are made up for; says whether somebody is shunned no more. */
  recover(now: number): boolean {
    let isChanged = false;
    for (const [peer, bucket] of this.#buckets) {
      if (!bucket.isFull(now)) continue;
      this.#buckets.delete(peer);
      if (this.#shunned.delete(peer)) isChanged = true;
    }
    return isChanged;
  }

  #forgetOldest(): void {
    const [oldest] = this.#buckets.keys();
    if (oldest === undefined) return;
    this.#buckets.delete(oldest);
    this.#shunned.delete(oldest);
    this.#hits.add('too-many-misbehaving-peers');
  }
}
