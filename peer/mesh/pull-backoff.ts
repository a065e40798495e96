/**
 * Whether a link is worth asking. One that sends nothing of what it announced is asked again after
 * longer and longer waits, and at once when what it was asked for comes after all: so a link that
 * merely stalled heals, and one that never sends what it announces costs a window now and then.
 */
import { PULL_BACKOFF_MAX_MS, PULL_TIMEOUT_MS } from './limits.ts';

export class PullBackoff {
  /** It has sent what it was asked for, once. */
  #isProven = false;
  /** Windows of which nothing came, in a row. */
  #failures = 0;
  #resumeAt = Number.NEGATIVE_INFINITY;

  delivered(): void {
    this.#isProven = true;
    this.#failures = 0;
    this.#resumeAt = Number.NEGATIVE_INFINITY;
  }

  failed(now: number): void {
    this.#failures++;
    const waitMs = PULL_TIMEOUT_MS * 2 ** (this.#failures - 1);
    this.#resumeAt = now + Math.min(PULL_BACKOFF_MAX_MS, waitMs);
  }

  /** When it may be asked again, if not now. */
  get resumeAt(): number {
    return this.#resumeAt;
  }

  /** Nothing came of the last window. */
  get hasFailed(): boolean {
    return this.#failures > 0;
  }

  /** It failed more than once in a row: one window may be lost by anybody. */
  get hasFailedTwice(): boolean {
    return this.#failures > 1;
  }

  /** Whether what it announces is passed over for now. */
  isShutOut(now: number): boolean {
    return this.hasFailedTwice && now < this.#resumeAt;
  }

  /** Of several whom to ask first: the lower. */
  rank(now: number): number {
    if (now < this.#resumeAt) return 2;
    return this.#isProven && !this.hasFailed ? 0 : 1;
  }
}
