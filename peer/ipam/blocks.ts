/**
 * Buddy arithmetic on aligned ranges and on sets of blocks: what is left when a part is taken out,
 * which halves join again, which parts are wholly free. Who may do so is decided in custody.ts.
 */
import { assert } from '../assert.ts';
import {
  type Cidr,
  type Family,
  bits,
  buddy,
  cidr,
  compareCidrs,
  contains,
  formatCidr,
  halves,
  isAligned,
  lastAddress,
  overlaps,
  parent,
  sizeLog2,
} from './cidr.ts';
import type { Block } from './custody-state.ts';
import { type Interval, normalize, subtract } from './intervals.ts';
import { JOINED_TERMS_APART_MAX, TERM_MAX } from './limits.ts';

export function cidrsOf(blocks: readonly Block[]): readonly Cidr[] {
  return blocks.map(({ cidr }) => cidr);
}

/** Sorted by family, address and size: same blocks, same list. */
export function sortBlocks(blocks: readonly Block[]): readonly Block[] {
  return [...blocks].sort((a, b) => compareCidrs(a.cidr, b.cidr));
}

/**
 * What is left of `whole` without `part`: one range for each bit that `part` is longer by, so a
 * block that is split often stays a handful of ranges.
 */
export function remainder(whole: Cidr, part: Cidr): readonly Cidr[] {
  assert(contains(whole, part), `${formatCidr(part)} is no part of ${formatCidr(whole)}`);
  const left: Cidr[] = [];
  for (let taken = part; taken.length > whole.length; taken = parent(taken)) {
    left.push(buddy(taken));
  }
  return left.sort(compareCidrs);
}

/** One join of two blocks into the range that they are the halves of. */
export interface Merge {
  readonly parts: readonly [Block, Block];
  readonly whole: Block;
}

/**
 * Joins the first two blocks that are each other's buddies; undefined when there are none. The
 * term grows past both, so that the joined block supersedes whatever was said of its halves. Where
 * the terms are too far apart, or at their end, buddies stay two blocks: nothing is lost by that.
 */
export function findMerge(blocks: readonly Block[]): Merge | undefined {
  const sorted = sortBlocks(blocks);
  for (const [i, lower] of sorted.entries()) {
    const upper = sorted[i + 1];
    if (upper === undefined || lower.cidr.length === 0) continue;
    if (compareCidrs(buddy(lower.cidr), upper.cidr) !== 0) continue;
    const term = Math.max(lower.term, upper.term) + 1;
    if (Math.abs(lower.term - upper.term) > JOINED_TERMS_APART_MAX || term > TERM_MAX) continue;
    return { parts: [lower, upper], whole: { cidr: parent(lower.cidr), term } };
  }
  return undefined;
}

/**
 * The largest aligned parts of `range` that hold none of the `taken` addresses (sorted, ascending),
 * down to 2^minLog2 addresses. Cost follows the addresses taken, not the size of the range.
 */
export function freeParts(
  range: Cidr,
  { taken, minLog2 }: { readonly taken: readonly bigint[]; readonly minLog2: number },
): readonly Cidr[] {
  const parts: Cidr[] = [];
  // The bounds of a range's addresses in `taken` are those of its halves: nothing is copied.
  const search = (part: Cidr, from: number, to: number): void => {
    if (sizeLog2(part) < minLog2) return;
    if (from === to) parts.push(part);
    if (from === to || sizeLog2(part) === 0) return;
    const [lower, upper] = halves(part);
    const middle = lowerBound(taken, { value: upper.address, from, to });
    search(lower, from, middle);
    search(upper, middle, to);
  };
  const from = lowerBound(taken, { value: range.address, from: 0, to: taken.length });
  const to = lowerBound(taken, { value: lastAddress(range) + 1n, from, to: taken.length });
  search(range, from, to);
  return parts;
}

/** The fewest aligned ranges that make up an interval of addresses, in order. */
export function alignedParts(family: Family, { first, last }: Interval): readonly Cidr[] {
  const parts: Cidr[] = [];
  for (let start = first; start <= last;) {
    let length = bits(family);
    while (length > 0 && fits(family, { start, length: length - 1, last })) length--;
    const part = cidr(family, start, length);
    parts.push(part);
    start = lastAddress(part) + 1n;
  }
  return parts;
}

/** What of the range lies in none of the others, as the fewest aligned ranges. */
export function without(range: Cidr, others: readonly Cidr[]): readonly Cidr[] {
  const overlapping = others.filter((other) => overlaps(range, other)).map(intervalOf);
  if (overlapping.length === 0) return [range];
  const rest = subtract([intervalOf(range)], normalize(overlapping));
  return rest.flatMap((interval) => alignedParts(range.family, interval));
}

function intervalOf(range: Cidr): Interval {
  return { first: range.address, last: lastAddress(range) };
}

function fits(
  family: Family,
  {
    start,
    length,
    last,
  }: { readonly start: bigint; readonly length: number; readonly last: bigint },
): boolean {
  const range = { family, address: start, length };
  return isAligned(range) && lastAddress(range) <= last;
}

/**
 * Chooses a part of 2^log2 addresses out of wholly free ranges: best fit, so that large ranges
 * stay large, and the upper end, because addresses are given out from the lower one.
 */
export function takePart(free: readonly Cidr[], log2: number): Cidr | undefined {
  const fitting = free.filter((range) => sizeLog2(range) >= log2);
  const smallest = Math.min(...fitting.map(sizeLog2));
  let part = fitting
    .filter((range) => sizeLog2(range) === smallest)
    .sort(compareCidrs)
    .at(-1);
  while (part !== undefined && sizeLog2(part) > log2) part = halves(part)[1];
  return part;
}

interface Search {
  readonly value: bigint;
  readonly from: number;
  readonly to: number;
}

/** Index of the first element between `from` and `to` that is not below the value. */
function lowerBound(sorted: readonly bigint[], { value, from, to }: Search): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? value) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
