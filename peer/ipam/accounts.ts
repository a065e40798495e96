/**
 * The accounts of the universe: who holds what, what is on its way, what waits for its holder to be
 * reachable or for reclaim, and what nobody is known to have. Every address is in just one line, so
 * that the sums are the universe, whatever records say. For people; nothing is decided from it.
 */
import { alignedParts } from './blocks.ts';
import { type Cidr, type Family, compareCidrs, size } from './cidr.ts';
import { blocksAround } from './claims.ts';
import type { Other } from './custody.ts';
import type { Custody } from './custody-state.ts';
import type { Interval } from './intervals.ts';
import { sweep } from './sweep.ts';
import type { PeerId } from '../mesh/peer-id.ts';

export interface AccountsInput {
  readonly self: Other;
  /** The newest that is known of everybody else, members or not. */
  readonly records: ReadonlyMap<PeerId, Custody>;
  /** Whether a peer with a record is a member, or registered after our list. */
  readonly allows: (peer: PeerId, registeredRev: bigint) => boolean;
  readonly universe: readonly Cidr[];
  /** Who is down by what others say. */
  readonly down: ReadonlySet<PeerId>;
  /** Free addresses of our own, exactly. */
  readonly free: ReadonlyMap<Family, bigint>;
}

/** `removed`: its holder is no member any more, and what it held waits for reclaim. */
export type HolderState = 'held' | 'unreachable' | 'removed';

export interface HolderAccount {
  readonly peer: PeerId;
  readonly state: HolderState;
  readonly blocks: readonly Cidr[];
  /** Addresses of these that are in no line before it. */
  readonly addresses: bigint;
  /** Exactly of ourselves, as an exponent of two, rounded down, of others. */
  readonly free: { readonly exact: bigint } | { readonly log2: number };
}

export interface PendingAccount {
  readonly from: PeerId;
  readonly to: PeerId;
  readonly cidr: Cidr;
  readonly addresses: bigint;
}

export interface Account {
  readonly universe: Cidr;
  readonly holders: readonly HolderAccount[];
  readonly pending: readonly PendingAccount[];
  /** What nobody is known to have. */
  readonly orphaned: readonly Cidr[];
  /** What two members claim: nobody should ever see any. */
  readonly doubly: readonly Cidr[];
  /** What pods have from before, in no block of their peers. No line: the addresses are in those above. */
  readonly claimed: readonly ClaimAccount[];
  /** Their sum is the universe. */
  readonly totals: Readonly<Record<HolderState | 'pending' | 'orphaned', bigint>>;
}

/** A block that members claim for pods from before (claims.ts): left alone; two get nothing of it. */
export interface ClaimAccount {
  readonly cidr: Cidr;
  readonly by: readonly PeerId[];
}

/** One account of each family of the universe. */
export function account(input: AccountsInput): readonly Account[] {
  const all = holdersOf(input);
  const members = all.filter(({ state }) => state !== 'removed');
  const removed = all.filter(({ state }) => state === 'removed');
  return input.universe.map((universe) => accountOf(universe, { members, removed }, input.free));
}

interface Holder extends Other {
  readonly state: HolderState;
  readonly isSelf: boolean;
}

/** What is on its way. */
type Line = Omit<PendingAccount, 'addresses'>;

/**
 * What members hold is booked first, then what they have on its way: who has accepted a grant holds
 * it before its giver forgets it, and that is no second claim. Removed peers get what is left.
 */
function accountOf(
  universe: Cidr,
  { members, removed }: Readonly<Record<'members' | 'removed', readonly Holder[]>>,
  free: AccountsInput['free'],
): Account {
  const { family } = universe;
  const [held, left] = [heldBlocks(members, family), heldBlocks(removed, family)];
  const lines = members.flatMap((holder) => linesOf(holder, family));
  const claims = [...held, ...lines.map(({ cidr }) => cidr), ...left];
  const { booked, unclaimed, doubly } = sweep(universe, claims, held.length);
  const [linesFrom, leftFrom] = [held.length, held.length + lines.length];
  const own = { family, free: free.get(family) ?? 0n };
  const holders = [
    ...holderAccounts(members, booked.slice(0, linesFrom), own),
    ...holderAccounts(removed, booked.slice(leftFrom), own),
  ];
  const pending = pendingAccounts(lines, booked.slice(linesFrom, leftFrom));
  const partsOf = (one: Interval) => alignedParts(family, one);
  const orphaned = unclaimed.flatMap(partsOf);
  const totals = totalsOf(holders, pending, orphaned);
  const claimed = claimsIn(universe, members);
  return { universe, holders, pending, orphaned, doubly: doubly.flatMap(partsOf), claimed, totals };
}

