/** How often each address may do something: a token bucket each, before anything costly. */
import { BoundedMap } from '../bounded-map.ts';
import { type Rate, TokenBucket } from '../token-bucket.ts';
import { ADDRESSES_MAX } from './limits.ts';

export class AddressRate {
  readonly #rate: Rate;
  /**
   * Who was away the longest is forgotten for another, and is as good as new then. So whoever comes
   * from ever more addresses wins one more try with each, and never uses up what is others'.
   */
  readonly #buckets = new BoundedMap<string, TokenBucket>(ADDRESSES_MAX);

  constructor(rate: Rate) {
    this.#rate = rate;
  }

  /** Takes one of what the address may do; false when it has done too much. */
  allows(now: number, address: string): boolean {
    const bucket = this.#buckets.get(address) ?? new TokenBucket(this.#rate);
    this.#buckets.set(address, bucket);
    return bucket.spend(now);
  }

  /** What the address did last costs it nothing. */
  giveBack(address: string): void {
    this.#buckets.get(address)?.giveBack();
  }
}
