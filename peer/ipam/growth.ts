/**
 * The policy of growth: when to ask for space, how much, whom, and how much a donor gives (mesh
 * protocol 3.6). Numbers only; that a policy can't break ownership is custody's work.
 */
import { assert } from '../assert.ts';
import type { PeerId } from '../mesh/peer-id.ts';
import { type Cidr, type Family, contains, sizeLog2 } from './cidr.ts';
import type { Block, Custody } from './custody-state.ts';
import { smallestBlockLog2 } from './limits.ts';
import type { Need } from './outcomes.ts';

/** Below this many free addresses a peer asks: a node that starts its pods at once needs them. */
const FREE_LOW = 16n;

/** Below this share of its holding, too: 1/4, so that a grant arrives before the last address goes. */
const FREE_LOW_SHARE = 4n;

/** What a peer asks for first: twice the pods that a node has by default, and a /24 as it is used to. */
const FIRST_BLOCK_LOG2 = 8;

/** No grant is larger than 1/64 of the universe. */
const CAP_SHARE_LOG2 = 6;

/**
 * As long as fewer peers than this hold 1/64 of the universe, a peer asks for that much, so that
 * soon no single donor's death stops the growth of all others.
 */
const POOL_HOLDERS = 64;

/** IPv4 and IPv6. */
const FAMILIES = 2;

/** Donors that are asked for one need, one after the other. */
const DONORS_ASKED_MAX = 4;

/** How much of a family a peer has. */
export interface Space {
  readonly universe: Cidr;
  readonly held: bigint;
  readonly free: bigint;
}

/** What to ask for now; undefined while there is enough. `poolHolders`: see countPoolHolders. */
export function needOf({ universe, held, free }: Space, poolHolders: number): Need | undefined {
  if (!isShort({ universe, held, free })) return undefined;
  const minLog2 = smallestBlockLog2(universe);
  const capLog2 = capOf(universe);
  const grown = held === 0n ? FIRST_BLOCK_LOG2 : ceilLog2(held);
  const wanted = poolHolders < POOL_HOLDERS ? capLog2 : Math.min(grown, capLog2);
  return { family: universe.family, wantLog2: Math.max(wanted, minLog2), minLog2 };
}

/** Whether there is too little free space, and any to be had. */
export function isShort({ universe, held, free }: Space): boolean {
  const share = held / FREE_LOW_SHARE;
  if (free >= (share > FREE_LOW ? share : FREE_LOW)) return false;
  return held < 1n << BigInt(sizeLog2(universe));
}

/**
 * The most that one asker is given at a time, whatever it asks for: 1/64 of the universe as long as
 * it got no more than a block of each family, for it may be one of the first; what a peer first
 * needs from then on.
 */
export function giftCapLog2(universe: Cidr, earlierGrants: number): number {
  const cap = Math.max(capOf(universe), smallestBlockLog2(universe));
  return earlierGrants < FAMILIES ? cap : Math.min(cap, FIRST_BLOCK_LOG2);
}

/** How many peers hold a block of at least 1/64 of the universe. */
export function countPoolHolders(universe: Cidr, peers: Iterable<Custody>): number {
  let count = 0;
  for (const { hold } of peers) if (isPoolHolder(universe, hold)) count++;
  return count;
}

/** Whether one of these blocks is 1/64 of the universe or more. */
export function isPoolHolder(universe: Cidr, hold: readonly Block[]): boolean {
  const least = capOf(universe);
  return hold.some(({ cidr }) => contains(universe, cidr) && sizeLog2(cidr) >= least);
}

/** A holding that is enough for so many addresses in use, and not short of free ones. */
export function needAfter(universe: Cidr, used: bigint): bigint {
  const share = used + used / (FREE_LOW_SHARE - 1n) + 1n;
  const needed = share > used + FREE_LOW ? share : used + FREE_LOW;
  const first = 1n << BigInt(Math.min(FIRST_BLOCK_LOG2, sizeLog2(universe)));
  return needed > first ? needed : first;
}

/**
 * The size of what a donor with `free` addresses gives, as an exponent of two: what is wanted, but
 * at most 2^capLog2 and half of what it has free; undefined when that is less than the asker can use.
 */
export function giftLog2(
  free: bigint,
  { wantLog2, minLog2, capLog2 }: Pick<Need, 'wantLog2' | 'minLog2'> & { capLog2: number },
): number | undefined {
  const half = free / 2n;
  if (half === 0n) return undefined;
  const gift = Math.min(wantLog2, capLog2, floorLog2(half));
  return gift < minLog2 ? undefined : gift;
}

/**
 * Whom to ask, in order: again and again the one with more free space of two drawn at random, from
 * those that can give all that is wanted, then from those that can give less. Two draws spread the
 * askers nearly as well as asking everyone would (Mitzenmacher, "The power of two choices", 2001).
 */
export function chooseDonors(
  need: Need,
  peers: ReadonlyMap<PeerId, Custody>,
  random: () => number,
): readonly PeerId[] {
  const candidates = [...peers]
    .map(([peer, { freeLog2 }]) => ({ peer, free: ofFamily(freeLog2, need.family) }))
    .sort((a, b) => (a.peer < b.peer ? -1 : 1));
  const full = candidates.filter(({ free }) => free > need.wantLog2);
  const part = candidates.filter(({ free }) => free > need.minLog2 && free <= need.wantLog2);
  return [...draw(full, random), ...draw(part, random)].slice(0, DONORS_ASKED_MAX);
}

/** The largest exponent of two that is not above `value`; 0 for nothing at all. */
export function floorLog2(value: bigint): number {
  return value <= 0n ? 0 : value.toString(2).length - 1;
}

interface Candidate {
  readonly peer: PeerId;
  readonly free: number;
}

function draw(candidates: readonly Candidate[], random: () => number): readonly PeerId[] {
  const left = [...candidates];
  const drawn: PeerId[] = [];
  while (left.length > 0 && drawn.length < DONORS_ASKED_MAX) {
    const one = pick(left, random);
    const other = pick(left, random);
    const best = other.free > one.free ? other : one;
    drawn.push(best.peer);
    left.splice(left.indexOf(best), 1);
  }
  return drawn;
}

function pick(candidates: readonly Candidate[], random: () => number): Candidate {
  const index = Math.floor(random() * candidates.length);
  const candidate = candidates[index];
  assert(candidate !== undefined, `random number outside [0, 1): index ${index}`);
  return candidate;
}

function capOf(universe: Cidr): number {
  return Math.max(sizeLog2(universe) - CAP_SHARE_LOG2, 0);
}

function ceilLog2(value: bigint): number {
  return floorLog2(value - 1n) + (value > 1n ? 1 : 0);
}

function ofFamily(freeLog2: Custody['freeLog2'], family: Family): number {
  return family === 4 ? freeLog2.v4 : freeLog2.v6;
}
