/** Says now and then how far a long soak is: on standard error, as it is no part of the outcome. */
import process from 'node:process';
import type { BatchResult } from './batch.ts';

/** Rarely enough for a log, and soon enough for somebody who waits. */
const SAY_EVERY_MS = 10_000;

export class Progress {
  readonly #runs: number;
  readonly #startedMs = performance.now();
  #saidMs = this.#startedMs;
  #done = 0;
  #failed = 0;

  /** `runs`: how many there will be. */
  constructor(runs: number) {
    this.#runs = runs;
  }

  add({ runs, failures }: BatchResult): void {
    this.#done += runs;
    this.#failed += failures.length;
    const now = performance.now();
    if (now < this.#saidMs + SAY_EVERY_MS) return;
    this.#saidMs = now;
    const elapsed = (now - this.#startedMs) / 1_000;
    const left = (elapsed / this.#done) * (this.#runs - this.#done);
    process.stderr.write(
      `${this.#done} of ${this.#runs} runs, ${this.#failed} violated; ${elapsed.toFixed(0)} s, about ${left.toFixed(0)} s left\n`,
    );
  }
}
