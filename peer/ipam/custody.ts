/**
 * Custody: the steps that move a block from one peer to another, each one durable commit at one
 * peer (docs/OWNERSHIP.md has the rules, and why no address has two holders). A step is
 * a pure function from the state to writes; `applyWrites` is the only thing that changes a state.
 * Nothing is published here: a record is built from a state whose writes are on disk.
 *
 * Whether a block is wholly free is the caller's to know (ipam.ts), how much to give growth.ts's, and
 * what is accepted of others acceptance.ts's.
 */
import { assert, unreachable } from '../assert.ts';
import type { PeerId } from '../mesh/peer-id.ts';
import { findMerge, remainder, sortBlocks } from './blocks.ts';
import {
  type Address,
  type Cidr,
  compareCidrs,
  contains,
  formatCidr,
  hostRange,
  overlaps,
  sizeLog2,
} from './cidr.ts';
import type { Counterparty, Custody, PendingGrant, View } from './custody-state.ts';
import type { DurableCustody } from './durable.ts';
import { BLOCKS_MAX, COUNTERPARTIES_MAX, RECLAIMED_BLOCKS_MAX, TERM_MAX } from './limits.ts';
import type { Phase } from './outcomes.ts';
import type { CustodyWrite } from './writes.ts';

export interface CustodyState extends Omit<DurableCustody, 'counterparties'> {
  readonly counterparties: ReadonlyMap<PeerId, Counterparty>;
}

export function custodyState(durable: DurableCustody): CustodyState {
  const counterparties = new Map(durable.counterparties.map((entry) => [entry.peer, entry]));
  return { ...durable, hold: sortBlocks(durable.hold), counterparties };
}

/** What a peer is by its own state. Only a `member` holds, grants, accepts and publishes. */
export function phaseOf({ registeredRev, view, founder }: CustodyState, self: PeerId): Phase {
  if (registeredRev === 0n) return 'unregistered';
  if (!view.members.has(self)) return 'removed';
  return founder === undefined ? 'unfounded' : 'member';
}

/** Whether the list has it, or names nobody but ourselves. */
export function isListed({ view }: CustodyState, self: PeerId, peer: PeerId): boolean {
  const { members } = view;
  const namesOthers = members.size > (members.has(self) ? 1 : 0);
  return !namesOthers || members.has(peer);
}

/** The rule that is joiner check, fence and grant filter at once. */
export function allows({ view }: CustodyState, peer: PeerId, registeredRev: bigint): boolean {
  return view.members.has(peer) || registeredRev > view.rev;
}

/** Empty for a mark that is not later than the one that is kept. */
export function keepHistoryMark(
  { historyMark }: CustodyState,
  mark: bigint,
): readonly CustodyWrite[] {
  return mark > historyMark ? [{ type: 'set-history-mark', mark }] : [];
}

/** `view`: the arbiter's answer to the registration, which has this peer. */
export function register(view: View): readonly CustodyWrite[] {
  return [
    { type: 'set-view', view },
    { type: 'set-registered', rev: view.rev },
  ];
}

/** The one that founded the cluster takes the whole universe. */
export function found(founder: PeerId, universe: readonly Cidr[]): readonly CustodyWrite[] {
  const holds = universe.map((cidr) => ({ type: 'hold-block', block: { cidr, term: 1 } }) as const);
  return [{ type: 'set-founder', founder }, ...holds];
}

export interface Grantee {
  readonly to: PeerId;
  readonly registeredRev: bigint;
}

/** Whether there is room to count another peer's grants, in state and in our record. */
export function hasRoomFor({ counterparties }: CustodyState, peer: PeerId): boolean {
  return counterparties.has(peer) || counterparties.size < COUNTERPARTIES_MAX;
}

/** Whether all of the range is in one block of ours. */
export function holds({ hold }: CustodyState, range: Cidr): boolean {
  return hold.some(({ cidr }) => contains(cidr, range));
}

/** Which of the addresses are in no block of ours. */
export function outsideOf(state: CustodyState, addresses: readonly Address[]): readonly Address[] {
  return addresses.filter((address) => !holds(state, hostRange(address)));
}

/** Whether `part` can leave its block: what remains of that must fit into the holding. */
export function canSplitOff({ hold }: CustodyState, part: Cidr): boolean {
  const source = hold.find((block) => contains(block.cidr, part));
  assert(source !== undefined, `${formatCidr(part)} is to be split off but not held`);
  const remainders = sizeLog2(source.cidr) - sizeLog2(part);
  return source.term < TERM_MAX && hold.length - 1 + remainders <= BLOCKS_MAX;
}

