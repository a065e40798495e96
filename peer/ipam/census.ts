/**
 * The census: which addresses nobody has any more, because who had them was removed. Only the
 * executor asks, and only from what members have published. The rules, why they are enough and
 * which test holds each: docs/OWNERSHIP.md. Who the executor is, and when it asks: core/reclaiming.ts.
 *
 * It is taken over the executor's own list of members, read after the arbiter made it the executor:
 *   1. every member's record is here, and was written under that very list;
 *   2. the records are a consistent cut: whoever is shown to have accepted something is seen with it;
 *   3. nobody beyond the list was given anything: the founder, and whoever is granted to, is a member
 *      or removed before the list.
 * Then an address that no member holds and none has on its way to anybody is held by nobody.
 */
import { assert } from '../assert.ts';
import type { PeerId } from '../mesh/peer-id.ts';
import { without } from './blocks.ts';
import { type Cidr, compareCidrs, overlaps } from './cidr.ts';
import type { Other } from './custody.ts';
import type { Block, Custody, View } from './custody-state.ts';
import { RECLAIMED_TERM_MAX } from './limits.ts';

export interface CensusInput {
  /** The executor itself: its custody as it is now, whatever it has published of it. */
  readonly self: Other;
  /** The list that it has adopted. */
  readonly view: View;
  /** The newest that is known of everybody else, members or not. */
  readonly records: ReadonlyMap<PeerId, Custody>;
  readonly universe: readonly Cidr[];
  /** Who began with the universe. */
  readonly founder: PeerId;
  /**
   * Peers that a list lacks which was read after they were heard of: without a record here, or with
   * one that says to have registered after that list, which nobody can have.
   */
  readonly gone?: ReadonlySet<PeerId>;
}

export type Census =
  /** Members without a record, under an older list, or seen from before what others show of them. */
  | { readonly type: 'waiting'; readonly for: readonly PeerId[] }
  /** Members that have another list than ours under its very revision: one of us was told a false one. */
  | { readonly type: 'at-odds'; readonly for: readonly PeerId[] }
  /** These may be members that the list doesn't have yet, or have a newer one: list anew. */
  | { readonly type: 'relist'; readonly for: readonly PeerId[] }
  /** Maximal aligned ranges, none when all is held; and the term to take them with. */
  | { readonly type: 'orphans'; readonly orphans: readonly Cidr[]; readonly term: number };

export function takeCensus(input: CensusInput): Census {
  const { self, view, records } = input;
  assert(view.members.has(self.peer), `${self.peer} takes a census and is no member`);
  const known = new Map(records).set(self.peer, self.custody);
  const ids = [...view.members.keys()].sort();
  const newer = ids.filter((peer) => revOf(known, peer) > view.rev);
  if (newer.length > 0) return { type: 'relist', for: newer };
  const older = ids.filter((peer) => revOf(known, peer) < view.rev);
  if (older.length > 0) return { type: 'waiting', for: older };
  const atOdds = ids.filter((peer) => known.get(peer)?.viewHash !== self.custody.viewHash);
  if (atOdds.length > 0) return { type: 'at-odds', for: atOdds };
  const members = ids.flatMap((peer) => othersOf(known, peer));
  const latecomers = findLatecomers(members, { ...input, records: known });
  if (latecomers.length > 0) return { type: 'relist', for: latecomers };
  const behind = findBehind(members);
  if (behind.length > 0) return { type: 'waiting', for: behind };
  return countOrphans(members, input);
}

/**
 * Of those who were heard of before the list was read, with when their own record says that they
 * registered: who is no member. Who says to have registered after this list, which is younger than
 * its word, never has; of others the census knows by their record.
 */
export function findGone(
  view: View,
  heard: ReadonlyMap<PeerId, bigint | undefined>,
): readonly PeerId[] {
  const gone: PeerId[] = [];
  for (const [peer, registeredRev] of heard) {
    const isListed = view.members.has(peer);
    if (!isListed && (registeredRev === undefined || registeredRev > view.rev)) gone.push(peer);
  }
  return gone;
}

/** The list that a peer's record was written under; below any for one that isn't here. */
function revOf(known: ReadonlyMap<PeerId, Custody>, peer: PeerId): bigint {
  return known.get(peer)?.viewRev ?? -1n;
}

function othersOf(known: ReadonlyMap<PeerId, Custody>, peer: PeerId): readonly Other[] {
  const custody = known.get(peer);
  return custody === undefined ? [] : [{ peer, custody }];
}

/**
 * Rule 3: who was given something, is not in the list, and may have registered after it. Those that
 * registered before it are removed, and nothing is accepted of them under this list.
 */
function findLatecomers(
  members: readonly Other[],
  { view, records, founder, gone }: CensusInput,
): readonly PeerId[] {
  const given = new Set([founder]);
  for (const { custody } of members) {
    for (const { peer, cleared } of custody.counterparties) if (cleared > 0) given.add(peer);
    for (const { to } of custody.pending) given.add(to);
  }
  return [...given].filter((peer) => !view.members.has(peer) && mayBeNewer(peer)).sort();

  function mayBeNewer(peer: PeerId): boolean {
    const record = records.get(peer);
    if (gone?.has(peer) === true) return false;
    return record === undefined || record.registeredRev > view.rev;
  }
}

/** Rule 2: members that are shown to have accepted more than their own record here tells. */
function findBehind(members: readonly Other[]): readonly PeerId[] {
  const takers = new Map(members.map(({ peer, custody }) => [peer, custody]));
  const behind = new Set<PeerId>();
  for (const { peer: giver, custody } of members) {
    for (const { peer, cleared } of custody.counterparties) {
      const taker = takers.get(peer);
      if (taker !== undefined && acceptedFrom(taker, giver) < cleared) behind.add(peer);
    }
  }
  return [...behind].sort();
}

function acceptedFrom(taker: Custody, giver: PeerId): number {
  return taker.counterparties.find(({ peer }) => peer === giver)?.accepted ?? 0;
}

function countOrphans(members: readonly Other[], input: CensusInput): Census {
  const orphans = unclaimed(
    members.map(({ custody }) => custody),
    input.universe,
  );
  return { type: 'orphans', orphans, term: termOf(orphans, input) };
}

/** What none of these holds or has on its way to others, as maximal aligned ranges. */
export function unclaimed(
  custodies: readonly Custody[],
  universe: readonly Cidr[],
): readonly Cidr[] {
  const claims = custodies.flatMap(claimsOf).map(({ cidr }) => cidr);
  return universe.flatMap((range) => without(range, claims)).sort(compareCidrs);
}

/** What a peer holds and what it has on its way to others. */
function claimsOf({ hold, pending }: Custody): readonly Block[] {
  return [...hold, ...pending.map(({ block }) => block)];
}

/** Above what removed peers said of the orphans: members, by the census, say nothing of them. */
function termOf(orphans: readonly Cidr[], { view, records }: CensusInput): number {
  const removed = [...records].filter(([peer]) => !view.members.has(peer));
  const terms = removed
    .flatMap(([, custody]) => claimsOf(custody))
    .filter(({ cidr, term }) => term < RECLAIMED_TERM_MAX && orphans.some((o) => overlaps(o, cidr)))
    .map(({ term }) => term);
  return 1 + terms.reduce((highest, term) => Math.max(highest, term), 0);
}
