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
}

interface Dial {
  target: DialTarget;
  attempts: number;
  nextAt: number;
  inFlight: boolean;
  /** Nothing has come of it since it was last known to be reachable. */
  isFailing: boolean;
  /** False for one that is in flight and to be forgotten when it ends. */
  isWanted: boolean;
}

export function endpointKey({ address, port }: Endpoint): string {
  return `${formatAddress(address)} ${port}`;
}

export class Dials {
  readonly #self: PeerId;
  readonly #random: () => number;
  /** By endpoint: two targets never share one. */
  readonly #dials = new Map<string, Dial>();

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
      if (dial === undefined || isForAnother(dial.target, target)) {
        this.#dials.set(key, this.#make(now, target));
      } else {
        dial.target = target;
      }
    }
  }

  /** The endpoints to dial now, at most so many in flight. */
  take(now: number): readonly Endpoint[] {
    const free = DIALS_IN_FLIGHT_MAX - this.#inFlight();
    const due = [...this.#dials.values()].filter((dial) => !dial.inFlight && now >= dial.nextAt);
    const taken = due.slice(0, Math.max(0, free));
    for (const dial of taken) dial.inFlight = true;
    return taken.map((dial) => dial.target.endpoint);
  }

  /**
   * The peer answered there. When it is not the one that was looked for, the dial has failed: that
   * peer is gone from its address, and is looked for again with backoff like any other.
   */
  answered(now: number, endpoint: Endpoint, peer: PeerId): void {
    const dial = this.#dials.get(endpointKey(endpoint));
    if (dial?.target.peer === undefined || dial.target.peer === peer) {
      this.#dials.delete(endpointKey(endpoint));
    } else {
      this.failed(now, endpoint);
    }
  }

  failed(now: number, endpoint: Endpoint): void {
    const key = endpointKey(endpoint);
    const dial = this.#dials.get(key);
    if (dial === undefined) return;
    if (!dial.isWanted) {
      this.#dials.delete(key);
      return;
    }
    dial.inFlight = false;
    dial.attempts++;
    dial.isFailing = true;
    dial.nextAt = now + this.#backoff(dial.attempts);
  }

  /** The link to it went silent: as good as a dial that failed, and worth one at once. */
  lost(now: number, target: DialTarget): void {
    this.#dials.set(endpointKey(target.endpoint), {
      target,
      attempts: 0,
      nextAt: now,
      inFlight: false,
      isFailing: true,
      isWanted: true,
    });
  }

  /** Whether this endpoint was tried in vain. */
  isFailing(endpoint: Endpoint): boolean {
    return this.#dials.get(endpointKey(endpoint))?.isFailing === true;
  }

  nextAt(): number {
    if (this.#inFlight() >= DIALS_IN_FLIGHT_MAX) return Number.POSITIVE_INFINITY;
    const waiting = [...this.#dials.values()].filter((dial) => !dial.inFlight);
    return Math.min(Number.POSITIVE_INFINITY, ...waiting.map((dial) => dial.nextAt));
  }

  #inFlight(): number {
    return [...this.#dials.values()].filter((dial) => dial.inFlight).length;
  }

  #make(now: number, target: DialTarget): Dial {
    const defers = target.peer !== undefined && this.#self > target.peer;
    const nextAt = defers ? now + DIAL_DEFERENCE_MS : now;
    return { target, attempts: 0, nextAt, inFlight: false, isFailing: false, isWanted: true };
  }

  #backoff(attempts: number): number {
    const cap = Math.min(DIAL_BACKOFF_MAX_MS, DIAL_BACKOFF_MIN_MS * 2 ** attempts);
    return this.#random() * cap;
  }
}

/** The endpoint is another peer's now: what came of dialling it for the one says nothing of the other. */
function isForAnother(earlier: DialTarget, later: DialTarget): boolean {
  const isKnown = earlier.peer !== undefined && later.peer !== undefined;
  return isKnown && earlier.peer !== later.peer;
}
