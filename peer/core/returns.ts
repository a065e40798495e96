/**
 * When blocks are given back: one that was not needed for ten minutes, and at once those that are
 * more than are well kept, which reclaim brings.
 */
import { type Cidr, formatCidr } from '../ipam/cidr.ts';
import type { Ipam } from '../ipam/ipam.ts';

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

  /** The blocks to give back now. The surplus is what is not needed; several when there are too many. */
  due(now: number, ipam: Pick<Ipam, 'surplus' | 'universe'>): readonly Cidr[] {
    if (now < this.#lookAt) return [];
    this.#lookAt = now + LOOK_MS;
    const blocks = ipam.surplus(now);
    const before = this.#since;
    const sinceOf = (block: Cidr): number => before.get(formatCidr(block)) ?? now;
    this.#since = new Map(blocks.map((block) => [formatCidr(block), sinceOf(block)]));
    if (blocks.length > ipam.universe.length) return blocks;
    return blocks.filter((block) => now - sinceOf(block) >= SURPLUS_MS);
  }

  nextAt(): number {
    return this.#lookAt;
  }
}
