/**
 * Reclaimed blocks that are ours and rest: somebody whom the news has not reached may still use
 * their addresses. In memory only: a restart within that minute ends it.
 */
import { without } from './blocks.ts';
import { type Cidr, compareCidrs, contains } from './cidr.ts';
import type { Bequest } from './heirs.ts';
import { BLOCKS_MAX } from './limits.ts';

/** As long as one released address rests, and far longer than a list of members takes to spread. */
export const RECLAIM_REST_MS = 60_000;

/** More than a peer can hold, twice; above, those that have rested longest do so no more. */
export const RESTING_BLOCKS_MAX = 2 * BLOCKS_MAX;

interface Resting {
  readonly cidr: Cidr;
  readonly untilMs: number;
}

export class RestingBlocks {
  /** The first to end comes first. */
  #resting: readonly Resting[] = [];
  /** Of what rests, what was somebody's whose heir may still come. */
  #bequests: readonly Bequest[] = [];

  /** `bequests`: whose it was; of these only what rests counts. */
  add(now: number, cidrs: readonly Cidr[], bequests: readonly Bequest[]): void {
    const untilMs = now + RECLAIM_REST_MS;
    const all = [...this.#resting, ...cidrs.map((cidr) => ({ cidr, untilMs }))];
    this.#resting = all.slice(-RESTING_BLOCKS_MAX);
    this.#bequests = this.#restingOf([...this.#bequests, ...bequests]);
  }

  bequests(): readonly Bequest[] {
    return this.#bequests;
  }

  /** Ends the rests that are over; says whether there were any. */
  end(now: number): boolean {
    const left = this.#resting.filter(({ untilMs }) => untilMs > now);
    const isChanged = left.length < this.#resting.length;
    this.#resting = left;
    if (isChanged) this.#bequests = this.#restingOf(this.#bequests);
    return isChanged;
  }

  nextAt(): number {
    return this.#resting[0]?.untilMs ?? Number.POSITIVE_INFINITY;
  }

  /** What of the held ranges does not rest. */
  without(held: readonly Cidr[]): readonly Cidr[] {
    if (this.#resting.length === 0) return held;
    const resting = this.#resting.map(({ cidr }) => cidr);
    return held.flatMap((range) => without(range, resting)).sort(compareCidrs);
  }

  #restingOf(bequests: readonly Bequest[]): readonly Bequest[] {
    const resting = bequests.filter((one) => {
      return this.#resting.some(({ cidr }) => contains(cidr, one.cidr));
    });
    return resting.slice(-RESTING_BLOCKS_MAX);
  }
}
