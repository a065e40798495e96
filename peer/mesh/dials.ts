/**
 * Whom to dial, and when. A target is a wanted peer, or an address that we were told to join at
 * and whose peer isn't known. Retries back off with full jitter (Brooker, "Exponential Backoff
 * And Jitter", AWS 2015), so that a thousand peers that lost the same one don't return in step. Where
 * handshakes are slow everybody dials less. Whom the arbiter lists is dialled before who only claims
 * to be somebody.
 */
import { assert } from '../assert.ts';
import { endpointKey } from './endpoint-key.ts';
import {
  DIALS_IN_FLIGHT_MAX,
  DIALS_KEPT_FOR_LISTED,
  DIAL_BACKOFF_MAX_MS,
  DIAL_BACKOFF_MIN_MS,
  DIAL_DEFERENCE_MS,
  DIAL_QUICK_MS,
  DIAL_SETTLE_MS,
  DIAL_SLOWNESS_MAX,
  SHORT_LINK_ATTEMPTS,
} from './limits.ts';
import type { PeerId } from './peer-id.ts';
import type { Endpoint } from './record.ts';

export interface DialTarget {
  readonly endpoint: Endpoint;
  /** Whose endpoint it is, as far as that is known. */
  readonly peer?: PeerId;
  /** How long the first try waits where dials are quick; without it as long as for any peer that is wanted. */
  readonly waitMs?: number;
  /** Somebody who is wanted can't be reached: whoever is wanted instead is needed now. */
  readonly fillsGap?: boolean;
  /** The arbiter does not list the peer: it comes after all others. */
  readonly isClaim?: boolean;
}

interface Dial {
  target: DialTarget;
  /** From when on the first try waits. */
  since: number;
  attempts: number;
  /** Of the next try, once there was one. */
  retryAt: number;
  inFlight: boolean;
  /** When the one in flight, or the last, was begun. */
  takenAt: number;
  /** What is in flight was for another peer, who had the endpoint then: how it ends says nothing. */
  isStale: boolean;
  /** Nothing has come of it since it was last known to be reachable. */
  isFailing: boolean;
  /** False for one that is in flight and to be forgotten when it ends. */
  isWanted: boolean;
}

const NOTHING: readonly Endpoint[] = [];

assert(DIAL_SLOWNESS_MAX <= DIALS_IN_FLIGHT_MAX, 'where dials are slow, nobody would be dialled');

export class Dials {
  readonly #self: PeerId;
  readonly #random: () => number;
  /** By endpoint: two targets never share one. */
  readonly #dials = new Map<string, Dial>();
  #inFlight = 0;
  #claimsInFlight = 0;
  /** Somebody who is no mere claim waits to be dialled. */
  #hasListedWaiting = false;
  /** How many times as long as a quick one the last dial took that was answered; at least 1. */
  #slowness = 1;
  /** The earliest of those that wait. */
  #nextAt = Number.POSITIVE_INFINITY;

  constructor(self: PeerId, random: () => number) {
    this.#self = self;
    this.#random = random;
  }

  /** These and no others are to be dialled from now on. */
  retarget(now: number, targets: readonly DialTarget[]): void {
    const byKey = new Map(targets.map((target) => [endpointKey(target.endpoint), target]));
    for (const [key, dial] of this.#dials) {
      dial.isWanted = byKey.has(key);
      if (!dial.isWanted && !dial.inFlight) this.#dials.delete(key);
    }
    for (const [key, target] of byKey) {
      const dial = this.#dials.get(key);
      if (dial === undefined) this.#dials.set(key, this.#make(now, target));
      else if (isForAnother(dial.target, target)) this.#replace(now, dial, target);
      else dial.target = target;
    }
    this.#note();
  }

