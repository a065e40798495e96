/**
 * What each peer may still get wrong. It is the peer's and not its link's: who connects again finds
 * what it left. Who has spent it all is shunned, neither dialled nor taken, until it is earned back.
 */
import { BoundedMap } from '../bounded-map.ts';
import { TokenBucket } from '../token-bucket.ts';
import type { BoundHits } from './bound-hits.ts';
import { HEARTBEAT_MS, MISBEHAVING_PEERS_MAX, MISBEHAVIOUR_RATE } from './limits.ts';
import type { PeerId } from './peer-id.ts';

export class Patience {
  /** Of those who got something wrong lately. */
  readonly #buckets = new BoundedMap<PeerId, TokenBucket>(MISBEHAVING_PEERS_MAX);
  readonly #shunned = new Set<PeerId>();
  readonly #hits: BoundHits;
  /** When it is looked at again what is made up for: as often as heartbeats go, also without links. */
  #lookAt = Number.POSITIVE_INFINITY;

  constructor(hits: BoundHits) {
    this.#hits = hits;
  }

  /** Another mistake of the peer's; false when it was one too many. */
  spend(now: number, peer: PeerId): boolean {
    const bucket = this.#buckets.get(peer) ?? new TokenBucket(MISBEHAVIOUR_RATE);
    this.#remember(peer, bucket);
    this.#lookAt = Math.min(this.#lookAt, now + HEARTBEAT_MS);
    if (bucket.spend(now)) return true;
    this.#shunned.add(peer);
    return false;
  }

  isShunned(peer: PeerId): boolean {
    return this.#shunned.has(peer);
  }

  /** Forgets mistakes that are made up for; says whether somebody is shunned no more. */
  recover(now: number): boolean {
    if (now < this.#lookAt) return false;
    let isChanged = false;
    for (const [peer, bucket] of this.#buckets.entries()) {
      if (!bucket.isFull(now)) continue;
      this.#buckets.delete(peer);
      if (this.#shunned.delete(peer)) isChanged = true;
    }
    this.#lookAt = this.#buckets.size === 0 ? Number.POSITIVE_INFINITY : now + HEARTBEAT_MS;
    return isChanged;
  }

  nextAt(): number {
    return this.#lookAt;
  }

  #remember(peer: PeerId, bucket: TokenBucket): void {
    const forgotten = this.#buckets.set(peer, bucket);
    if (forgotten === undefined) return;
    this.#shunned.delete(forgotten);
    this.#hits.add('too-many-misbehaving-peers');
  }
}
