/**
 * One WebSocket over TLS from its first byte to its last: the handshake, then frames. A connection
 * whose handshake is through is a link. Whatever the other end sends, nothing is thrown from here:
 * it is refused, counted and closed.
 */
import type { TLSSocket } from 'node:tls';
import type { WebSocket } from 'ws';
import { decodeFrame, encodeFrame } from '../wire/frame-codec.ts';
import type { LinkFrame } from '../wire/link-frame.ts';
import { Deadline } from './deadline.ts';
import type { Credentials, Role } from './handshake.ts';
import {
  FAREWELL_MS,
  HANDSHAKE_BYTES_MAX,
  HANDSHAKE_TIMEOUT_MS,
  SEND_BUFFER_HIGH_BYTES,
  SEND_BUFFER_LOW_BYTES,
  SEND_BUFFER_MAX_BYTES,
} from './limits.ts';
import { type Member, Negotiation } from './negotiation.ts';
import { HandshakeRefused, type RefusalReason } from './refusal.ts';
import type { SeenHellos } from './seen-hellos.ts';

const EXPORTER_LABEL = 'EXPORTER-Channel-Binding';
const EXPORTER_BYTES = 32;
const CLOSE_NORMAL = 1000;
/** How ws names a message over maxPayload, and a length over what a number can hold. */
const TOO_LARGE: readonly string[] = [
  'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH',
  'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH',
];
/** What the codes of all that breaks the rules of WebSocket begin with, and those of sockets don't. */
const PROTOCOL_ERROR = 'WS_ERR_';

/** The one reason to end a link that its other end has to mend. */
const KEY_REMOVED: RefusalReason = 'removed-cluster-key';

export interface ConnectionListener {
  /** The other end has shown that it has a cluster key; who it is, is yet to be proved. */
  admitted(): void;
  /** The handshake is through: the other end is who it says it is, and a member. */
  up(member: Member): void;
  frame(frame: LinkFrame): void;
  congested(): void;
  drained(): void;
  /** Refused by us, before or after it was up. */
  refused(reason: RefusalReason, detail: string): void;
  /** The peer that we dialled refused us, or ends a link as our key is none of its: in its words. */
  turnedAway(reason: string, detail: string): void;
  /** The last word; `detail` is what the other end said, or what broke. */
  closed(detail: string): void;
}

export interface ConnectionOptions {
  readonly socket: WebSocket;
  readonly tls: TLSSocket;
  readonly role: Role;
  readonly credentials: Credentials;
  readonly seen: SeenHellos;
  readonly listener: ConnectionListener;
}

