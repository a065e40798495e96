/**
 * The universe of a run: a few units, each the smallest block that moves (16 addresses of either
 * family), so that any set of them is the bits of one number. What the oracle compares are these.
 */
import { type Cidr, type Family, bits, cidr, contains, formatCidr } from '../../peer/ipam/cidr.ts';
import type { Block } from '../../peer/ipam/custody-state.ts';
import { SMALLEST_BLOCK_LOG2 } from '../../peer/ipam/limits.ts';

export interface Layout {
  readonly universe: readonly Cidr[];
  /** One bit a unit, all set. */
  readonly all: number;
  /** The IPv6 units are the bits behind those of IPv4. */
  readonly v4Units: number;
}

const V4_BASE = 0x0a20_0000n;
const V6_BASE = 0xfd00n << 112n;
/** No universe here is larger than 2^12 addresses, and each begins at a multiple of that. */
const OFFSET_BITS = 12;

/** `v4Log2`, `v6Log2`: units as an exponent of two; no units of IPv6 when undefined. */
export function layoutOf(v4Log2: number, v6Log2: number | undefined): Layout {
  const v4 = cidr(4, V4_BASE, bits(4) - SMALLEST_BLOCK_LOG2 - v4Log2);
  const v4Units = 1 << v4Log2;
  if (v6Log2 === undefined) return { universe: [v4], all: (1 << v4Units) - 1, v4Units };
  const v6 = cidr(6, V6_BASE, bits(6) - SMALLEST_BLOCK_LOG2 - v6Log2);
  return { universe: [v4, v6], all: (1 << (v4Units + (1 << v6Log2))) - 1, v4Units };
}

/** The units of an aligned range; throws for a range that is none of the universe's. */
export function unitsOf({ universe, v4Units }: Layout, range: Cidr): number {
  const offset = Number(BigInt.asUintN(OFFSET_BITS, range.address));
  const log2 = bits(range.family) - range.length;
  const isAligned = log2 >= SMALLEST_BLOCK_LOG2 && offset % 2 ** log2 === 0;
  if (!isAligned || !universe.some((whole) => contains(whole, range)))
    throw new Misplaced(`${formatCidr(range)} is no aligned part of the universe`);
  const first = (offset >> SMALLEST_BLOCK_LOG2) + (range.family === 4 ? 0 : v4Units);
  return ((1 << (1 << (log2 - SMALLEST_BLOCK_LOG2))) - 1) << first;
}

export function unitsOfBlocks(layout: Layout, blocks: readonly Block[]): number {
  let units = 0;
  for (const { cidr } of blocks) units |= unitsOf(layout, cidr);
  return units;
}

/** Somebody has a block that can't be one. */
export class Misplaced extends Error {
  override readonly name = 'Misplaced';
}

/** The first address of each unit. */
export function addressesOf(
  { universe, v4Units }: Layout,
  units: number,
): ReadonlyMap<Family, readonly bigint[]> {
  return new Map(
    universe.map(({ family, address }) => {
      const own = family === 4 ? units & ((1 << v4Units) - 1) : units >>> v4Units;
      const numbers = [...Array(32).keys()].filter((n) => ((own >>> n) & 1) === 1);
      return [family, numbers.map((n) => address + BigInt(n << SMALLEST_BLOCK_LOG2))];
    }),
  );
}

/** How many bits are set. */
export function countUnits(units: number): number {
  let count = 0;
  for (let rest = units; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** The lowest, second lowest, … unit of a set, by `n` modulo how many there are. */
export function pickUnit(units: number, n: number): number {
  let rest = units;
  for (let skip = n % countUnits(units); skip > 0; skip--) rest &= rest - 1;
  return rest & -rest;
}

/** Units for people: `v4:0,1 v6:0`. */
export function formatUnits({ v4Units }: Layout, units: number): string {
  const numbers = [...Array(32).keys()].filter((n) => ((units >>> n) & 1) === 1);
  return `{${numbers.map((n) => (n < v4Units ? `${n}` : `v6:${n - v4Units}`)).join(' ')}}`;
}
