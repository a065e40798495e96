/**
 * Sets of addresses as sorted, disjoint intervals: a range of 2^120 addresses costs as much as one
 * of four. Plain numbers; families and prefixes are the caller's.
 */

/** Both ends belong to it. */
export interface Interval {
  readonly first: bigint;
  readonly last: bigint;
}

/** Sorts intervals and joins those that touch or overlap. */
export function normalize(intervals: readonly Interval[]): Interval[] {
  const out: Interval[] = [];
  for (const next of [...intervals].sort((a, b) => (a.first < b.first ? -1 : 1))) {
    const previous = out.at(-1);
    if (previous !== undefined && previous.last + 1n >= next.first) {
      const last = previous.last > next.last ? previous.last : next.last;
      out[out.length - 1] = { first: previous.first, last };
    } else {
      out.push(next);
    }
  }
  return out;
}

/** What is in `from` and not in `without`; both sorted and disjoint. One pass over both. */
export function subtract(from: readonly Interval[], without: readonly Interval[]): Interval[] {
  const out: Interval[] = [];
  let start = 0;
  for (const { first, last } of from) {
    let rest = first;
    while ((without[start]?.last ?? last) < first) start++;
    for (let i = start; ; i++) {
      const hole = without[i];
      if (hole === undefined || hole.first > last) break;
      if (hole.first > rest) out.push({ first: rest, last: hole.first - 1n });
      if (hole.last >= rest) rest = hole.last + 1n;
    }
    if (rest <= last) out.push({ first: rest, last });
  }
  return out;
}

/** One interval for each of the sorted, distinct values. */
export function points(sorted: readonly bigint[]): Interval[] {
  return sorted.map((value) => ({ first: value, last: value }));
}

/** Index of the interval that holds the value, or -1. */
export function findInterval(intervals: readonly Interval[], value: bigint): number {
  let low = 0;
  let high = intervals.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const { first, last } = intervals[middle] ?? { first: value, last: value };
    if (value < first) high = middle - 1;
    else if (value > last) low = middle + 1;
    else return middle;
  }
  return -1;
}
