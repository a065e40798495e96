/**
 * Blocks that are given back: a holding that was needed once and is not any more. Wholly free blocks
 * beyond twice the need go to who holds a large part of the universe and keeps it for all. Numbers
 * and choices only; the way is a grant as any other.
 */
import { freeParts } from './blocks.ts';
import { type Cidr, buddy, compareCidrs, contains, size, sizeLog2 } from './cidr.ts';
import type { Grantee } from './custody.ts';
import type { Block, Custody } from './custody-state.ts';
import { isPoolHolder, needAfter } from './growth.ts';
import { COUNTERPARTIES_MAX, TERM_MAX, UNASKED_BLOCKS_MAX } from './limits.ts';
import type { PeerId } from '../mesh/peer-id.ts';

/** What is kept, in times of what the addresses in use need: so a block does not go to and fro. */
const KEPT_NEEDS = 2n;

export interface Surplus {
  readonly universe: Cidr;
  readonly hold: readonly Block[];
  readonly used: bigint;
  /** Addresses that may not be granted away, ascending. */
  readonly taken: readonly bigint[];
}

/** The block to give back, the largest that can go; undefined when there is none. */
export function findSurplus({ universe, hold, used, taken }: Surplus): Cidr | undefined {
  const given = hold.filter(({ term }) => term < TERM_MAX).map(({ cidr }) => cidr);
  const blocks = given.filter((cidr) => contains(universe, cidr));
  if (blocks.length < 2 || isPoolHolder(universe, hold)) return undefined;
  const held = blocks.reduce((sum, cidr) => sum + size(cidr), 0n);
  const spare = held - KEPT_NEEDS * needAfter(universe, used);
  return blocks
    .filter((cidr) => size(cidr) <= spare && isFree(cidr, taken))
    .sort((a, b) => sizeLog2(b) - sizeLog2(a) || compareCidrs(b, a))[0];
}

function isFree(cidr: Cidr, taken: readonly bigint[]): boolean {
  return freeParts(cidr, { taken, minLog2: sizeLog2(cidr) }).length === 1;
}

/**
 * Who takes it back: one that holds the other half, so that the two join, or else any that keeps a
 * pool. `random` answers numbers in [0, 1).
 */
export function chooseKeeper(
  peers: ReadonlyMap<PeerId, Custody>,
  { cidr, universe }: { readonly cidr: Cidr; readonly universe: readonly Cidr[] },
  random: () => number,
): Grantee | undefined {
  const range = universe.find((one) => contains(one, cidr));
  const keepers = [...peers]
    .filter(([, custody]) => range && isPoolHolder(range, custody.hold) && hasRoom(custody))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const joining = keepers.filter(([, { hold }]) => holdsBuddy(hold, cidr));
  const from = joining.length > 0 ? joining : keepers;
  const chosen = from[Math.floor(random() * from.length)];
  return chosen && { to: chosen[0], registeredRev: chosen[1].registeredRev };
}

/** It takes blocks that it did not ask for only up to these bounds (acceptance.ts). */
function hasRoom({ hold, counterparties }: Custody): boolean {
  return hold.length < UNASKED_BLOCKS_MAX && counterparties.length < COUNTERPARTIES_MAX / 2;
}

function holdsBuddy(hold: readonly Block[], cidr: Cidr): boolean {
  return hold.some((block) => compareCidrs(block.cidr, buddy(cidr)) === 0);
}
