/**
 * The peer's end of the hands: asks one launcher for one thing at a time, and turns its replies into
 * what the handlers read. Owns no socket (server.ts does); is told of frames and of the end.
 */
import { Exchange, type Reply } from '../kernel/netlink/exchange.ts';
import { describeErrno, parseMessages } from '../kernel/netlink/message.ts';
import { CniError, CniErrorCode } from '../../plugin/cni-error.ts';
import { type Hands, HandsGone, type Side, type Sysctl } from '../../plugin/hands.ts';
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
  #nextSequence = 1;

  constructor({ namespace }: Hello, send: (frame: Uint8Array) => void) {
    this.namespace = namespace;
    this.#send = send;
  }

  get gone(): boolean {
    return this.#goneReason !== undefined;
  }

  async exchange(side: Side, requests: readonly Uint8Array[]): Promise<readonly Reply[]> {
    const exchange = new Exchange(requests, this.#nextSequence);
    this.#nextSequence += requests.length;
    const body = await this.#ask(encodeNetlink(side, exchange.bytes), FrameType.netlinkReply);
    for (const message of parseMessages(body)) exchange.take(message);
    // The launcher waits for every acknowledgement: one that lacks here was cut off on the way.
    if (!exchange.isComplete) throw new ProtocolError('a request came back unacknowledged');
    return exchange.replies();
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
