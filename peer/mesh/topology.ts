/**
 * Whom this peer wants links to, derived from the directory, the links there are and the dials
 * that failed; and whom to dial for that. Derived anew only after one of these changed in a way
 * that matters here: with thousands of peers most changes do not.
 */
import type { BoundHits } from './bound-hits.ts';
import type { Dials, DialTarget } from './dials.ts';
import { endpointKey } from './endpoint-key.ts';
import type { Directory, PeerRecord } from './directory.ts';
import type { LinkId } from './effect.ts';
import type { Share } from './flood.ts';
import { type JoinEndpoint, JoinEndpoints } from './join-endpoints.ts';
import {
  CLAIM_ENDPOINTS_MAX,
  DIAL_SETTLE_MS,
  DIAL_TURN_MS,
  SHORT_LINK_MS,
  WAYS_IN,
} from './limits.ts';
import type { Link, Links } from './links.ts';
import type { Standing } from './liveness.ts';
import type { MeshOptions } from './mesh-options.ts';
import type { PeerId } from './peer-id.ts';
import type { Endpoint } from './record.ts';
import { RingWindows, WINDOW_WIDTH } from './ring-windows.ts';
import { type Neighbours, type Rings, type Outlook, buildRings } from './rings.ts';

export interface TopologyOptions extends Pick<
  MeshOptions,
  'self' | 'bootstrap' | 'random' | 'members' | 'isListed'
> {
  readonly directory: Directory;
  readonly links: Links;
  readonly dials: Dials;
  /** It misbehaved: no links with it for now. */
  readonly isShunned: (peer: PeerId) => boolean;
  readonly hits: BoundHits;
}

export class Topology implements Outlook {
  readonly #options: TopologyOptions;
  readonly #join: JoinEndpoints;
  /** By endpoint of a wanted peer: who answered there instead of it. */
  readonly #answeredInstead = new Map<string, PeerId>();
  #windows: RingWindows | undefined;
  #rings: Rings | undefined;
  #neighbours: Neighbours | undefined;
  #wanted: ReadonlySet<PeerId> = new Set();
  #unreachable: readonly PeerId[] | undefined;
  #targets: readonly DialTarget[] | undefined;

  constructor(options: TopologyOptions) {
    this.#options = options;
    this.#join = new JoinEndpoints(options);
  }

