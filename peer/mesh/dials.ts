/**
 * Whom to dial, and when. A target is a wanted peer, or an address that we were told to join at
 * and whose peer isn't known. Retries back off with full jitter (Brooker, "Exponential Backoff
 * And Jitter", AWS 2015), so that a thousand peers that lost the same one don't return in step.
 */
import { formatAddress } from '../ipam/cidr.ts';
import {
  DIALS_IN_FLIGHT_MAX,
  DIAL_BACKOFF_MAX_MS,
  DIAL_BACKOFF_MIN_MS,
  DIAL_DEFERENCE_MS,
} from './limits.ts';
import type { PeerId } from './peer-id.ts';
import type { Endpoint } from './record.ts';

export interface DialTarget {
  readonly endpoint: Endpoint;
  /** Whose endpoint it is, as far as that is known. */
  readonly peer?: PeerId;
  /** How long the first try waits; without it the higher id lets the lower one dial first. */
  readonly waitMs?: number;
}

interface Dial {
  target: DialTarget;
  attempts: number;
  nextAt: number;
  inFlight: boolean;
  /** What is in flight was for another peer, who had the endpoint then: how it ends says nothing. */
  isStale: boolean;
  /** Nothing has come of it since it was last known to be reachable. */
  isFailing: boolean;
  /** False for one that is in flight and to be forgotten when it ends. */
  isWanted: boolean;
}

/** Endpoints are looked up at each change of the topology, and those of a record stay the same. */
const KEYS = new WeakMap<Endpoint, string>();

export function endpointKey(endpoint: Endpoint): string {
  const known = KEYS.get(endpoint);
  if (known !== undefined) return known;
  const key = `${formatAddress(endpoint.address)} ${endpoint.port}`;
  KEYS.set(endpoint, key);
  return key;
}

export class Dials {
  readonly #self: PeerId;
  readonly #random: () => number;
  /** By endpoint: two targets never share one. */
  readonly #dials = new Map<string, Dial>();
  #inFlight = 0;
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

  /** The endpoints to dial now, at most so many in flight. */
  take(now: number): readonly Endpoint[] {
    if (now < this.nextAt()) return [];
    const due = [...this.#dials.values()].filter((dial) => !dial.inFlight && now >= dial.nextAt);
    const taken = due.slice(0, DIALS_IN_FLIGHT_MAX - this.#inFlight);
    for (const dial of taken) dial.inFlight = true;
    this.#note();
    return taken.map((dial) => dial.target.endpoint);
  }

  /**
   * The peer answered there. When it is not the one that was looked for, the dial has failed: that
   * peer is gone from its address, and is looked for again with backoff like any other.
   */
  answered(now: number, endpoint: Endpoint, peer: PeerId): void {
    const dial = this.#dials.get(endpointKey(endpoint));
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

  /** The link to it went silent: as good as a dial that failed, and worth one at once. */
  lost(now: number, target: DialTarget): void {
    this.#dials.set(endpointKey(target.endpoint), {
      ...this.#make(now, { ...target, waitMs: 0 }),
      isFailing: true,
    });
    this.#note();
  }

  /** Whether this endpoint was tried in vain. */
  isFailing(endpoint: Endpoint): boolean {
    return this.#dials.get(endpointKey(endpoint))?.isFailing === true;
  }

  nextAt(): number {
    return this.#inFlight >= DIALS_IN_FLIGHT_MAX ? Number.POSITIVE_INFINITY : this.#nextAt;
  }

  /** Called after each change, as the questions come more often than those. */
  #note(): void {
    this.#inFlight = 0;
    this.#nextAt = Number.POSITIVE_INFINITY;
    for (const dial of this.#dials.values()) {
      if (dial.inFlight) this.#inFlight++;
      else this.#nextAt = Math.min(this.#nextAt, dial.nextAt);
    }
  }

  #fail(now: number, dial: Dial): void {
    dial.inFlight = false;
    dial.attempts++;
    dial.isFailing = true;
    dial.nextAt = now + this.#backoff(dial.attempts);
    if (dial.target.peer === undefined) this.#hurryJoin(now);
  }

  /** Nobody is there: the next endpoint to join at need not wait any longer. */
  #hurryJoin(now: number): void {
    const waiting = [...this.#dials.values()].filter(
      ({ target, attempts, inFlight, nextAt }) =>
        target.peer === undefined && attempts === 0 && !inFlight && nextAt > now,
    );
    const [next] = waiting.sort((a, b) => a.nextAt - b.nextAt);
    if (next !== undefined) next.nextAt = now;
  }

  /** The endpoint is another peer's now: what came of dialling it for the one says nothing of the other. */
  #replace(now: number, dial: Dial, target: DialTarget): void {
    const { inFlight } = dial;
    Object.assign(dial, this.#make(now, target), { inFlight, isStale: inFlight });
  }

  #make(now: number, target: DialTarget): Dial {
    const defers = target.peer !== undefined && this.#self > target.peer;
    const waitMs = target.waitMs ?? (defers ? DIAL_DEFERENCE_MS : 0);
    return {
      target,
      attempts: 0,
      nextAt: now + waitMs,
      inFlight: false,
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

function isForAnother(earlier: DialTarget, later: DialTarget): boolean {
  const isKnown = earlier.peer !== undefined && later.peer !== undefined;
  return isKnown && earlier.peer !== later.peer;
}
