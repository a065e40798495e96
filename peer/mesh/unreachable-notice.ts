/**
 * When to tell others whom we can't reach: a little after it changed, so that a rack that vanishes
 * is one record, and at a bounded rate, so that a flapping link floods nobody. Nothing is told in the
 * first moments of a run: others may be starting as well.
 */
import { TokenBucket } from '../token-bucket.ts';
import {
  UNREACHABLE_GRACE_MS,
  UNREACHABLE_NOTICE_DELAY_MS,
  UNREACHABLE_NOTICE_RATE,
} from './limits.ts';
import type { PeerId } from './peer-id.ts';

export class UnreachableNotice {
  readonly #rate = new TokenBucket(UNREACHABLE_NOTICE_RATE);
  /** When we first looked: our start. */
  #startedAt = Number.POSITIVE_INFINITY;
  /** Infinite while others know. */
  #dueAt = Number.POSITIVE_INFINITY;

  /** Whether to tell `down` now; `told` is what others know, be it of an earlier run. Both are sorted. */
  isDue(now: number, down: readonly PeerId[], told: readonly PeerId[]): boolean {
    this.#startedAt = Math.min(this.#startedAt, now);
    if (isSame(down, told)) {
      this.#dueAt = Number.POSITIVE_INFINITY;
      return false;
    }
    const earliestAt = this.#startedAt + UNREACHABLE_GRACE_MS;
    const dueAt = Math.max(now + UNREACHABLE_NOTICE_DELAY_MS, earliestAt);
    this.#dueAt = Math.min(this.#dueAt, dueAt);
    if (now < this.#dueAt) return false;
    return this.#spend(now);
  }

  nextAt(): number {
    return this.#dueAt;
  }

  #spend(now: number): boolean {
    const isAllowed = this.#rate.spend(now);
    this.#dueAt = isAllowed ? Number.POSITIVE_INFINITY : this.#rate.nextAt(now);
    return isAllowed;
  }
}

function isSame(one: readonly PeerId[], other: readonly PeerId[]): boolean {
  return one.length === other.length && one.every((peer, i) => peer === other[i]);
}
