/**
 * The peer's end of the hands: asks one launcher for one thing at a time, and turns its replies into
 * what the handlers read. Owns no socket (server.ts does); is told of frames and of the end.
 */
import {
  describeErrno,
  type Message,
  parseAcknowledgement,
  parseMessages,
  withSequence,
} from '../kernel/netlink/message.ts';
import { CniError, CniErrorCode } from '../../plugin/cni-error.ts';
import {
  type Hands,
  HandsGone,
  type HandsReply,
  type Side,
  type Sysctl,
} from '../../plugin/hands.ts';
import {
  decodeErrnos,
  decodeReply,
  encodeNetlink,
  encodeSysctls,
  type Frame,
  FrameType,
  type Hello,
  ProtocolError,
} from './hands-protocol.ts';

interface Awaited {
  readonly type: number;
  readonly resolve: (body: Uint8Array) => void;
  readonly reject: (error: Error) => void;
}

export class LauncherHands implements Hands {
  readonly namespace: Hello['namespace'];
  readonly #send: (frame: Uint8Array) => void;
  #awaited: Awaited | undefined;
  #goneReason: string | undefined;
  #sequence = 0;

  constructor({ namespace }: Hello, send: (frame: Uint8Array) => void) {
    this.namespace = namespace;
    this.#send = send;
  }

  get gone(): boolean {
    return this.#goneReason !== undefined;
  }

  async exchange(side: Side, requests: readonly Uint8Array[]): Promise<readonly HandsReply[]> {
    const first = this.#sequence + 1;
    const numbered = requests.map((request) => withSequence(request, ++this.#sequence));
    const body = await this.#ask(encodeNetlink(side, numbered), FrameType.netlinkReply);
    const messages = Map.groupBy(parseMessages(body), ({ sequence }) => sequence);
    return requests.map((_, i) => toReply(messages.get(first + i) ?? []));
  }

  async writeSysctls(sysctls: readonly Sysctl[]): Promise<readonly number[]> {
    const body = await this.#ask(encodeSysctls(sysctls), FrameType.sysctlReply);
    return decodeErrnos(body, sysctls.length);
  }

  /** A frame of the launcher. Throws ProtocolError for one that was not asked for. */
  accept(frame: Frame): void {
    const awaited = this.#awaited;
    if (awaited?.type !== frame.type)
      throw new ProtocolError(`a frame of type ${frame.type} that nobody asked for`);
    const { errno, body } = decodeReply(frame);
    this.#awaited = undefined;
    if (errno === 0) awaited.resolve(body);
    else awaited.reject(refusal(errno));
  }

  /** The connection is over: whatever is awaited will not come. */
  end(reason: string): void {
    this.#goneReason ??= reason;
    const awaited = this.#awaited;
    this.#awaited = undefined;
    awaited?.reject(new HandsGone(this.#goneReason));
  }

  #ask(frame: Uint8Array, type: number): Promise<Uint8Array> {
    if (this.#goneReason !== undefined) return Promise.reject(new HandsGone(this.#goneReason));
    if (this.#awaited !== undefined) return Promise.reject(new Error('the hands are busy'));
    return new Promise((resolve, reject) => {
      this.#awaited = { type, resolve, reject };
      this.#send(frame);
    });
  }
}

function refusal(errno: number): CniError {
  const message = `the launcher could not do what the peer asked for: ${describeErrno(errno)}`;
  return new CniError(CniErrorCode.ioFailure, message);
}

/** The kernel ends every request with an acknowledgement; without one, the reply was cut. */
function toReply(messages: readonly Message[]): HandsReply {
  const end = messages
    .map((message) => parseAcknowledgement(message))
    .find((ack) => ack !== undefined);
  if (end === undefined) throw new ProtocolError('a request came back without its acknowledgement');
  return {
    ...end,
    messages: messages.filter((message) => parseAcknowledgement(message) === undefined),
  };
}
