/** Choices out of one seeded source of random numbers: the same seed makes the same choices. */
import { createRandom } from '../simulation/random.ts';

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
