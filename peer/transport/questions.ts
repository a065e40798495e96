/** Questions and answers over one link, in both directions. */
import type { Question, Reply, Request } from '../wire/link-frame.ts';
import { ANSWER_TIMEOUT_MS, QUESTIONS_MAX } from './limits.ts';

export type Answer = Omit<Reply, 'type' | 'id'>;

interface Waiting {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

export interface QuestionsOptions {
  readonly send: (frame: Request | Reply) => void;
  /** Told of each question, of either end, that is refused because too many wait. */
  readonly onFull: () => void;
}

export class Questions {
  readonly #send: (frame: Request | Reply) => void;
  readonly #onFull: () => void;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #answering = 0;

  constructor({ send, onFull }: QuestionsOptions) {
    this.#send = send;
    this.#onFull = onFull;
  }

  /** Resolves to the answer. Rejects when there is none in time, or it is an error. */
  ask(question: Question): Promise<Reply> {
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    if (this.#waiting.size >= QUESTIONS_MAX) {
      this.#onFull();
      reject(new Error(`${QUESTIONS_MAX} questions on this link wait for an answer already`));
      return promise;
    }
    const id = this.#nextId++;
    const timer = setTimeout(() => {
      this.#waiting.delete(id);
      reject(new Error(`no answer within ${ANSWER_TIMEOUT_MS} ms`));
    }, ANSWER_TIMEOUT_MS);
    this.#waiting.set(id, { resolve, reject, timer });
    this.#send({ type: 'request', id, question });
    return promise;
  }

  replied(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    if (waiting === undefined) return;
    this.#waiting.delete(reply.id);
    clearTimeout(waiting.timer);
    if (reply.error === '') waiting.resolve(reply);
    else waiting.reject(new Error(reply.error));
  }

  /** Answers a question of the other end; an error of `answer` is the answer. */
  async answer(
    { id, question }: Request,
    answer: (question: Question) => Promise<Answer>,
  ): Promise<void> {
    if (this.#answering >= QUESTIONS_MAX) {
      this.#onFull();
      this.#send({ type: 'reply', id, ...failure('too many questions at once') });
      return;
    }
    this.#answering++;
    const answered = await answer(question).catch((error: unknown) => failure(String(error)));
    this.#answering--;
    this.#send({ type: 'reply', id, ...answered });
  }

  /** The link is gone. */
  abandon(detail: string): void {
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(new Error(detail));
    }
    this.#waiting.clear();
  }
}

function failure(error: string): Answer {
  return { error, arbiter: new Uint8Array() };
}
