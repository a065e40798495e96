/** When a block is given back: one that was not needed for ten minutes, one after the other. */
import { type Cidr, formatCidr } from '../ipam/cidr.ts';

/** Pods that go often come again: a rolling update is over by then. */
export const SURPLUS_MS = 600_000;
/** How often it is looked at. */
const LOOK_MS = 30_000;

export class Returns {
  /** Since when each surplus has been one, without a gap at any look. */
  #since: ReadonlyMap<string, number> = new Map();
  #lookAt: number;

  constructor(now: number) {
    this.#lookAt = now + LOOK_MS;
  }

  /** The blocks to give back now. `surplus`: what is not needed. */
  due(now: number, surplus: () => readonly Cidr[]): readonly Cidr[] {
    if (now < this.#lookAt) return [];
    this.#lookAt = now + LOOK_MS;
    const blocks = surplus();
    const before = this.#since;
    this.#since = new Map(
      blocks.map((block) => [formatCidr(block), before.get(formatCidr(block)) ?? now]),
    );
    return blocks.filter(
      (block) => now - (this.#since.get(formatCidr(block)) ?? now) >= SURPLUS_MS,
    );
  }

  nextAt(): number {
    return this.#lookAt;
  }
}
