/** How fast one address may open connections: a token bucket each, before anything costly. */
import { ADDRESSES_MAX, ADDRESS_BURST, ADDRESS_PER_SECOND } from './limits.ts';

interface Bucket {
  tokens: number;
  at: number;
}

/** Stands for all addresses together that there is no room to remember. */
const CROWD = 'crowd';

export class AddressRate {
  readonly #buckets = new Map<string, Bucket>();

  /** Takes one connection's worth of the address; false when it has opened too many. */
  allows(now: number, address: string): boolean {
    const key = this.#buckets.has(address) || this.#hasRoom(now) ? address : CROWD;
    const tokens = this.#tokens(now, key);
    if (tokens < 1) return false;
    this.#buckets.set(key, { tokens: tokens - 1, at: now });
    return true;
  }

  #hasRoom(now: number): boolean {
    if (this.#buckets.size < ADDRESSES_MAX) return true;
    for (const address of this.#buckets.keys()) {
      if (this.#tokens(now, address) >= ADDRESS_BURST) this.#buckets.delete(address);
    }
    return this.#buckets.size < ADDRESSES_MAX;
  }

  #tokens(now: number, address: string): number {
    const bucket = this.#buckets.get(address);
    if (bucket === undefined) return ADDRESS_BURST;
    const earned = ((now - bucket.at) / 1000) * ADDRESS_PER_SECOND;
    return Math.min(ADDRESS_BURST, bucket.tokens + earned);
  }
}
