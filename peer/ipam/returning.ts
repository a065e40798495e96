/**
 * Blocks that are given back: a holding that was needed once and is not any more. Wholly free blocks
 * beyond twice the need go to who holds a large part of the universe and keeps it for all. Numbers
 * and choices only; the way is a grant as any other.
 */
import { freeParts } from './blocks.ts';
import { type Cidr, buddy, compareCidrs, contains, size, sizeLog2 } from './cidr.ts';
import type { Grantee } from './custody.ts';
import type { Block, Custody, PendingGrant } from './custody-state.ts';
import { isPoolHolder, needAfter } from './growth.ts';
import { COUNTERPARTIES_MAX, TERM_MAX, UNASKED_BLOCKS_MAX } from './limits.ts';
import type { PeerId } from '../mesh/peer-id.ts';

/** What is kept, in times of what the addresses in use need: so a block does not go to and fro. */
const KEPT_NEEDS = 2n;

/** At a time, of those that are too many: what reclaim brought in pieces goes out as fast. */
const CROWDED_MAX = 16;

export interface Surplus {
  readonly universe: Cidr;
  /** Without what rests. */
  readonly hold: readonly Block[];
  readonly pending: readonly PendingGrant[];
  readonly used: bigint;
  /** Addresses that may not be granted away, ascending. */
  readonly taken: readonly bigint[];
}

/**
 * The blocks to give back: the largest that is not needed, one at a time. Or the smallest ones, where
 * there are more than a peer takes without need: an executor has to go on reclaiming.
 */
export function findSurplus({ universe, hold, pending, used, taken }: Surplus): readonly Cidr[] {
  const given = hold.filter(({ term }) => term < TERM_MAX).map(({ cidr }) => cidr);
  const blocks = given.filter((cidr) => contains(universe, cidr));
  const free = blocks
    .filter((cidr) => isFree(cidr, taken))
    .sort((a, b) => sizeLog2(b) - sizeLog2(a) || compareCidrs(b, a));
  const crowd = blocks.length - UNASKED_BLOCKS_MAX;
  if (crowd > 0) return free.slice(-Math.min(crowd, CROWDED_MAX));
  const isBusy = pending.some(({ block }) => block.cidr.family === universe.family);
  if (isBusy || blocks.length < 2 || isPoolHolder(universe, hold)) return [];
  const held = blocks.reduce((sum, cidr) => sum + size(cidr), 0n);
  const spare = held - KEPT_NEEDS * needAfter(universe, used);
  return free.filter((cidr) => size(cidr) <= spare).slice(0, 1);
}

function isFree(cidr: Cidr, taken: readonly bigint[]): boolean {
  return freeParts(cidr, { taken, minLog2: sizeLog2(cidr) }).length === 1;
}

/** What is given back, and whose grants are counted already. */
export interface Returned {
  readonly cidr: Cidr;
  readonly universe: readonly Cidr[];
  readonly isCounted: (peer: PeerId) => boolean;
}

/**
 * Who takes it back: one that holds the other half, so that the two join, or else any that keeps a
 * pool. `random` answers numbers in [0, 1).
 */
export function chooseKeeper(
  peers: ReadonlyMap<PeerId, Custody>,
  { cidr, universe, isCounted }: Returned,
  random: () => number,
): Grantee | undefined {
  const range = universe.find((one) => contains(one, cidr));
  const keepers = [...peers]
    .filter(([, custody]) => range && isPoolHolder(range, custody.hold) && hasRoom(custody))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const joining = keepers.filter(([, { hold }]) => holdsBuddy(hold, cidr));
  // Counterparties are few: whoever is one already costs no further place.
  const known = keepers.filter(([peer]) => isCounted(peer));
  const from = [joining, known, keepers].find(({ length }) => length > 0) ?? [];
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
