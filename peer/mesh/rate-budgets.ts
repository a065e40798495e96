/**
 * How often each of many may do something: a token bucket each, for as many as come.
 *
 * A bucket is one number: until when it would take to be full again (the generic cell rate
 * algorithm, ITU-T I.371). For who has been quiet for as long as an empty bucket takes to fill there
 * is none, so two generations of buckets, each of that duration, are all that is kept.
 */
import type { Rate } from '../token-bucket.ts';

export class RateBudgets<Key> {
  readonly #perTokenMs: number;
  /** How long an empty bucket takes to be full. */
  readonly #fillMs: number;
  /** Of each: milliseconds after the generation began at which its bucket is full. */
  #recent = new Map<Key, number>();
  #earlier = new Map<Key, number>();
  #recentSince = Number.NEGATIVE_INFINITY;

  constructor({ burst, perSecond }: Rate) {
    this.#perTokenMs = 1_000 / perSecond;
    this.#fillMs = burst * this.#perTokenMs;
  }

  isSpent(now: number, key: Key): boolean {
    return this.#missingMs(now, key) > this.#fillMs - this.#perTokenMs;
  }

  /** Takes that many tokens, and the last ones on credit; false when all are spent. */
  spend(now: number, key: Key, tokens = 1): boolean {
    const missingMs = this.#missingMs(now, key);
    if (missingMs > this.#fillMs - this.#perTokenMs) return false;
    // Whole numbers are kept in place by the engine, others cost a heap object each.
    const fullAt = Math.ceil(now + missingMs + tokens * this.#perTokenMs - this.#recentSince);
    this.#recent.set(key, fullAt);
    return true;
  }

  /** How long its bucket would take to be full. */
  #missingMs(now: number, key: Key): number {
    this.#turn(now);
    const recent = this.#recent.get(key);
    if (recent !== undefined) return Math.max(0, this.#recentSince + recent - now);
    const earlier = this.#earlier.get(key);
    return earlier === undefined
      ? 0
      : Math.max(0, this.#recentSince - this.#fillMs + earlier - now);
  }

  #turn(now: number): void {
    if (now < this.#recentSince + this.#fillMs) return;
    const isNext = now < this.#recentSince + 2 * this.#fillMs;
    this.#earlier = isNext ? this.#recent : new Map();
    this.#recent = new Map();
    this.#recentSince = isNext ? this.#recentSince + this.#fillMs : now;
  }
}
