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
  const all = othersOf(input).map((one) => ({ ...one, state: stateOf(one, input) }));
  const members = all.filter(({ state }) => state !== 'removed');
  const removed = all.filter(({ state }) => state === 'removed');
  return input.universe.map((universe) => accountOf(universe, { members, removed }, input));
}

interface Holder extends Other {
  readonly state: HolderState;
}

/** A line that is still to be booked. */
interface Line {
  readonly holder: Holder;
  readonly cidr: Cidr;
  /** Undefined for what is held. */
  readonly to: PeerId | undefined;
}

/**
 * What members hold is booked first, then what they have on its way: who has accepted a grant holds
 * it before its giver forgets it, and that is no second claim. Removed peers get what is left.
 */
function accountOf(
  universe: Cidr,
  { members, removed }: Readonly<Record<'members' | 'removed', readonly Holder[]>>,
  input: AccountsInput,
): Account {
  const held = members.flatMap(heldLines);
  const lines = [...held, ...members.flatMap(pendingLines), ...removed.flatMap(heldLines)];
  const claims = lines.map(({ cidr }) => cidr);
  const { booked, unclaimed, doubly } = sweep(universe, claims, held.length);
  const partsOf = (one: Interval) => alignedParts(universe.family, one);
  const mine = lines.map((line, i) => ({ ...line, addresses: booked[i] ?? 0n }));
  const inFamily = mine.filter(({ cidr }) => cidr.family === universe.family);
  const orphaned = unclaimed.flatMap(partsOf);
  const byHolder = Map.groupBy(inFamily, ({ holder }) => holder);
  const holders = [...members, ...removed].flatMap((holder) =>
    holderAccount(holder, byHolder.get(holder) ?? [], freeOf(holder, universe.family, input)),
  );
  const pending = inFamily.flatMap(pendingAccount);
  const totals = totalsOf(holders, pending, orphaned);
  const claimed = claimsIn(universe, members);
  return { universe, holders, pending, orphaned, doubly: doubly.flatMap(partsOf), claimed, totals };
}

function claimsIn(universe: Cidr, members: readonly Holder[]): readonly ClaimAccount[] {
  const claims = members.flatMap(({ peer, custody }) =>
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

type Booked = Line & { readonly addresses: bigint };

/** Of a removed peer only what nobody else has by now: the rest it has given away. */
function holderAccount(
  { peer, state }: Holder,
  lines: readonly Booked[],
  free: HolderAccount['free'],
): readonly HolderAccount[] {
  const own = lines.filter(({ to }) => to === undefined);
  const shown = own.filter(({ addresses }) => state !== 'removed' || addresses > 0n);
  if (shown.length === 0) return [];
  const addresses = own.reduce((sum, line) => sum + line.addresses, 0n);
  return [{ peer, state, blocks: shown.map(({ cidr }) => cidr), addresses, free }];
}

function pendingAccount({ holder, to, cidr, addresses }: Booked): readonly PendingAccount[] {
  return to === undefined || addresses === 0n ? [] : [{ from: holder.peer, to, cidr, addresses }];
}

function heldLines(holder: Holder): readonly Line[] {
  return holder.custody.hold.map(({ cidr }) => ({ holder, cidr, to: undefined }));
}

function pendingLines(holder: Holder): readonly Line[] {
  return holder.custody.pending.map(({ block: { cidr }, to }) => ({ holder, cidr, to }));
}

/** Ourselves first, the others by their ids. */
function othersOf({ self, records }: AccountsInput): readonly Other[] {
  const others = [...records].filter(([peer]) => peer !== self.peer);
  others.sort(([a], [b]) => (a < b ? -1 : 1));
  return [self, ...others.map(([peer, custody]) => ({ peer, custody }))];
}

function stateOf({ peer, custody }: Other, { self, allows, down }: AccountsInput): HolderState {
  if (peer === self.peer) return 'held';
  if (!allows(peer, custody.registeredRev)) return 'removed';
  return down.has(peer) ? 'unreachable' : 'held';
}

function freeOf(
  { peer, custody }: Other,
  family: Family,
  { self, free }: AccountsInput,
): HolderAccount['free'] {
  if (peer === self.peer) return { exact: free.get(family) ?? 0n };
  return { log2: family === 4 ? custody.freeLog2.v4 : custody.freeLog2.v6 };
}

function totalsOf(
  holders: readonly HolderAccount[],
  pending: readonly PendingAccount[],
  orphaned: readonly Cidr[],
): Account['totals'] {
  const of = (state: HolderState) =>
    holders
      .filter((holder) => holder.state === state)
      .reduce((sum, { addresses }) => sum + addresses, 0n);
  return {
    held: of('held'),
    unreachable: of('unreachable'),
    removed: of('removed'),
    pending: pending.reduce((sum, { addresses }) => sum + addresses, 0n),
    orphaned: orphaned.reduce((sum, cidr) => sum + size(cidr), 0n),
  };
}
