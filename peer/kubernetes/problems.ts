/** What is wrong now between this peer and the API server, by who noticed; and the log of changes. */
import type { Logger } from 'pino';

export class Problems {
  readonly #log: Pick<Logger, 'info' | 'warn'>;
  readonly #sentences = new Map<string, string>();
  #isClosed = false;

  constructor(log: Pick<Logger, 'info' | 'warn'>) {
    this.#log = log;
  }

  /** Undefined: it goes well again. Logs when that is news. */
  set(who: string, sentence: string | undefined): void {
    if (this.#isClosed) return;
    const before = this.#sentences.get(who);
    if (before === sentence) return;
    if (sentence === undefined) {
      this.#sentences.delete(who);
      this.#log.info({ was: before }, 'no longer a problem');
    } else {
      this.#sentences.set(who, sentence);
      this.#log.warn(sentence);
    }
  }

  /** What ends together with the peer is no problem of anybody's. */
  close(): void {
    this.#isClosed = true;
  }

  all(): readonly string[] {
    return [...this.#sentences.values()];
  }
}
