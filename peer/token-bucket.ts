/** A token bucket: so many at once, and so many a second. Pure: the time is an argument. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

export class TokenBucket {
  readonly #rate: Rate;
  #tokens: number;
  #at = Number.NEGATIVE_INFINITY;

  constructor(rate: Rate) {
    this.#rate = rate;
    this.#tokens = rate.burst;
  }

  /** Takes one token; false when there is none. `now` in milliseconds, as everywhere here. */
  spend(now: number): boolean {
    this.#tokens = this.#at === Number.NEGATIVE_INFINITY ? this.#rate.burst : this.#earned(now);
    this.#at = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** What a token was taken for cost nothing after all. */
  giveBack(): void {
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + 1);
  }

  /** Nothing was taken lately: as good as a new one. */
  isFull(now: number): boolean {
    return this.#at === Number.NEGATIVE_INFINITY || this.#earned(now) >= this.#rate.burst;
  }

  /** When there is a token again, at the earliest. */
  nextAt(now: number): number {
    const missing =
      1 - (this.#at === Number.NEGATIVE_INFINITY ? this.#rate.burst : this.#earned(now));
    // A whole millisecond at the least: a smaller step is lost in the rounding of a large `now`.
    return missing <= 0 ? now : now + Math.max(1, (missing / this.#rate.perSecond) * 1000);
  }

  #earned(now: number): number {
    const earned = ((now - this.#at) / 1000) * this.#rate.perSecond;
    return Math.min(this.#rate.burst, this.#tokens + earned);
  }
}
