/**
 * The links that are up: who is at the other end, when it was heard last, and which are to go.
 * Dialling is in dials.ts; what is said over a link is not its concern but for heartbeats.
 */
import type { CloseReason, LinkId, LinkUp } from './effect.ts';
import {
  HEARTBEAT_JITTER,
  HEARTBEAT_MS,
  LATENESS_FORGIVEN_MAX_MS,
  LATENESS_MIN_MS,
  LINK_AGE_MIN_MS,
  LINK_SILENCE_MS,
  UNWANTED_LINK_MS,
} from './limits.ts';
import type { MeshOptions } from './mesh-options.ts';
import type { PeerId } from './peer-id.ts';
import type { Endpoint } from './record.ts';

export interface Link {
  readonly id: LinkId;
  readonly peer: PeerId;
  readonly initiator: 'us' | 'them';
  readonly endpoint: Endpoint;
  readonly upAt: number;
  heardAt: number;
  /** The longest time by which we were late ourselves since then. */
  pauseMs: number;
  /** All other lateness of ours since then. */
  lateMs: number;
  /** Until when what came in the last of them may still have to be read. */
  readUntil: number;
  heartbeatAt: number;
  wantedByThem: boolean;
  /** What our last heartbeat said: whether we want it. Undefined before the first. */
  toldWanted: boolean | undefined;
  unwantedSince: number | undefined;
  /** It is new here, and has not been told yet who its neighbours are. */
  isToBeReferred: boolean;
}

export interface Closing {
  readonly link: Link;
  readonly reason: CloseReason;
}

export type LinksOptions = Pick<MeshOptions, 'self' | 'random' | 'linksMax'>;

const NO_CLOSINGS: readonly Closing[] = [];
const NO_LINKS: readonly Link[] = [];

export class Links {
  readonly #self: PeerId;
  readonly #random: () => number;
  readonly #linksMax: number;
  readonly #byId = new Map<LinkId, Link>();
  readonly #byPeer = new Map<PeerId, Link>();
  /** Undefined when it has to be looked for. */
  #nextAt: number | undefined;

  constructor({ self, random, linksMax }: LinksOptions) {
    this.#self = self;
    this.#random = random;
    this.#linksMax = linksMax;
  }

  get(id: LinkId): Link | undefined {
    return this.#byId.get(id);
  }

  to(peer: PeerId): Link | undefined {
    return this.#byPeer.get(peer);
  }

