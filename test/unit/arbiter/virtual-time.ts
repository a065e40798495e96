/** Time that passes only when nothing else can happen, and chance that a number repeats. */
import { setImmediate } from 'node:timers/promises';
import type { Timing } from '#peer/arbiter/seeds/quorum.ts';

/** A generator of numbers in [0, 1): mulberry32, by Tommy Ettinger, public domain. */
export function createRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Timer {
  readonly atMs: number;
  readonly wake: () => void;
}

export class VirtualTime implements Timing {
  readonly random: () => number;
  #nowMs = 0;
  #timers: Timer[] = [];

  constructor(random: () => number) {
    this.random = random;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const timer = { atMs: this.#nowMs + ms, wake: resolve };
      this.#timers.push(timer);
      const stop = () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
        resolve();
      };
      if (signal?.aborted) stop();
      else signal?.addEventListener('abort', stop);
    });
  }

  /** Lets time pass until the work is done; throws when it waits for what never comes. */
  async run<T>(work: Promise<T>): Promise<T> {
    let isDone = false;
    const done = work.finally(() => (isDone = true));
    done.catch(() => undefined);
    for (;;) {
      await setImmediate();
      if (isDone) return done;
      const next = this.#timers.sort((a, b) => a.atMs - b.atMs).shift();
      if (next === undefined) throw new Error('the work waits for nothing');
      this.#nowMs = next.atMs;
      next.wake();
    }
  }
}