/** Gives `part`, which is held, wholly free and can be split off, to an allowed peer. */
export function grant(
  state: CustodyState,
  part: Cidr,
  { to, registeredRev }: Grantee,
): readonly CustodyWrite[] {
  assert(allows(state, to, registeredRev), `${formatCidr(part)} is granted to ${to}, no member`);
  const source = state.hold.find((block) => contains(block.cidr, part));
  assert(source !== undefined, `${formatCidr(part)} is granted but not held`);
  assert(canSplitOff(state, part), `${formatCidr(part)} can't be split off`);
  assert(hasRoomFor(state, to), `${formatCidr(part)} is granted to ${to}, one peer too many`);
  const counterparty = counterpartyOf(state, to);
  const n = counterparty.granted + 1;
  const block = { cidr: part, term: source.term + 1 };
  const kept = remainder(source.cidr, part).map((cidr) => ({ cidr, term: source.term }));
  return [
    { type: 'drop-block', cidr: source.cidr },
    ...kept.map((block) => ({ type: 'hold-block', block }) as const),
    { type: 'set-counterparty', counterparty: { ...counterparty, granted: n } },
    { type: 'add-pending', grant: { block, to, n, registeredRev } },
  ];
}

/** The grant to `to` that is still on its way, if any, out of the same family. */
export function findPending(
  state: CustodyState,
  { to, family }: { readonly to: PeerId; readonly family: Cidr['family'] },
): PendingGrant | undefined {
  return state.pending.find((grant) => grant.to === to && grant.block.cidr.family === family);
}

/** One peer, and what it publishes. */
export interface Other {
  readonly peer: PeerId;
  readonly custody: Custody;
}

/** By their ids. */
export function inOrder(peers: ReadonlyMap<PeerId, Custody>): readonly Other[] {
  return [...peers]
    .map(([peer, custody]) => ({ peer, custody }))
    .sort((a, b) => (a.peer < b.peer ? -1 : 1));
}

/** What a state is published as; what custody does not know is handed in. */
export function publishedOf(
  { hold, pending, counterparties, view, registeredRev, historyMark }: CustodyState,
  more: Pick<Custody, 'freeLog2' | 'carriedOver' | 'viewHash'>,
): Custody {
  return {
    ...more,
    hold,
    pending: pending
      .map(({ block, to, n }) => ({ block, to, n }))
      .sort((a, b) => (a.to === b.to ? a.n - b.n : a.to < b.to ? -1 : 1)),
    counterparties: [...counterparties.values()].sort((a, b) => (a.peer < b.peer ? -1 : 1)),
    viewRev: view.rev,
    registeredRev,
    historyMark,
  };
}

/** Forgets the grants that an allowed peer shows to have accepted. */
export function clear(state: CustodyState, by: Other, self: PeerId): readonly CustodyWrite[] {
  const counterparty = state.counterparties.get(by.peer);
  if (counterparty === undefined || !allows(state, by.peer, by.custody.registeredRev)) return [];
  const shown = by.custody.counterparties.find(({ peer }) => peer === self)?.accepted ?? 0;
  const cleared = Math.min(shown, counterparty.granted);
  if (cleared <= counterparty.cleared) return [];
  return clearWrites(state, counterparty, cleared);
}

/**
 * Replaces the view by a newer one. Grants on their way to peers that are not allowed any more end
 * here; their blocks come back through reclaim. Of peers that were removed, the counters are
 * forgotten: what they grant is refused for ever. Those that neither list has are removed if they
 * registered before it: `registeredRevOf` says what their records do, undefined without one. Empty
 * for a view that is not newer.
 */
export function adoptView(
  state: CustodyState,
  view: View,
  registeredRevOf: (peer: PeerId) => bigint | undefined,
): readonly CustodyWrite[] {
  if (view.rev <= state.view.rev) return [];
  const isRemoved = (peer: PeerId): boolean => {
    const registeredRev = registeredRevOf(peer);
    return registeredRev !== undefined && registeredRev <= view.rev;
  };
  const isGone = (peer: PeerId): boolean =>
    !view.members.has(peer) && (state.view.members.has(peer) || isRemoved(peer));
  const adopted = { ...state, view };
  const refused = state.pending.filter(
    ({ to, registeredRev }) => isGone(to) || !allows(adopted, to, registeredRev),
  );
  const writes: CustodyWrite[] = [{ type: 'set-view', view }];
  for (const peer of [...new Set(refused.map(({ to }) => to))].sort()) {
    const counterparty = counterpartyOf(state, peer);
    writes.push(...clearWrites(state, counterparty, counterparty.granted));
  }
  const gone = [...state.counterparties.keys()].filter(isGone).sort();
  return [...writes, ...gone.map((peer) => ({ type: 'drop-counterparty', peer }) as const)];
}