/** Of all of them, one after the other. */
function heldBlocks(holders: readonly Holder[], family: Family): readonly Cidr[] {
  const blocks: Cidr[] = [];
  for (const { custody } of holders)
    for (const { cidr } of custody.hold) if (cidr.family === family) blocks.push(cidr);
  return blocks;
}

function linesOf({ peer, custody }: Holder, family: Family): readonly Line[] {
  const lines = custody.pending.map(({ block: { cidr }, to }) => ({ from: peer, to, cidr }));
  return lines.filter(({ cidr }) => cidr.family === family);
}

/**
 * `booked`: addresses of each of their blocks, as heldBlocks has them. Of a removed peer only what
 * nobody else has by now is told: the rest it has given away.
 */
function holderAccounts(
  holders: readonly Holder[],
  booked: readonly bigint[],
  { family, free }: { readonly family: Family; readonly free: bigint },
): readonly HolderAccount[] {
  const accounts: HolderAccount[] = [];
  let at = 0;
  for (const { peer, state, custody, isSelf } of holders) {
    const blocks: Cidr[] = [];
    let addresses = 0n;
    for (const { cidr } of custody.hold) {
      if (cidr.family !== family) continue;
      const own = booked[at++] ?? 0n;
      addresses += own;
      if (state !== 'removed' || own > 0n) blocks.push(cidr);
    }
    if (blocks.length === 0) continue;
    const known = isSelf ? { exact: free } : { log2: freeLog2Of(custody, family) };
    accounts.push({ peer, state, blocks, addresses, free: known });
  }
  return accounts;
}

function freeLog2Of({ freeLog2 }: Custody, family: Family): number {
  return family === 4 ? freeLog2.v4 : freeLog2.v6;
}

/** Of what its taker holds already nothing is left to tell. */
function pendingAccounts(
  lines: readonly Line[],
  booked: readonly bigint[],
): readonly PendingAccount[] {
  return lines
    .map((line, i) => ({ ...line, addresses: booked[i] ?? 0n }))
    .filter(({ addresses }) => addresses > 0n);
}

function claimsIn(universe: Cidr, members: readonly Holder[]): readonly ClaimAccount[] {
  const claimants = members.filter(({ custody }) => custody.carriedOver.length > 0);
  const claims = claimants.flatMap(({ peer, custody }) =>
    blocksAround(custody.carriedOver, [universe]).map((cidr) => ({ cidr, peer })),
  );
  const byBlock = Map.groupBy(claims, ({ cidr }) => cidr.address);
  return [...byBlock.values()]
    .flatMap(([first, ...others]) => {
      if (first === undefined) return [];
      return [{ cidr: first.cidr, by: [first, ...others].map(({ peer }) => peer) }];
    })
    .sort((a, b) => compareCidrs(a.cidr, b.cidr));
}

/** Ourselves first, the others by their ids. */
function holdersOf(input: AccountsInput): readonly Holder[] {
  const { self, records } = input;
  const others: Holder[] = [];
  for (const [peer, custody] of records) {
    if (peer === self.peer) continue;
    others.push({ peer, custody, state: stateOf({ peer, custody }, input), isSelf: false });
  }
  others.sort((a, b) => (a.peer < b.peer ? -1 : 1));
  return [{ ...self, state: 'held', isSelf: true }, ...others];
}

function stateOf(
  { peer, custody }: Other,
  { allows, down }: Pick<AccountsInput, 'allows' | 'down'>,
): HolderState {
  if (!allows(peer, custody.registeredRev)) return 'removed';
  return down.has(peer) ? 'unreachable' : 'held';
}

function totalsOf(
  holders: readonly HolderAccount[],
  pending: readonly PendingAccount[],
  orphaned: readonly Cidr[],
): Account['totals'] {
  const totals = { held: 0n, unreachable: 0n, removed: 0n, pending: 0n, orphaned: 0n };
  for (const { state, addresses } of holders) totals[state] += addresses;
  for (const { addresses } of pending) totals.pending += addresses;
  for (const cidr of orphaned) totals.orphaned += size(cidr);
  return totals;
}
