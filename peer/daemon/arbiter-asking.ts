/**
 * The questions that the core has for the arbiter once this peer is a member: the list of members,
 * and who may take back what removed peers held. That there is no answer is told until there is one,
 * for which the list is asked for now and then; nothing is concluded from it.
 */
import type { Logger } from 'pino';
import { type Arbiter, ArbiterRefusal, ArbiterUnavailable } from '../arbiter/arbiter.ts';
import type { View } from '../ipam/custody-state.ts';
import { type BackoffBounds, backoffMs } from '../backoff.ts';
import type { PeerId } from '../mesh/peer-id.ts';
import { Waiting } from './waiting.ts';

/** Most peers ask but once, as when they were restarted: all of a cluster may have, in an outage. */
const AGAIN: BackoffBounds = { leastMs: 15_000, mostMs: 120_000 };

/** Who the executor is; with a list that was read after it when that is this peer. */
export interface ToldExecutor {
  readonly executor: PeerId;
  readonly view: View | undefined;
}

export interface ArbiterAskingOptions {
  readonly self: PeerId;
  readonly arbiter: Pick<Arbiter, 'list' | 'executor'>;
  readonly log: Pick<Logger, 'debug' | 'info' | 'warn'>;
  /** Told each list. */
  readonly onView: (view: View) => void;
  /** Told why the arbiter has no answer, as a sentence, and undefined when it has. */
  readonly onProblem: (problem: string | undefined) => void;
}

export class ArbiterAsking {
  readonly #options: ArbiterAskingOptions;
  readonly #waiting: Waiting;
  #again: NodeJS.Timeout | undefined;
  #attempts = 0;
  #isClosed = false;

  constructor(options: ArbiterAskingOptions) {
    this.#options = options;
    this.#waiting = new Waiting({ log: options.log, onWaiting: options.onProblem });
  }

  /** Asks for the list; never rejects. */
  async list(): Promise<void> {
    this.#options.log.debug('asking the arbiter for its list');
    const view = await this.#ask('has no list of members', () => this.#options.arbiter.list());
    if (view !== undefined) this.#options.onView(view);
  }

  /** Resolves to undefined when there is no answer. Never rejects. */
  async executor(): Promise<ToldExecutor | undefined> {
    const { arbiter, self, log } = this.#options;
    log.debug('asking the arbiter who reclaims');
    return await this.#ask('does not say who takes back the space of removed peers', async () => {
      const executor = await arbiter.executor(self);
      return { executor, view: executor === self ? await arbiter.list() : undefined };
    });
  }

  /** What fails because this peer stops is no news. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#again);
    this.#waiting.close();
  }

  async #ask<T>(lacks: string, ask: () => Promise<T>): Promise<T | undefined> {
    try {
      const answer = await ask();
      this.#waiting.over();
      clearTimeout(this.#again);
      [this.#again, this.#attempts] = [undefined, 0];
      return answer;
    } catch (error) {
      const isNoAnswer = error instanceof ArbiterUnavailable || error instanceof ArbiterRefusal;
      if (!isNoAnswer) throw error;
      this.#waiting.on(`the arbiter ${lacks}: ${error.message}`);
      this.#askAgain();
      return undefined;
    }
  }

  #askAgain(): void {
    if (this.#isClosed || this.#again !== undefined) return;
    const waitMs = backoffMs(this.#attempts++, AGAIN, Math.random);
    this.#again = setTimeout(() => {
      this.#again = undefined;
      void this.list();
    }, waitMs);
    this.#again.unref();
  }
}