  all(): readonly Link[] {
    return [...this.#byId.values()];
  }

  /** Takes the link, and says which one (this, or an earlier one) has to go. */
  up(now: number, event: LinkUp, isWanted: (peer: PeerId) => boolean): Closing | undefined {
    const link = this.#make(now, event);
    if (event.peer === this.#self) return { link, reason: 'self' };
    const earlier = this.#byPeer.get(event.peer);
    if (earlier === undefined) return this.#takeWithin(link, isWanted);
    if (this.#keeps(earlier, link)) return { link, reason: 'duplicate' };
    this.down(earlier.id);
    this.#take(link);
    return { link: earlier, reason: 'duplicate' };
  }

  down(id: LinkId): Link | undefined {
    const link = this.#byId.get(id);
    if (link === undefined) return undefined;
    this.#nextAt = undefined;
    this.#byId.delete(id);
    if (this.#byPeer.get(link.peer) === link) this.#byPeer.delete(link.peer);
    return link;
  }

  /** Something came by it. */
  heard(now: number, link: Link): void {
    link.heardAt = now;
    link.pauseMs = 0;
    link.lateMs = 0;
  }

  /**
   * Notes since when neither end wants a link. Where we changed our mind a heartbeat is due at once:
   * what nobody wants is not flooded to, and thousands that join change their minds often.
   */
  noteWanted(now: number, isWanted: (peer: PeerId) => boolean): void {
    this.#nextAt = undefined;
    for (const link of this.#byId.values()) {
      const isWantedHere = isWanted(link.peer);
      if (link.toldWanted !== undefined && link.toldWanted !== isWantedHere) link.heartbeatAt = now;
      if (link.wantedByThem || isWantedHere) link.unwantedSince = undefined;
      else link.unwantedSince ??= now;
    }
  }

  /** Links that are silent, or unwanted for long enough and ours to close. */
  due(now: number): readonly Closing[] {
    if (now < this.nextAt()) return NO_CLOSINGS;
    this.#nextAt = undefined;
    const closings: Closing[] = [];
    for (const link of this.#byId.values()) {
      if (now >= silentAt(link)) closings.push({ link, reason: 'silent' });
      else if (now >= this.#unwantedUntil(link)) closings.push({ link, reason: 'unwanted' });
    }
    return closings;
  }

  /** Links that are to get a heartbeat now; the next one of each is set. */
  takeHeartbeats(now: number): readonly Link[] {
    if (now < this.nextAt()) return NO_LINKS;
    this.#nextAt = undefined;
    const due: Link[] = [];
    for (const link of this.#byId.values()) {
      if (now < link.heartbeatAt) continue;
      link.heartbeatAt = now + this.#heartbeatInterval();
      due.push(link);
    }
    return due;
  }

  /** We were late by so much: in that time nobody could be heard, and what came has yet to be read. */
  forgive(now: number, lateMs: number): void {
    if (lateMs < LATENESS_MIN_MS) return;
    for (const link of this.#byId.values()) {
      const isLongest = lateMs > link.pauseMs;
      if (isLongest || link.lateMs < LATENESS_FORGIVEN_MAX_MS)
        link.readUntil = now + Math.min(lateMs, HEARTBEAT_MS);
      link.lateMs += isLongest ? link.pauseMs : lateMs;
      if (isLongest) link.pauseMs = lateMs;
    }
  }

  /** No later than when something is due; who was heard since then may make it too early. */
  nextAt(): number {
    if (this.#nextAt !== undefined) return this.#nextAt;
    let next = Number.POSITIVE_INFINITY;
    for (const link of this.#byId.values())
      next = Math.min(next, link.heartbeatAt, silentAt(link), this.#unwantedUntil(link));
    this.#nextAt = next;
    return next;
  }

  /** The lower id closes, so that the two ends never close different ones of two links. */
  #unwantedUntil(link: Link): number {
    if (link.unwantedSince === undefined || this.#self > link.peer) return Number.POSITIVE_INFINITY;
    return link.unwantedSince + UNWANTED_LINK_MS;
  }

  /**
   * At the limit the oldest link that we don't want makes room: a newcomer needs us for the moment
   * in which it learns who its neighbours are.
   */
  #takeWithin(link: Link, isWanted: (peer: PeerId) => boolean): Closing | undefined {
    if (this.#byId.size < this.#linksMax || isWanted(link.peer)) {
      this.#take(link);
      return undefined;
    }
    const oldest = this.all().find(
      (other) => !isWanted(other.peer) && link.upAt >= other.upAt + LINK_AGE_MIN_MS,
    );
    if (oldest === undefined) return { link, reason: 'link-limit' };
    this.down(oldest.id);
    this.#take(link);
    return { link: oldest, reason: 'link-limit' };
  }

  #take(link: Link): void {
    this.#nextAt = undefined;
    this.#byId.set(link.id, link);
    this.#byPeer.set(link.peer, link);
  }

  /**
   * Of two links to one peer, the one that the lower id dialled stays: both ends decide alike. Of
   * two that the same end dialled the newer one stays: its dialler has given up the other.
   */
  #keeps(earlier: Link, later: Link): boolean {
    if (earlier.initiator === later.initiator) return false;
    const lower = this.#self < earlier.peer ? 'us' : 'them';
    return earlier.initiator === lower;
  }

  #make(now: number, { link, peer, initiator, endpoint }: LinkUp): Link {
    return {
      id: link,
      peer,
      initiator,
      endpoint,
      upAt: now,
      heardAt: now,
      pauseMs: 0,
      lateMs: 0,
      readUntil: Number.NEGATIVE_INFINITY,
      heartbeatAt: now,
      wantedByThem: true,
      toldWanted: undefined,
      unwantedSince: undefined,
      isToBeReferred: false,
    };
  }

  #heartbeatInterval(): number {
    return HEARTBEAT_MS * (1 + HEARTBEAT_JITTER * (2 * this.#random() - 1));
  }
}

/** When its silence is too long. The one pause counts whole, so that a stop of minutes is survived. */
function silentAt({ heardAt, pauseMs, lateMs, readUntil }: Link): number {
  const forgivenMs = pauseMs + Math.min(lateMs, LATENESS_FORGIVEN_MAX_MS);
  return Math.max(heardAt + LINK_SILENCE_MS + forgivenMs, readUntil);
}