  /** The directory has this record now, in place of an earlier one or of none. */
  learned(record: PeerRecord, earlier: PeerRecord | undefined): void {
    if (this.#join.noteRecord(record) || this.#wanted.has(record.peer)) this.#targets = undefined;
    const isMember = this.#isMember(record);
    if (earlier !== undefined) {
      if (isMember !== this.#isMember(earlier)) this.membersChanged();
      // Where it can be reached may have changed, and with that whether it can.
      else if (this.#wanted.has(record.peer)) this.reachChanged();
      return;
    }
    if (!isMember || this.#windows === undefined) return;
    this.#rings = undefined;
    if (this.#windows.add(record.peer, { isListed: this.isListed(record.peer) }))
      this.#neighbours = undefined;
  }

  /** The set of members is another one. */
  membersChanged(): void {
    this.#windows = undefined;
    this.#rings = undefined;
    this.reachChanged();
  }

  /** Links or failed dials are others. */
  reachChanged(): void {
    this.#neighbours = undefined;
    this.#unreachable = undefined;
    this.#targets = undefined;
  }

  /** Endpoints to dial until the peers behind them are known, besides those to join at. */
  found(endpoints: readonly Endpoint[]): void {
    this.#targets = undefined;
    this.#join.found(endpoints);
  }

  /** A dial to the endpoint was answered by this peer. */
  answered(endpoint: Endpoint, peer: PeerId): void {
    this.#join.answered(endpoint, peer);
    this.#answeredInstead.set(endpointKey(endpoint), peer);
  }

  /** The link to the peer went silent. */
  lost(now: number, peer: PeerId): void {
    for (const endpoint of this.endpointsOf(peer))
      this.#options.dials.lost(now, { endpoint, peer });
  }

  /** The link, which is down, was ended from elsewhere. */
  broken(now: number, { peer, initiator, upAt }: Link): void {
    const wasShort = initiator === 'us' && now < upAt + SHORT_LINK_MS;
    for (const endpoint of this.endpointsOf(peer))
      this.#options.dials.broken(now, { endpoint, peer }, { wasShort });
  }

  /** Everybody's place on the rings: costs a sort of all, made anew after a member came. */
  rings(): Rings {
    this.#rings ??= buildRings(this.#memberIds());
    return this.#rings;
  }

  neighbours(): Neighbours {
    if (this.#neighbours !== undefined) return this.#neighbours;
    const found = this.#ownWindows().neighbours(this, this.#linkedMembers());
    const isSame =
      found.wanted.length === this.#wanted.size &&
      found.wanted.every((peer) => this.#wanted.has(peer));
    if (!isSame) {
      this.#wanted = new Set(found.wanted);
      this.#unreachable = undefined;
      this.#targets = undefined;
    }
    this.#neighbours = found;
    return found;
  }

  isWanted(peer: PeerId): boolean {
    this.neighbours();
    return this.#wanted.has(peer);
  }

  /** What the link gets of all that is new. */
  shareOf(id: LinkId): Share {
    const link = this.#options.links.get(id);
    if (link === undefined) return 'none';
    const { onward, eager } = this.neighbours();
    if (onward.has(link.peer)) return 'onward';
    if (eager.has(link.peer)) return 'eager';
    return link.wantedByThem || this.isWanted(link.peer) ? 'lazy' : 'none';
  }

  /** Nobody that we want is linked: we are looking for a way in. */
  isJoining(): boolean {
    const { links } = this.#options;
    return !this.neighbours().wanted.some((peer) => links.to(peer) !== undefined);
  }

  /** Who is next to the peer on the rings, whether or not it is a member. */
  adjacentTo(peer: PeerId): readonly PeerId[] {
    const windows = new RingWindows({ self: peer, width: 1 });
    for (const id of this.#memberIds()) windows.add(id, { isListed: false });
    return windows.adjacent();
  }

  /** The wanted peers that can't be reached, sorted. */
  unreachable(): readonly PeerId[] {
    const { wanted } = this.neighbours();
    this.#unreachable ??= wanted.filter((peer) => this.isUnreachable(peer));
    return this.#unreachable;
  }

  /** No link, and no endpoint of it that was not dialled in vain. */
  isUnreachable(peer: PeerId): boolean {
    const { links, dials, isShunned } = this.#options;
    if (links.to(peer) !== undefined) return false;
    if (isShunned(peer)) return true;
    return this.#endpointsToTry(peer).every(
      (endpoint) => dials.isFailing(endpoint) || this.#isAnothers(endpoint, peer),
    );
  }

  isLinked(peer: PeerId): boolean {
    return this.#options.links.to(peer) !== undefined;
  }

  isListed(peer: PeerId): boolean {
    return this.#options.isListed?.(peer) ?? true;
  }

  /** Whose word counts of who is down. */
  standing(): Standing {
    const { self, links } = this.#options;
    return {
      alive: new Set([self, ...links.all().map((link) => link.peer)]),
      isListed: (peer) => this.isListed(peer),
    };
  }

  isMember(peer: PeerId): boolean {
    const record = this.#options.directory.peer(peer);
    return record !== undefined && this.#isMember(record);
  }

  /** What to dial; undefined when it is the same as at the last call. */
  takeNewTargets(): readonly DialTarget[] | undefined {
    this.neighbours();
    if (this.#targets !== undefined) return undefined;
    this.#targets = [...this.#joinTargets(), ...this.#wantedTargets()];
    this.#pruneAnswers();
    return this.#targets;
  }

  endpointsOf(peer: PeerId): readonly Endpoint[] {
    return this.#options.directory.peer(peer)?.content.profile.endpoints ?? [];
  }

  #isMember(record: PeerRecord): boolean {
    return this.#options.members([record]).length > 0;
  }

  #memberIds(): readonly PeerId[] {
    const { self, directory, members } = this.#options;
    const ids = members([...directory.peersAsTheyCame()]).map((record) => record.peer);
    return [...new Set([self, ...ids])];
  }

  #ownWindows(): RingWindows {
    if (this.#windows !== undefined) return this.#windows;
    const windows = new RingWindows({ self: this.#options.self, width: WINDOW_WIDTH });
    for (const id of this.#memberIds()) windows.add(id, { isListed: this.isListed(id) });
    this.#windows = windows;
    return windows;
  }

  #linkedMembers(): readonly PeerId[] {
    const peers = this.#options.links.all().map((link) => link.peer);
    return peers.filter((peer) => this.isMember(peer));
  }

  /** Wanted peers without a link. */
  #wantedTargets(): readonly DialTarget[] {
    const { links, isShunned } = this.#options;
    const open = this.neighbours().wanted.filter(
      (peer) => links.to(peer) === undefined && !isShunned(peer),
    );
    const fillsGap = this.unreachable().length > 0;
    if (!this.isJoining())
      return open.flatMap((peer) => this.#targetsAt(peer)).map((one) => ({ ...one, fillsGap }));
    return this.#inOrderOfEntry(open).flatMap((peer, rank) => {
      const waitMs = Math.floor(rank / WAYS_IN) * DIAL_SETTLE_MS;
      return this.#targetsAt(peer).map((target) => ({ ...target, waitMs }));
    });
  }

  #targetsAt(peer: PeerId): readonly DialTarget[] {
    const endpoints = this.#endpointsToTry(peer).filter((one) => !this.#isAnothers(one, peer));
    const isClaim = !this.isListed(peer);
    return endpoints.map((endpoint) => ({ endpoint, peer, isClaim }));
  }

  #endpointsToTry(peer: PeerId): readonly Endpoint[] {
    const endpoints = this.endpointsOf(peer);
    return this.isListed(peer) ? endpoints : endpoints.slice(0, CLAIM_ENDPOINTS_MAX);
  }

  /**
   * Who looks for a way in can't wait for lower ids, which don't know of it yet, but these come later;
   * last come those that were tried in vain.
   */
  #inOrderOfEntry(peers: readonly PeerId[]): readonly PeerId[] {
    const { self } = this.#options;
    const open = peers.filter((peer) => !this.isUnreachable(peer));
    return [
      ...open.filter((peer) => peer > self),
      ...open.filter((peer) => peer < self),
      ...peers.filter((peer) => !open.includes(peer)),
    ];
  }

  /** Somebody else answers there, to whom we have a link: a second one would help nobody. */
  #isAnothers(endpoint: Endpoint, peer: PeerId): boolean {
    const { self, links } = this.#options;
    const there = this.#answeredInstead.get(endpointKey(endpoint));
    if (there === undefined || there === peer) return false;
    return there === self || links.to(there) !== undefined;
  }

  /**
   * Where to join, one after the other: all of those that are told the same three addresses should
   * not crowd all three. Found ones are dialled at once, they are as many as were looked for.
   */
  #joinTargets(): readonly DialTarget[] {
    const isLost = this.isJoining() && this.unreachable().length === this.#wanted.size;
    const others = this.#join.all().filter(({ peer }) => peer !== this.#options.self);
    // Each keeps its rank when one before it is open no more: that one may be our way in.
    return others.flatMap((one, rank) => {
      if (!this.#isOpen(one, isLost)) return [];
      const turn = one.peer === undefined ? rank : rank + 1;
      return { endpoint: one.endpoint, waitMs: one.isFound ? 0 : turn * DIAL_TURN_MS };
    });
  }

  /** Known ones the rings take care of; while these lead nowhere, those named by the operator are tried. */
  #isOpen({ peer, isKnown, isFound }: JoinEndpoint, isLost: boolean): boolean {
    if (peer === undefined) return true;
    const { links, isShunned } = this.#options;
    if (links.to(peer) !== undefined || isShunned(peer)) return false;
    return !isKnown || (isLost && !isFound);
  }

  #pruneAnswers(): void {
    if (this.#answeredInstead.size === 0) return;
    const open = this.neighbours().wanted.flatMap((peer) => this.endpointsOf(peer));
    const keys = new Set(open.map(endpointKey));
    for (const key of this.#answeredInstead.keys())
      if (!keys.has(key)) this.#answeredInstead.delete(key);
  }
}