  /** The endpoints to dial now: claims last, those first that are due for longest, few in flight. */
  take(now: number): readonly Endpoint[] {
    if (now < this.nextAt()) return NOTHING;
    const due = [...this.#dials.values()].filter(
      (dial) => !dial.inFlight && now >= this.#dueAt(dial),
    );
    due.sort((a, b) => this.#dueAt(a) - this.#dueAt(b));
    const first = due.filter((dial) => !isClaim(dial) && this.#begin(now, dial));
    // Claims have what is kept for the listed where none of these waits any more.
    this.#note();
    const claims = due.filter((dial) => isClaim(dial) && this.#begin(now, dial));
    const taken = [...first, ...claims];
    this.#note();
    return taken.map((dial) => dial.target.endpoint);
  }

  /**
   * The peer answered there. When it is not the one that was looked for, the dial has failed: that
   * peer is gone from its address, and is looked for again with backoff like any other.
   */
  answered(now: number, endpoint: Endpoint, peer: PeerId): void {
    const dial = this.#dials.get(endpointKey(endpoint));
    if (dial?.inFlight === true) this.#noteDuration(now - dial.takenAt);
    if (dial?.target.peer !== undefined && dial.target.peer !== peer) {
      this.failed(now, endpoint);
      return;
    }
    this.#dials.delete(endpointKey(endpoint));
    // That was ourselves: as good as nobody for one who looks for others.
    if (peer === this.#self) this.#hurryJoin(now);
    this.#note();
  }

  failed(now: number, endpoint: Endpoint): void {
    const key = endpointKey(endpoint);
    const dial = this.#dials.get(key);
    if (dial === undefined) return;
    if (!dial.isWanted) this.#dials.delete(key);
    else if (dial.isStale) Object.assign(dial, { inFlight: false, isStale: false });
    else this.#fail(now, dial);
    this.#note();
  }

  /** The link to it went silent: as good as a dial that failed, and worth one at once if none is in flight. */
  lost(now: number, target: DialTarget): void {
    const key = endpointKey(target.endpoint);
    const dial = this.#dials.get(key);
    const next = { ...this.#make(now, { ...target, waitMs: 0 }), isFailing: true };
    if (dial?.inFlight === true) {
      const isStale = isForAnother(dial.target, target);
      Object.assign(dial, next, { inFlight: true, takenAt: dial.takenAt, isStale });
    } else this.#dials.set(key, next);
    this.#note();
  }

  /**
   * The link to it was ended from elsewhere. It need not prove again that it stays wanted, but who
   * was turned away as soon as it came waits as after a failure: its reasons may still hold.
   */
  broken(now: number, target: DialTarget, { wasShort }: { readonly wasShort: boolean }): void {
    const key = endpointKey(target.endpoint);
    if (this.#dials.has(key)) return;
    const dial = this.#make(now - DIAL_SETTLE_MS, target);
    if (wasShort)
      Object.assign(dial, {
        attempts: SHORT_LINK_ATTEMPTS,
        retryAt: now + this.#backoff(SHORT_LINK_ATTEMPTS),
      });
    this.#dials.set(key, dial);
    this.#note();
  }

  /** Whether this endpoint was tried in vain. */
  isFailing(endpoint: Endpoint): boolean {
    return this.#dials.get(endpointKey(endpoint))?.isFailing === true;
  }

  nextAt(): number {
    return this.#inFlight >= this.#inFlightMax() ? Number.POSITIVE_INFINITY : this.#nextAt;
  }

  /** Says whether there was room for it. */
  #begin(now: number, dial: Dial): boolean {
    if (!this.#hasRoomFor(dial)) return false;
    Object.assign(dial, { inFlight: true, takenAt: now });
    this.#count(dial);
    return true;
  }

  #hasRoomFor(dial: Dial): boolean {
    const inFlightMax = this.#inFlightMax();
    if (this.#inFlight >= inFlightMax) return false;
    if (!isClaim(dial) || !this.#hasListedWaiting) return true;
    // Where dials are slow there are few of them, and half are the claims'.
    const keptCount = Math.min(DIALS_KEPT_FOR_LISTED, inFlightMax / 2);
    return this.#claimsInFlight < inFlightMax - keptCount;
  }

  #count(dial: Dial): void {
    this.#inFlight++;
    if (isClaim(dial)) this.#claimsInFlight++;
  }

  #inFlightMax(): number {
    return Math.floor(DIALS_IN_FLIGHT_MAX / this.#slowness);
  }

  #noteDuration(tookMs: number): void {
    this.#slowness = Math.min(DIAL_SLOWNESS_MAX, Math.max(1, tookMs / DIAL_QUICK_MS));
  }

  #dueAt({ target, attempts, since, retryAt }: Dial): number {
    if (attempts > 0) return retryAt;
    return since + this.#waitOf(target) * this.#slowness;
  }

  #waitOf({ peer, waitMs, fillsGap }: DialTarget): number {
    if (waitMs !== undefined) return waitMs;
    if (peer === undefined) return 0;
    const settleMs = fillsGap === true ? 0 : DIAL_SETTLE_MS;
    return settleMs + (this.#self > peer ? DIAL_DEFERENCE_MS : 0);
  }

  /** Called after each change, as the questions come more often than those. */
  #note(): void {
    this.#inFlight = 0;
    this.#claimsInFlight = 0;
    this.#hasListedWaiting = false;
    for (const dial of this.#dials.values()) {
      if (dial.inFlight) this.#count(dial);
      else if (!isClaim(dial)) this.#hasListedWaiting = true;
    }
    this.#nextAt = Number.POSITIVE_INFINITY;
    for (const dial of this.#dials.values())
      if (!dial.inFlight && this.#hasRoomFor(dial))
        this.#nextAt = Math.min(this.#nextAt, this.#dueAt(dial));
  }

  #fail(now: number, dial: Dial): void {
    dial.inFlight = false;
    dial.attempts++;
    dial.isFailing = true;
    dial.retryAt = now + this.#backoff(dial.attempts);
    if (dial.target.peer === undefined) this.#hurryJoin(now);
  }

  /** Nobody is there: the next endpoint to join at need not wait any longer. */
  #hurryJoin(now: number): void {
    const waiting = [...this.#dials.values()].filter(
      (dial) =>
        dial.target.peer === undefined &&
        dial.attempts === 0 &&
        !dial.inFlight &&
        this.#dueAt(dial) > now,
    );
    const [next] = waiting.sort((a, b) => this.#dueAt(a) - this.#dueAt(b));
    if (next !== undefined) next.since = Number.NEGATIVE_INFINITY;
  }

  /** The endpoint is another peer's now: what came of dialling it for the one says nothing of the other. */
  #replace(now: number, dial: Dial, target: DialTarget): void {
    const { inFlight, takenAt } = dial;
    Object.assign(dial, this.#make(now, target), { inFlight, takenAt, isStale: inFlight });
  }

  #make(now: number, target: DialTarget): Dial {
    return {
      target,
      since: now,
      attempts: 0,
      retryAt: now,
      inFlight: false,
      takenAt: now,
      isStale: false,
      isFailing: false,
      isWanted: true,
    };
  }

  #backoff(attempts: number): number {
    const cap = Math.min(DIAL_BACKOFF_MAX_MS, DIAL_BACKOFF_MIN_MS * 2 ** attempts);
    return this.#random() * cap;
  }
}

function isClaim({ target }: Dial): boolean {
  return target.isClaim === true;
}

function isForAnother(earlier: DialTarget, later: DialTarget): boolean {
  const isKnown = earlier.peer !== undefined && later.peer !== undefined;
  return isKnown && earlier.peer !== later.peer;
}
