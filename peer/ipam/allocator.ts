/**
 * Addresses of one family out of the space that the peer holds. An address is used, resting since
 * its release, or fresh; nothing is enumerated, so an IPv6 block costs as much as a /24.
 *
 * Order of choice: the oldest released address once it has rested, then a fresh one, then the
 * oldest released even if it has not. So use stays dense at the lower end, what is above can be
 * granted, and an address comes back early only when nothing else is left.
 *
 * Addresses may be used that are not held: of attachments that were carried over from a lost state.
 * They count as used from the moment on when a range around them is held, and are never fresh in it.
 */
import { assert } from '../assert.ts';
import { type Cidr, contains, formatCidr, lastAddress, size } from './cidr.ts';
import { type Interval, findInterval, normalize, points, subtract } from './intervals.ts';
import { RestingQueue } from './resting-queue.ts';

/** Long enough for conntrack's and resolvers' memory of the last pod to fade. */
export const REST_MS = 60_000;

export interface AllocatorOptions {
  /** Its first and last address are its network and broadcast address: never given out. */
  readonly universe: Cidr;
  readonly held: readonly Cidr[];
  /** Held or not. */
  readonly used: readonly bigint[];
  /** Released before the start, oldest first, held or not; they rest from `now`. */
  readonly resting: readonly bigint[];
  readonly now: number;
}

/** How full one held range is. Addresses that are never given out count as neither. */
export interface RangeUse {
  readonly range: Cidr;
  readonly used: number;
  readonly free: bigint;
}

interface Segment extends Interval {
  readonly range: Cidr;
  readonly usable: bigint;
  used: number;
}

export class Allocator {
  readonly #universe: Cidr;
  readonly #used: Set<bigint>;
  readonly #resting = new RestingQueue();
  /** Released while they were not held, with the time of it: no more than were ever carried over. */
  readonly #restingOutside = new Map<bigint, number>();
  #fresh: Interval[];
  #segments: readonly Segment[];