export class Connection {
  readonly role: Role;
  readonly #socket: WebSocket;
  readonly #tls: TLSSocket;
  readonly #listener: ConnectionListener;
  readonly #negotiation: Negotiation;
  /** Of one that we dialled: who dials us has had its time since TCP, see strangers.ts. */
  readonly #deadline: Deadline | undefined;
  /** Before the handshake is through: a large message is not even gathered. */
  readonly #countHandshakeBytes = (chunk: Buffer): void => {
    // Called once more for the chunk whose proof has just ended the counting.
    if (this.#isUp) return;
    this.#handshakeBytes += chunk.length;
    if (this.#handshakeBytes <= HANDSHAKE_BYTES_MAX) return;
    this.#tls.off('data', this.#countHandshakeBytes);
    this.refuse('frame-too-large', `over ${HANDSHAKE_BYTES_MAX} bytes before it proved itself`);
    this.#socket.terminate();
  };
  /** Asked for only of what would leave much unsent. */
  readonly #sent = (): void => {
    if (this.#closing !== undefined || !this.#isCongested) return;
    if (this.#tls.writableLength > SEND_BUFFER_LOW_BYTES) return;
    this.#isCongested = false;
    this.#listener.drained();
  };
  #handshakeBytes = 0;
  #isUp = false;
  #isCongested = false;
  #closing: string | undefined;

  constructor({ socket, tls, role, credentials, seen, listener }: ConnectionOptions) {
    this.role = role;
    this.#socket = socket;
    this.#tls = tls;
    this.#listener = listener;
    const exporter = tls.exportKeyingMaterial(EXPORTER_BYTES, EXPORTER_LABEL, Buffer.alloc(0));
    this.#negotiation = new Negotiation({ credentials, role, exporter, seen });
    if (role === 'initiator')
      this.#deadline = new Deadline(HANDSHAKE_TIMEOUT_MS, () => this.timeOut());
    this.#listen();
    for (const frame of this.#negotiation.begin()) this.#write(frame);
  }

  send(frame: LinkFrame): void {
    if (this.#closing !== undefined) return;
    const unsentBytes = this.#write(encodeFrame(frame));
    if (unsentBytes > SEND_BUFFER_MAX_BYTES) return this.#giveUp(unsentBytes);
    if (this.#isCongested || unsentBytes < SEND_BUFFER_HIGH_BYTES) return;
    this.#isCongested = true;
    this.#listener.congested();
  }

  /** Says why, and closes; what is still in the buffers may be lost. */
  close(reason: string, detail = ''): void {
    if (this.#closing !== undefined) return;
    this.#write(encodeFrame({ type: 'bye', reason, detail }));
    this.#closing = `we closed it: ${reason}`;
    this.#end();
  }

  /** The time for the handshake is over. */
  timeOut(): void {
    if (this.#isUp) return;
    this.refuse('handshake-timeout', `it did not finish within ${HANDSHAKE_TIMEOUT_MS} ms`);
  }

  /** Says why to the other end and to whoever listens here, and closes. */
  refuse(reason: RefusalReason, detail: string): void {
    if (this.#closing !== undefined) return;
    this.#listener.refused(reason, detail);
    this.close(reason, detail);
  }

  /** What is unsent then. */
  #write(frame: Uint8Array): number {
    const isMuch = this.#tls.writableLength + frame.length > SEND_BUFFER_LOW_BYTES;
    this.#socket.send(frame, isMuch ? this.#sent : undefined);
    return this.#tls.writableLength;
  }

  /** The other end does not read: no farewell would reach it, and what is unsent is let go of. */
  #giveUp(unsentBytes: number): void {
    this.refuse('send-buffer-full', `it has not read ${unsentBytes} bytes`);
    this.#socket.terminate();
  }

  /** Leaves no more than a moment to the other end, which may never close its side. */
  #end(): void {
    this.#socket.close(CLOSE_NORMAL);
    setTimeout(() => this.#socket.terminate(), FAREWELL_MS).unref();
  }

  #listen(): void {
    this.#tls.on('data', this.#countHandshakeBytes);
    this.#socket.on('message', (data, isBinary) => this.#message(data as Buffer, isBinary));
    this.#socket.on('error', (error: NodeJS.ErrnoException) => this.#failed(error));
    this.#socket.on('close', () => {
      this.#deadline?.cancel();
      this.#listener.closed(this.#closing ?? 'the connection broke off');
    });
  }

  #message(data: Buffer, isBinary: boolean): void {
    if (this.#closing !== undefined) return;
    const frame = isBinary ? decodeFrame(data) : undefined;
    if (frame === undefined) this.refuse('malformed-frame', `${data.length} bytes are no frame`);
    else if (frame.type === 'bye') this.#farewell(frame.reason, frame.detail);
    else if (this.#isUp) this.#received(frame);
    else this.#handshake(frame, data);
  }

  #received(frame: LinkFrame): void {
    if (frame.type === 'hello' || frame.type === 'auth') {
      this.refuse('unexpected-frame', `a second ${frame.type}`);
    } else {
      this.#listener.frame(frame);
    }
  }

  #handshake(frame: LinkFrame, bytes: Buffer): void {
    try {
      const { answers, member } = this.#negotiation.handle(frame, bytes);
      for (const answer of answers) this.#write(answer);
      if (frame.type === 'hello') this.#listener.admitted();
      if (member !== undefined) this.#welcome(member);
    } catch (error) {
      if (!(error instanceof HandshakeRefused)) throw error;
      this.refuse(error.reason, error.message);
    }
  }

  #welcome(member: Member): void {
    this.#deadline?.cancel();
    this.#tls.off('data', this.#countHandshakeBytes);
    this.#isUp = true;
    this.#listener.up(member);
  }

  #farewell(reason: string, detail: string): void {
    const isRefused = this.#isUp ? reason === KEY_REMOVED : this.role === 'initiator';
    if (isRefused) this.#listener.turnedAway(reason, detail);
    this.#closing = `it closed: ${reason}${detail === '' ? '' : ` (${detail})`}`;
    this.#end();
  }

  /** Either the socket broke, or what came is no WebSocket: then no farewell can be said in it. */
  #failed(error: NodeJS.ErrnoException): void {
    const { code = '', message } = error;
    if (this.#closing === undefined && code.startsWith(PROTOCOL_ERROR)) {
      const isTooLarge = TOO_LARGE.includes(code);
      this.#listener.refused(isTooLarge ? 'frame-too-large' : 'malformed-frame', message);
    }
    this.#closing ??= message;
    this.#end();
  }
}
