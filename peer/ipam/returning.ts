/**
 * Blocks that are given back: a holding that was needed once and is not any more. Wholly free blocks
 * beyond twice the need go to who can join them with its own, or holds more. Numbers and choices only;
 * the way is a grant as any other.
 */
import { freeParts } from './blocks.ts';
import { type Cidr, buddy, compareCidrs, contains, size, sizeLog2 } from './cidr.ts';
import type { CustodyState, Grantee } from './custody.ts';
import type { Block, Custody, PendingGrant } from './custody-state.ts';
import { isPoolHolder, needAfter } from './growth.ts';
import { COUNTERPARTIES_MAX, DONORS_MAX, TERM_MAX, UNASKED_BLOCKS_MAX } from './limits.ts';
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

/** What is given back, and by whom. */
export interface Returned {
  readonly cidr: Cidr;
  readonly universe: readonly Cidr[];
  readonly self: PeerId;
  readonly state: Pick<CustodyState, 'hold' | 'counterparties'>;
}

interface Keeper {
  readonly peer: PeerId;
  readonly custody: Custody;
  readonly held: bigint;
}

/**
 * Who takes it back: one that holds the other half, so that the two join; else whoever holds more
 * than the giver, so that what nobody needs comes together; of a giver with too many blocks anybody.
 * None of that goes to and fro: blocks get fewer, or are held more unevenly, or too many less so.
 * `random` answers numbers in [0, 1).
 */
export function chooseKeeper(
  peers: ReadonlyMap<PeerId, Custody>,
  { cidr, universe, self, state }: Returned,
  random: () => number,
): Grantee | undefined {
  const range = universe.find((one) => contains(one, cidr));
  if (range === undefined) return undefined;
  const withRoom = [...peers]
    .filter(([peer, custody]) => peer !== self && hasRoom(custody, self))
    .map(([peer, custody]) => ({ peer, custody, held: heldOf(range, custody.hold) }))
    .sort((a, b) => (a.peer < b.peer ? -1 : 1));
  const isCounted = ({ peer }: Keeper): boolean => state.counterparties.has(peer);
  // Counterparties are few: whoever is one already costs no further place.
  const isSparing = state.counterparties.size >= COUNTERPARTIES_MAX / 2;
  const joining = withRoom.filter(
    (one) => holdsBuddy(one.custody.hold, cidr) && (isCounted(one) || !isSparing),
  );
  const held = heldOf(range, state.hold);
  const isCrowded = state.hold.length > UNASKED_BLOCKS_MAX;
  const others = isCrowded ? withRoom : withRoom.filter((one) => one.held > held);
  const from = [joining, others.filter(isCounted), others].find(({ length }) => length > 0);
  const chosen = from && drawLarger(from, random);
  return chosen && { to: chosen.peer, registeredRev: chosen.custody.registeredRev };
}

/**
 * It takes blocks that it did not ask for only up to these bounds (acceptance.ts), of which half is
 * left for those that choose it at the same time.
 */
function hasRoom({ hold, counterparties }: Custody, giver: PeerId): boolean {
  if (hold.length >= UNASKED_BLOCKS_MAX / 2) return false;
  if (counterparties.some(({ peer }) => peer === giver)) return true;
  const donors = counterparties.filter(({ granted }) => granted === 0).length;
  return counterparties.length < COUNTERPARTIES_MAX / 2 && donors < DONORS_MAX / 2;
}

/** Of two drawn at random who holds more: the largest of all would be everybody's choice. */
function drawLarger(keepers: readonly Keeper[], random: () => number): Keeper | undefined {
  const [one, other] = [random(), random()].map((at) => keepers[Math.floor(at * keepers.length)]);
  return one && other && other.held > one.held ? other : one;
}

function heldOf(range: Cidr, hold: readonly Block[]): bigint {
  const blocks = hold.filter(({ cidr }) => contains(range, cidr));
  return blocks.reduce((sum, { cidr }) => sum + size(cidr), 0n);
}

function holdsBuddy(hold: readonly Block[], cidr: Cidr): boolean {
  return hold.some((block) => compareCidrs(block.cidr, buddy(cidr)) === 0);
}
