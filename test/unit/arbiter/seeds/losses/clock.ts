/** Time that passes only when nothing else can happen; many short runs' worth of it in a second. */
import { setImmediate } from 'node:timers/promises';

interface Timer {
  readonly atMs: number;
  readonly wake: () => void;
}

export class Clock {
  nowMs = 0;
  /** The soonest last. */
  #timers: Timer[] = [];

  /** Resolves after `ms`; early when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      this.#add({ atMs: this.nowMs + ms, wake: resolve });
      signal?.addEventListener('abort', () => resolve());
    });
  }

  /** Lets the time pass, and everything happen that comes before. */
  async passTo(untilMs: number): Promise<void> {
    for (;;) {
      await setImmediate();
      const next = this.#timers.at(-1);
      if (next === undefined || next.atMs > untilMs) break;
      this.#timers.pop();
      this.nowMs = next.atMs;
      next.wake();
    }
    this.nowMs = untilMs;
  }

  #add(timer: Timer): void {
    let low = 0;
    let high = this.#timers.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#timers[middle]?.atMs ?? 0) > timer.atMs) low = middle + 1;
      else high = middle;
    }
    this.#timers.splice(low, 0, timer);
  }
}
