/**
 * Puts off what can wait until there is nothing else to do: until a turn of the event loop has read
 * next to nothing. What others sent in the meantime is read before it.
 */

/** A turn that finds nothing takes 0.02 ms, and one that reads a frame and answers it some 0.1. */
const LULL_TURN_MS = 0.2;
/** Nothing waits longer than this, also where it is never quiet. */
export const LULL_WAIT_MAX_MS = 50;

export interface LullOptions {
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** Calls back once, when the event loop has read what there is. */
  readonly onTurn: (turn: () => void) => void;
}

interface Waiting {
  readonly task: () => void;
  readonly untilMs: number;
}

export class Lull {
  readonly #options: LullOptions;
  readonly #waiting: Waiting[] = [];
  /** When we were done in the turn before. */
  #doneAtMs = 0;

  constructor(options: LullOptions) {
    this.#options = options;
  }

  /** Runs the task, in a turn of its own: what it brings about is read before the next. */
  wait(task: () => void): void {
    const nowMs = this.#options.now();
    this.#waiting.push({ task, untilMs: nowMs + LULL_WAIT_MAX_MS });
    if (this.#waiting.length > 1) return;
    this.#doneAtMs = nowMs;
    this.#options.onTurn(() => this.#turn());
  }

  #turn(): void {
    for (const { task } of this.#takeDue()) task();
    this.#doneAtMs = this.#options.now();
    if (this.#waiting.length > 0) this.#options.onTurn(() => this.#turn());
  }

  /** All that have waited for too long; else one, if it is quiet. */
  #takeDue(): readonly Waiting[] {
    const nowMs = this.#options.now();
    const inTime = this.#waiting.findIndex(({ untilMs }) => nowMs < untilMs);
    const overdueCount = inTime < 0 ? this.#waiting.length : inTime;
    const isQuiet = nowMs - this.#doneAtMs < LULL_TURN_MS;
    return this.#waiting.splice(0, overdueCount === 0 && isQuiet ? 1 : overdueCount);
  }
}

/** Of this process, as all that is in it shares one event loop. */
export const LULL = new Lull({
  now: () => performance.now(),
  onTurn: (turn) => void setImmediate(turn),
});
