/** Questions for lists of members between simulated peers, each over the network. */
import type { CoreEffect, ReplyId } from '../../peer/core/core-event.ts';
import type { ViewUpdate } from '../../peer/ipam/view-update.ts';
import type { PeerId } from '../../peer/mesh/peer-id.ts';
import { ANSWER_TIMEOUT_MS } from '../../peer/transport/limits.ts';
import { type Stage, laterAt } from './happening.ts';
import { between } from './network.ts';
import type { SimulatedPeer } from './simulated-peer.ts';

/** A question or an answer, one way. */
const TRIP_MS = { least: 0.2, most: 3 };
/** Answers to these questions count from here on, those to questions for space below. */
export const FIRST_LIST_REPLY = 2 ** 40;

export interface ListQuestionsOptions {
  readonly byId: (id: PeerId) => SimulatedPeer | undefined;
  readonly isCut: (one: SimulatedPeer, other: SimulatedPeer) => boolean;
}

export class ListQuestions {
  readonly #stage: Stage;
  readonly #options: ListQuestionsOptions;
  readonly #waiting = new Map<ReplyId, (update: ViewUpdate | undefined) => void>();
  #nextReply = FIRST_LIST_REPLY + 1;

  constructor(stage: Stage, options: ListQuestionsOptions) {
    this.#stage = stage;
    this.#options = options;
  }

  ask(asker: SimulatedPeer, { peer, since }: Extract<CoreEffect, { type: 'ask-peer-view' }>): void {
    const asked = this.#options.byId(peer);
    const answer = (update: ViewUpdate | undefined) =>
      this.#stage.deliver(asker, { type: 'view-answered', from: peer, update });
    if (asked?.isUp !== true || this.#options.isCut(asker, asked))
      return laterAt(this.#stage, asker, ANSWER_TIMEOUT_MS, () => answer(undefined));
    const reply = this.#nextReply++;
    this.#waiting.set(reply, (update) => {
      if (!this.#options.isCut(asker, asked))
        laterAt(this.#stage, asker, this.#tripMs(), () => answer(update));
    });
    laterAt(this.#stage, asked, this.#tripMs(), () =>
      this.#stage.deliver(asked, { type: 'view-asked', from: asker.id, since, reply }),
    );
  }

  reply({ to, value }: Extract<CoreEffect, { type: 'reply' }>): void {
    const waiting = this.#waiting.get(to);
    this.#waiting.delete(to);
    waiting?.(value.type === 'view' ? value.update : undefined);
  }

  #tripMs(): number {
    return between(TRIP_MS, this.#stage.random);
  }
}
