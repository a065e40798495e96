/**
 * A time-out that our own lateness does not use up: while the event loop is late, what the other end
 * sent lies unread, and cutting it off would throw away what both have spent. It passes in slices,
 * each a timer of its own, so between any two of them the loop has read what had come.
 */

/** A handshake takes six turns of the loop at most: it gets as many, however long a turn lasts. */
const SLICES = 10;

export class Deadline {
  readonly #sliceMs: number;
  readonly #onPassed: () => void;
  #slicesLeft = SLICES;
  #timer: NodeJS.Timeout;

  /** Passes after `limitMs`, or later while the loop is late: after ten turns of it at the latest. */
  constructor(limitMs: number, onPassed: () => void) {
    this.#sliceMs = limitMs / SLICES;
    this.#onPassed = onPassed;
    this.#timer = this.#next();
  }

  cancel(): void {
    clearTimeout(this.#timer);
  }

  #next(): NodeJS.Timeout {
    return setTimeout(() => {
      this.#slicesLeft--;
      if (this.#slicesLeft === 0) this.#onPassed();
      else this.#timer = this.#next();
    }, this.#sliceMs);
  }
}
