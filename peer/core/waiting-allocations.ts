/** Allocations that found no free address and wait a little for a block that may be on its way. */
import type { ReplyId } from './core-event.ts';
import type { AllocateRequest } from '../ipam/outcomes.ts';

/** A grant takes tens of milliseconds; who waits longer than this is better told to try again. */
export const ALLOCATION_WAIT_MS = 4_000;
/** What a node's runtime may start at once; more are refused immediately. */
export const WAITING_MAX = 500;

export interface AskedAllocation {
  readonly request: AllocateRequest;
  readonly reply: ReplyId;
  /** When it is to be refused at the latest. */
  readonly until: number;
}

/** `reason` is why there is no address, for the answer. */
export type WaitingAllocation = AskedAllocation & { readonly reason: string };

export class WaitingAllocations {
  #waiting: WaitingAllocation[] = [];

  /** False when as many wait as may: then it is for the caller to refuse it. */
  add(asked: WaitingAllocation): boolean {
    if (this.#waiting.length >= WAITING_MAX) return false;
    this.#waiting.push(asked);
    return true;
  }

  /** Takes all of them out, to be tried again. */
  takeAll(): readonly WaitingAllocation[] {
    const taken = this.#waiting;
    this.#waiting = [];
    return taken;
  }

  /** Takes out those that have waited long enough. */
  expired(now: number): readonly WaitingAllocation[] {
    const expired = this.#waiting.filter(({ until }) => now >= until);
    if (expired.length > 0) this.#waiting = this.#waiting.filter(({ until }) => now < until);
    return expired;
  }

  nextAt(): number {
    return Math.min(Number.POSITIVE_INFINITY, ...this.#waiting.map(({ until }) => until));
  }
}
