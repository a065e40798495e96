/**
 * The cluster keys as they are now: a file of them is read again and again, so that keys are rotated
 * without starting peers anew. What becomes of links that were proved with one that is gone is the
 * transport's to say. A file that can't be used changes nothing, and is a problem that the operator
 * is told of.
 */
import type { Logger } from 'pino';
import { ClusterKeyError, type ClusterKeys } from '../transport/cluster-keys.ts';

/** How soon a changed file counts. Reading one takes 50 µs. */
export const KEYS_LOOK_MS = 2_000;

export interface ClusterKeysWatchOptions {
  /** Throws ClusterKeyError. */
  readonly read: () => ClusterKeys;
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

export class ClusterKeysWatch {
  readonly #options: ClusterKeysWatchOptions;
  readonly #timer: NodeJS.Timeout;
  #keys: ClusterKeys;
  #problem: string | undefined;

  /** Reads them at once. Throws ClusterKeyError: a peer does not start without keys. */
  constructor(options: ClusterKeysWatchOptions) {
    this.#options = options;
    this.#keys = options.read();
    this.#timer = setInterval(() => this.look(), KEYS_LOOK_MS).unref();
  }

  keys(): ClusterKeys {
    return this.#keys;
  }

  /** What is wrong with them now, as a sentence. */
  problem(): string | undefined {
    return this.#problem;
  }

  look(): void {
    const { read, log } = this.#options;
    try {
      const keys = read();
      this.#problem = undefined;
      if (namesOf(keys) === namesOf(this.#keys)) return;
      this.#keys = keys;
      log.info({ keys: namesOf(keys) }, 'the cluster keys have changed');
    } catch (error) {
      if (!(error instanceof ClusterKeyError)) throw error;
      const problem = `${error.message}; the keys that were read before stay in force`;
      if (problem !== this.#problem) log.warn(problem);
      this.#problem = problem;
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

/** In their order, which decides which is proved with. */
function namesOf(keys: ClusterKeys): string {
  return keys.map(({ id }) => id.toHex()).join();
}
