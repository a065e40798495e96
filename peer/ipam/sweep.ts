/**
 * Who gets which addresses where several claim the same: each address goes to the claim that comes
 * first. One pass over sorted ranges, as aligned ranges only ever overlap by one holding the other.
 */
import { type Cidr, compareCidrs, lastAddress, size } from './cidr.ts';
import type { Interval } from './intervals.ts';

export interface Sweep {
  /** Addresses of each claim that none before it in the list has, in the order of the list. */
  readonly booked: readonly bigint[];
  /** What is claimed by none, ascending. */
  readonly unclaimed: readonly Interval[];
  /** What two of the first `exclusive` claims have in common, ascending. */
  readonly doubly: readonly Interval[];
}

/** A claim around the place that the pass has come to, and the first address behind it. */
interface Around {
  readonly index: number;
  readonly end: bigint;
}

/** `exclusive`: so many at the beginning of the list ought to have nothing in common. */
export function sweep(range: Cidr, claims: readonly Cidr[], exclusive: number): Sweep {
  const booked = claims.map(() => 0n);
  const unclaimed: Interval[] = [];
  const doubly: Interval[] = [];
  /** The innermost last. */
  const around: Around[] = [];
  let at = range.address;
  const book = (end: bigint): void => {
    const owner = firstOf(around);
    if (owner === undefined) unclaimed.push({ first: at, last: end - 1n });
    else booked[owner] = (booked[owner] ?? 0n) + end - at;
    if (isDouble(around, exclusive)) doubly.push({ first: at, last: end - 1n });
  };
  const advance = (to: bigint): void => {
    while (at < to) {
      const inner = around.at(-1);
      const end = inner === undefined || inner.end > to ? to : inner.end;
      book(end);
      at = end;
      while (isOver(around.at(-1), at)) around.pop();
    }
  };
  for (const index of inside(range, claims)) {
    const claim = claims[index] ?? range;
    advance(claim.address);
    around.push({ index, end: claim.address + size(claim) });
  }
  advance(range.address + size(range));
  return { booked, unclaimed, doubly };
}

function isOver(claim: Around | undefined, at: bigint): boolean {
  return claim !== undefined && claim.end <= at;
}

/** Of these the one that comes first in the list; nearly always there is one at most. */
function firstOf(around: readonly Around[]): number | undefined {
  let first = around[0]?.index;
  if (first !== undefined) for (const { index } of around) if (index < first) first = index;
  return first;
}

function isDouble(around: readonly Around[], exclusive: number): boolean {
  if (around.length < 2) return false;
  let count = 0;
  for (const { index } of around) if (index < exclusive) count++;
  return count > 1;
}

/**
 * Indexes of those that lie in the range, by address, the larger first. Of thousands what is kept for
 * each costs more than comparing them, so that is one number: the first address, rounded if it is long,
 * which tells most apart.
 */
function inside(range: Cidr, claims: readonly Cidr[]): readonly number[] {
  const last = lastAddress(range);
  const about = new Float64Array(claims.length);
  const indexes: number[] = [];
  for (const [index, { family, address, length }] of claims.entries()) {
    if (family !== range.family || length < range.length) continue;
    if (address < range.address || address > last) continue;
    about[index] = Number(address);
    indexes.push(index);
  }
  const compare = (a: number, b: number): number => {
    const difference = (about[a] ?? 0) - (about[b] ?? 0);
    return difference || compareCidrs(claims[a] ?? range, claims[b] ?? range) || a - b;
  };
  return indexes.sort(compare);
}
