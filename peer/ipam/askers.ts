/** How often one asker is granted something (GRANT_RATE). In memory: a restart forgives. */
import type { PeerId } from '../mesh/peer-id.ts';
import { TokenBucket } from '../token-bucket.ts';
import { ASKERS_MAX, GRANT_RATE } from './limits.ts';

export class Askers {
  readonly #buckets = new Map<PeerId, TokenBucket>();
  readonly #shared = new TokenBucket(GRANT_RATE);

  /** Whether the asker may be granted something now; it is counted as granted. */
  spend(now: number, asker: PeerId): boolean {
    return this.#bucketOf(now, asker).spend(now);
  }

  #bucketOf(now: number, asker: PeerId): TokenBucket {
    const known = this.#buckets.get(asker);
    if (known !== undefined) return known;
    if (this.#buckets.size >= ASKERS_MAX) this.#forgetRested(now);
    if (this.#buckets.size >= ASKERS_MAX) return this.#shared;
    const bucket = new TokenBucket(GRANT_RATE);
    this.#buckets.set(asker, bucket);
    return bucket;
  }

  #forgetRested(now: number): void {
    for (const [asker, bucket] of this.#buckets)
      if (bucket.isFull(now)) this.#buckets.delete(asker);
  }
}
