/** How fast one address may open connections: a token bucket each, before anything costly. */
import { TokenBucket } from '../token-bucket.ts';
import { ADDRESSES_MAX, ADDRESS_RATE } from './limits.ts';

export class AddressRate {
  readonly #buckets = new Map<string, TokenBucket>();
  /** Of all addresses together that there is no room to remember. */
  readonly #crowd = new TokenBucket(ADDRESS_RATE);

  readonly #onFull: () => void;

  /** `onFull` is told each time that an address can't be remembered. */
  constructor(onFull: () => void) {
    this.#onFull = onFull;
  }

  /** Takes one connection's worth of the address; false when it has opened too many. */
  allows(now: number, address: string): boolean {
    return this.#bucketOf(now, address).spend(now);
  }

  #bucketOf(now: number, address: string): TokenBucket {
    const known = this.#buckets.get(address);
    if (known !== undefined) return known;
    if (this.#buckets.size >= ADDRESSES_MAX) this.#sweep(now);
    if (this.#buckets.size >= ADDRESSES_MAX) {
      this.#onFull();
      return this.#crowd;
    }
    const bucket = new TokenBucket(ADDRESS_RATE);
    this.#buckets.set(address, bucket);
    return bucket;
  }

  #sweep(now: number): void {
    for (const [address, bucket] of this.#buckets) {
      if (bucket.isFull(now)) this.#buckets.delete(address);
    }
  }
}
