/**
 * How late this peer has been lately. Where a machine has too much to do, what looks like a quiet link
 * or a record that is missing is often only something that has not had its turn yet.
 */
import { LATENESS_MEMORY_MS } from './limits.ts';

export class Lateness {
  #worstMs = 0;
  #worstAt = Number.NEGATIVE_INFINITY;

  /** A step came so much later than it was due; less than 0 when it came earlier. */
  note(now: number, lateMs: number): void {
    if (lateMs < this.worstMs(now)) return;
    this.#worstMs = lateMs;
    this.#worstAt = now;
  }

  /** The longest of the last moments; 0 when there was none. */
  worstMs(now: number): number {
    return now < this.#worstAt + LATENESS_MEMORY_MS ? this.#worstMs : 0;
  }
}