  constructor({ universe, held, used, resting, now }: AllocatorOptions) {
    this.#universe = universe;
    this.#used = new Set(used);
    assert(this.#used.size === used.length, 'an address is used twice');
    this.#segments = this.#segmentsOf(held);
    const known = resting.filter((value) => !this.#used.has(value));
    for (const value of known) this.#rest(value, now);
    this.#fresh = subtract(this.#freshIn(this.#segments), points(sortValues([...used, ...known])));
  }

  /** Takes an address, or undefined when every one is used. */
  take(now: number): bigint | undefined {
    const value = this.#takeRested(now) ?? this.#takeFresh() ?? this.#resting.shift()?.value;
    if (value === undefined) return undefined;
    assert(!this.#used.has(value), `address ${value} is given out twice`);
    this.#used.add(value);
    const segment = this.#segmentOf(value);
    assert(segment !== undefined, `address ${value} is given out but not held`);
    segment.used++;
    return value;
  }

  /** Gives a used address back; it rests from now. */
  release(value: bigint, now: number): void {
    assert(this.#used.delete(value), `address ${value} is released but not used`);
    const segment = this.#segmentOf(value);
    if (segment !== undefined) segment.used--;
    this.#rest(value, now);
  }

  /**
   * The held space is now these disjoint ranges. What is new in it is fresh, but for what was used or
   * rested outside; what is gone must have been free. Splitting and joining ranges changes nothing
   * but the counts.
   */
  setHeld(held: readonly Cidr[]): void {
    const before = normalize(this.#segments);
    this.#segments = this.#segmentsOf(held);
    const after = normalize(this.#segments);
    const gone = subtract(before, after);
    for (const { first, last } of gone) this.#assertUnused(first, last);
    this.#resting.retain((value) => findInterval(gone, value) < 0);
    const added = this.#usableOf(subtract(after, before));
    const known = [...this.#used, ...this.#takeIn(added)].filter((value) => isIn(added, value));
    const fresh = subtract(added, points(sortValues(known)));
    this.#fresh = normalize([...subtract(this.#fresh, gone), ...fresh]);
  }

  /** Whether the range holds no address that is used or has not rested: it may be granted. */
  isFree(range: Cidr, now: number): boolean {
    return this.#taken(now).every((value) => value < range.address || value > lastAddress(range));
  }

  /** Addresses that may not be granted away, ascending: used, or released less than REST_MS ago. */
  taken(now: number): readonly bigint[] {
    return sortValues(this.#taken(now));
  }

  isUsed(value: bigint): boolean {
    return this.#used.has(value);
  }

  isHeld(value: bigint): boolean {
    return this.#segmentOf(value) !== undefined;
  }

  /** Used and not held. */
  usedOutside(): readonly bigint[] {
    if (this.usedCount() === this.#used.size) return [];
    return [...this.#used].filter((value) => !this.isHeld(value));
  }

  /** Of the held space. */
  usedCount(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.used, 0);
  }

  /** Addresses that can still be given out. */
  freeCount(): bigint {
    return this.#segments.reduce((sum, { usable, used }) => sum + usable - BigInt(used), 0n);
  }

  /** All addresses of the held space. */
  heldCount(): bigint {
    return this.#segments.reduce((sum, { range }) => sum + size(range), 0n);
  }

  ranges(): readonly RangeUse[] {
    return this.#segments.map(({ range, usable, used }) => ({
      range,
      used,
      free: usable - BigInt(used),
    }));
  }

  #takeRested(now: number): bigint | undefined {
    const oldest = this.#resting.peek();
    if (oldest === undefined || now - oldest.sinceMs < REST_MS) return undefined;
    return this.#resting.shift()?.value;
  }

  #takeFresh(): bigint | undefined {
    const lowest = this.#fresh[0];
    if (lowest === undefined) return undefined;
    if (lowest.first === lowest.last) this.#fresh.shift();
    else this.#fresh[0] = { first: lowest.first + 1n, last: lowest.last };
    return lowest.first;
  }

  #taken(now: number): bigint[] {
    const unrested = this.#resting.list().filter(({ sinceMs }) => now - sinceMs < REST_MS);
    return [...this.#used, ...unrested.map(({ value }) => value)];
  }

  #segmentsOf(held: readonly Cidr[]): readonly Segment[] {
    const segments = held
      .map((range) => this.#segment(range))
      .sort((a, b) => (a.first < b.first ? -1 : 1));
    for (const value of this.#used) {
      const segment = segments[findInterval(segments, value)];
      if (segment !== undefined) segment.used++;
    }
    return segments;
  }

  #segment(range: Cidr): Segment {
    assert(contains(this.#universe, range), `${formatCidr(range)} is outside the universe`);
    const interval = { first: range.address, last: lastAddress(range) };
    const usable = this.#usableOf([interval]).reduce(
      (n, { first, last }) => n + last - first + 1n,
      0n,
    );
    return { ...interval, range, usable, used: 0 };
  }

  #segmentOf(value: bigint): Segment | undefined {
    return this.#segments[findInterval(this.#segments, value)];
  }

  #rest(value: bigint, sinceMs: number): void {
    if (!this.#isUsable(value)) this.#restingOutside.set(value, sinceMs);
    else this.#resting.push({ value, sinceMs });
  }

  /** Addresses that rested outside and lie in what is held now: they go on resting. */
  #takeIn(added: readonly Interval[]): readonly bigint[] {
    const taken = [...this.#restingOutside]
      .map(([value, sinceMs]) => ({ value, sinceMs }))
      .filter(({ value }) => isIn(added, value));
    for (const { value } of taken) this.#restingOutside.delete(value);
    this.#resting.merge(taken);
    return taken.map(({ value }) => value);
  }

  #freshIn(segments: readonly Interval[]): Interval[] {
    return this.#usableOf(normalize(segments));
  }

  #usableOf(intervals: readonly Interval[]): Interval[] {
    const { address } = this.#universe;
    return subtract(
      intervals,
      normalize(points([...new Set([address, lastAddress(this.#universe)])])),
    );
  }

  #isUsable(value: bigint): boolean {
    const { address } = this.#universe;
    return this.isHeld(value) && value !== address && value !== lastAddress(this.#universe);
  }

  #assertUnused(first: bigint, last: bigint): void {
    for (const value of this.#used) {
      assert(value < first || value > last, `address ${value} is used and its block goes away`);
    }
  }
}

function isIn(intervals: readonly Interval[], value: bigint): boolean {
  return findInterval(intervals, value) >= 0;
}

function sortValues(values: readonly bigint[]): bigint[] {
  return [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
