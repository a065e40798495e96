/**
 * The questions that the core has for the arbiter once this peer is a member: the list of members,
 * and who may take back what removed peers held. That there is no answer is told, and asked again
 * when the core wants it; nothing is concluded from it.
 */
import type { Logger } from 'pino';
import { type Arbiter, ArbiterRefusal, ArbiterUnavailable } from '../arbiter/arbiter.ts';
import type { View } from '../ipam/custody-state.ts';
import type { PeerId } from '../mesh/peer-id.ts';
import { Waiting } from './waiting.ts';

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
    this.#waiting.close();
  }

  async #ask<T>(lacks: string, ask: () => Promise<T>): Promise<T | undefined> {
    try {
      const answer = await ask();
      this.#waiting.over();
      return answer;
    } catch (error) {
      const isNoAnswer = error instanceof ArbiterUnavailable || error instanceof ArbiterRefusal;
      if (!isNoAnswer) throw error;
      this.#waiting.on(`the arbiter ${lacks}: ${error.message}`);
      return undefined;
    }
  }
}