/**
 * The executor takes what the census found to be nobody's, each range as a block of this term:
 * the largest first, and no more than RECLAIMED_BLOCKS_MAX. What overlaps something of ours is left out.
 */
export function reclaim(
  state: CustodyState,
  orphans: readonly Cidr[],
  term: number,
): readonly CustodyWrite[] {
  const ours = [...state.hold, ...state.pending.map(({ block }) => block)];
  const free = orphans.filter((orphan) => ours.every(({ cidr }) => !overlaps(cidr, orphan)));
  const room = Math.max(RECLAIMED_BLOCKS_MAX - state.hold.length, 0);
  const taken = free.toSorted((a, b) => sizeLog2(b) - sizeLog2(a)).slice(0, room);
  return taken.map((cidr) => ({ type: 'hold-block', block: { cidr, term } }) as const);
}

/** Joins buddies until there are none left. */
export function mergeBuddies(state: CustodyState): readonly CustodyWrite[] {
  const writes: CustodyWrite[] = [];
  let hold = state.hold;
  for (let merge = findMerge(hold); merge !== undefined; merge = findMerge(hold)) {
    const { parts, whole } = merge;
    for (const { cidr } of parts) writes.push({ type: 'drop-block', cidr });
    writes.push({ type: 'hold-block', block: whole });
    hold = [...hold.filter((block) => !parts.includes(block)), whole];
  }
  return writes;
}

/** The state after the writes. Asserts that what is held and granted stays disjoint. */
export function applyWrites(state: CustodyState, writes: readonly CustodyWrite[]): CustodyState {
  if (writes.length === 0) return state;
  const counterparties = new Map(state.counterparties);
  let next: CustodyState = { ...state, counterparties };
  for (const write of writes) {
    if (write.type === 'set-counterparty') {
      counterparties.set(write.counterparty.peer, write.counterparty);
    } else if (write.type === 'drop-counterparty') {
      counterparties.delete(write.peer);
    } else {
      next = { ...next, ...change(next, write) };
    }
  }
  if (next.hold === state.hold && next.pending === state.pending) return next;
  if (next.hold !== state.hold) next = { ...next, hold: sortBlocks(next.hold) };
  assertDisjoint(next);
  return next;
}

type Change = Exclude<CustodyWrite, { type: 'set-counterparty' | 'drop-counterparty' }>;

function change(state: CustodyState, write: Change): Partial<CustodyState> {
  switch (write.type) {
    case 'hold-block':
      return { hold: [...state.hold, write.block] };
    case 'drop-block':
      return { hold: state.hold.filter(({ cidr }) => compareCidrs(cidr, write.cidr) !== 0) };
    case 'add-pending':
      return { pending: [...state.pending, write.grant] };
    case 'drop-pending':
      return { pending: state.pending.filter(({ to, n }) => to !== write.to || n !== write.n) };
    case 'set-view':
      return { view: write.view };
    case 'set-registered':
      return { registeredRev: write.rev };
    case 'set-founder':
      return { founder: write.founder };
    case 'set-history-mark':
      return { historyMark: write.mark };
    default:
      return unreachable(write);
  }
}

/** Sorted neighbours are enough: aligned ranges overlap only by one holding the other. */
function assertDisjoint({ hold, pending }: CustodyState): void {
  const cidrs = [...hold, ...pending.map(({ block }) => block)].map(({ cidr }) => cidr);
  cidrs.sort(compareCidrs);
  for (const [i, cidr] of cidrs.entries()) {
    const next = cidrs[i + 1];
    if (next === undefined) continue;
    assert(!overlaps(cidr, next), `${formatCidr(cidr)} and ${formatCidr(next)} overlap`);
  }
}

/** All zero for a peer that nothing was granted to or accepted from. */
export function counterpartyOf(state: CustodyState, peer: PeerId): Counterparty {
  return state.counterparties.get(peer) ?? { peer, granted: 0, cleared: 0, accepted: 0 };
}

function clearWrites(
  state: CustodyState,
  counterparty: Counterparty,
  cleared: number,
): readonly CustodyWrite[] {
  const gone = state.pending.filter(({ to, n }) => to === counterparty.peer && n <= cleared);
  const drops = gone.map(({ to, n }) => ({ type: 'drop-pending', to, n }) as const);
  return [{ type: 'set-counterparty', counterparty: { ...counterparty, cleared } }, ...drops];
}
