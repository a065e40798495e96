/**
 * Which answer belongs to which request. A batch goes out with consecutive sequence numbers; what
 * comes back is gathered until each request is acknowledged. Carries no bytes itself, so that it
 * serves any carrier of the messages.
 */
import { assert } from '../../assert.ts';
import { concatBytes } from './attribute.ts';
import { type Message, NetlinkError, parseAcknowledgement, withSequence } from './message.ts';

/** What became of one request. */
export interface Reply {
  /** Undefined when it was done. */
  readonly error: NetlinkError | undefined;
  /** What it asked for, if it asked. */
  readonly messages: readonly Message[];
}

/** One batch on its way: made from requests, fed with messages, done when all are acknowledged. */
export class Exchange {
  /** All requests in one piece, numbered. */
  readonly bytes: Uint8Array;
  readonly #firstSequence: number;
  readonly #messages: Message[][];
  readonly #replies: (Reply | undefined)[];
  #unanswered: number;

  constructor(requests: readonly Uint8Array[], firstSequence: number) {
    const numbered = requests.map((request, i) => withSequence(request, firstSequence + i));
    this.bytes = concatBytes(numbered);
    this.#firstSequence = firstSequence;
    this.#messages = requests.map(() => []);
    this.#replies = requests.map(() => undefined);
    this.#unanswered = requests.length;
  }

  get isComplete(): boolean {
    return this.#unanswered === 0;
  }

  /** Takes one message in. Those of an earlier exchange are left aside. */
  take(message: Message): void {
    const position = message.sequence - this.#firstSequence;
    const messages = this.#messages[position];
    if (messages === undefined || this.#replies[position] !== undefined) return;
    const acknowledgement = parseAcknowledgement(message);
    if (acknowledgement === undefined) {
      messages.push(message);
      return;
    }
    const error = acknowledgement.errno === 0 ? undefined : new NetlinkError(acknowledgement);
    this.#replies[position] = { error, messages };
    this.#unanswered--;
  }

  /** Answers what is still open with `error`: its outcome is not known. */
  abandon(error: NetlinkError): void {
    for (const [i, messages] of this.#messages.entries()) {
      this.#replies[i] ??= { error, messages };
    }
    this.#unanswered = 0;
  }

  /** One reply a request, in the order of the requests. Only when complete. */
  replies(): readonly Reply[] {
    return this.#replies.map((reply) => {
      assert(reply !== undefined, 'replies of an exchange that is not complete');
      return reply;
    });
  }
}
