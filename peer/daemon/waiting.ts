/** What something waits for, told to the status each time and to the log once per change. */
import type { Logger } from 'pino';

export interface WaitingOptions {
  readonly log: Pick<Logger, 'info' | 'warn'>;
  /** Told what it waits for, and undefined when it waits no more. */
  readonly onWaiting?: (problem: string | undefined) => void;
}

export class Waiting {
  readonly #options: WaitingOptions;
  #told: string | undefined;
  #isClosed = false;

  constructor(options: WaitingOptions) {
    this.#options = options;
  }

  /** A sentence for people. */
  on(problem: string): void {
    if (this.#isClosed) return;
    const { log, onWaiting } = this.#options;
    if (problem !== this.#told) log.warn(problem);
    this.#told = problem;
    onWaiting?.(problem);
  }

  /** Logs that it goes on, if it was told that it doesn't. */
  over(): void {
    if (this.#isClosed) return;
    const { log, onWaiting } = this.#options;
    if (this.#told !== undefined) log.info({ was: this.#told }, 'no longer waited for');
    this.#told = undefined;
    onWaiting?.(undefined);
  }

  /** Nothing is told any more. */
  close(): void {
    this.#isClosed = true;
  }
}
