/** Choices out of one seeded source of random numbers: the same seed makes the same choices. */
import { createRandom } from '../simulation/random.ts';

/** Of a list, when it is neither full nor beyond its bound. */
const SHORT_MAX = 40;
const FULL_SHARE = 0.1;
/** Of those that are full: few, as no more is looked at of what they are in. */
const BEYOND_SHARE = 0.2;
/** By how much, so that what was made still fits into a record. */
const BEYOND_MAX = 8;

export class Dice {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = createRandom(seed);
  }

  /** A whole number from 0 up to, but not, `end`. */
  below(end: number): number {
    return Math.floor(this.#random() * end);
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.#random() < probability;
  }

  /** One of the list, which must not be empty. */
  pick<T>(list: readonly T[]): T {
    const item = list[this.below(list.length)];
    if (item === undefined) throw new RangeError('there is nothing to pick from');
    return item;
  }

  /** `make` called up to `most` times. */
  some<T>(most: number, make: () => T): readonly T[] {
    return Array.from({ length: this.below(most + 1) }, make);
  }

  /** The same as a list with that bound: most often short, sometimes full, and rarely beyond it. */
  fill<T>(bound: number, make: () => T): readonly T[] {
    if (!this.chance(FULL_SHARE)) return this.some(Math.min(SHORT_MAX, bound), make);
    const more = this.chance(BEYOND_SHARE) ? 1 + this.below(BEYOND_MAX) : 0;
    return Array.from({ length: bound + more }, make);
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256));
  }

  /** A number as attackers like them: small, around a power of two, or any at all. */
  number(): number {
    const near = 2 ** this.below(54) + this.below(3) - 1;
    return this.pick([this.below(4), this.below(1_000), near, Number.MAX_SAFE_INTEGER]);
  }

  /** The same within 32 bits. */
  number32(): number {
    return this.number() % 2 ** 32;
  }
}
