/**
 * One WebSocket over TLS from its first byte to its last: the handshake, then frames. A connection
 * whose handshake is through is a link. Whatever the other end sends, nothing is thrown from here:
 * it is refused, counted and closed.
 */
import type { TLSSocket } from 'node:tls';
import type { WebSocket } from 'ws';
import type { PeerId } from '../mesh/peer-id.ts';
import { decodeFrame, encodeFrame } from '../wire/frame-codec.ts';
import type { Hello, LinkFrame } from '../wire/link-frame.ts';
import {
  type Channel,
  type Credentials,
  type Role,
  checkAuth,
  checkHello,
  makeAuth,
  makeHello,
} from './handshake.ts';
import {
  FAREWELL_MS,
  HANDSHAKE_BYTES_MAX,
  HANDSHAKE_TIMEOUT_MS,
  SEND_BUFFER_HIGH_BYTES,
  SEND_BUFFER_LOW_BYTES,
  SEND_BUFFER_MAX_BYTES,
} from './limits.ts';
import { toMessage } from './message.ts';
import { HandshakeRefused, type RefusalReason } from './refusal.ts';

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

export interface ConnectionListener {
  /** The handshake is through: `peer` is who it says it is, and a member. */
  up(peer: PeerId, name: string): void;
  frame(frame: LinkFrame): void;
  congested(): void;
  drained(): void;
  /** Refused by us, before or after it was up. */
  refused(reason: RefusalReason, detail: string): void;
  /** The peer that we dialled refused us, before the link was up: in its words. */
  turnedAway(reason: string, detail: string): void;
  /** The last word; `detail` is what the other end said, or what broke. */
  closed(detail: string): void;
}

export interface ConnectionOptions {
  readonly socket: WebSocket;
  readonly tls: TLSSocket;
  readonly role: Role;
  readonly credentials: Credentials;
  readonly listener: ConnectionListener;
}

export class Connection {
  readonly role: Role;
  readonly #socket: WebSocket;
  readonly #tls: TLSSocket;
  readonly #credentials: Credentials;
  readonly #listener: ConnectionListener;
  readonly #handshakeTimer: NodeJS.Timeout;
  readonly #ourHello: Uint8Array;
  #theirHello:
    | { readonly bytes: Uint8Array; readonly hello: Hello; readonly peer: PeerId }
    | undefined;
  /** Before the handshake is through: a large message is not even gathered. */
  readonly #countHandshakeBytes = (chunk: Buffer): void => {
    // Called once more for the chunk whose proof has just ended the counting.
    if (this.#isUp) return;
    this.#handshakeBytes += chunk.length;
    if (this.#handshakeBytes <= HANDSHAKE_BYTES_MAX) return;
    this.#tls.off('data', this.#countHandshakeBytes);
    this.#refuse('frame-too-large', `over ${HANDSHAKE_BYTES_MAX} bytes before it proved itself`);
    this.#socket.terminate();
  };
  /** Told to TLS only of what would leave much unsent. */
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

  constructor({ socket, tls, role, credentials, listener }: ConnectionOptions) {
    this.role = role;
    this.#socket = socket;
    this.#tls = tls;
    this.#credentials = credentials;
    this.#listener = listener;
    this.#ourHello = encodeFrame(makeHello(credentials));
    this.#handshakeTimer = setTimeout(() => {
      this.#refuse('handshake-timeout', `it did not finish within ${HANDSHAKE_TIMEOUT_MS} ms`);
    }, HANDSHAKE_TIMEOUT_MS);
    this.#listen();
    if (role === 'initiator') socket.send(this.#ourHello);
  }

  send(frame: LinkFrame): void {
    if (this.#closing !== undefined) return;
    const unsentBytes = this.#write(frame);
    if (unsentBytes > SEND_BUFFER_MAX_BYTES) return this.#giveUp(unsentBytes);
    if (this.#isCongested || unsentBytes < SEND_BUFFER_HIGH_BYTES) return;
    this.#isCongested = true;
    this.#listener.congested();
  }

  /** Says why, and closes; what is still in the buffers may be lost. */
  close(reason: string, detail = ''): void {
    if (this.#closing !== undefined) return;
    this.#write({ type: 'bye', reason, detail });
    this.#closing = `we closed it: ${reason}`;
    this.#end();
  }

  /** Hands it to TLS in one piece; what is unsent then. Nothing is written behind WebSocket's end. */
  #write(frame: LinkFrame): number {
    if (this.#socket.readyState !== this.#socket.OPEN) return 0;
    const message = toMessage(encodeFrame(frame), this.role);
    const isMuch = this.#tls.writableLength + message.length > SEND_BUFFER_LOW_BYTES;
    this.#tls.write(message, isMuch ? this.#sent : undefined);
    return this.#tls.writableLength;
  }

  /** The other end does not read: no farewell would reach it, and what is unsent is let go of. */
  #giveUp(unsentBytes: number): void {
    this.#refuse('send-buffer-full', `it has not read ${unsentBytes} bytes`);
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
      clearTimeout(this.#handshakeTimer);
      this.#listener.closed(this.#closing ?? 'the connection broke off');
    });
  }

  #message(data: Buffer, isBinary: boolean): void {
    if (this.#closing !== undefined) return;
    const frame = isBinary ? decodeFrame(data) : undefined;
    if (frame === undefined) this.#refuse('malformed-frame', `${data.length} bytes are no frame`);
    else if (frame.type === 'bye') this.#farewell(frame.reason, frame.detail);
    else if (this.#isUp) this.#received(frame);
    else this.#handshake(frame, data);
  }

  #received(frame: LinkFrame): void {
    if (frame.type === 'hello' || frame.type === 'auth') {
      this.#refuse('unexpected-frame', `a second ${frame.type}`);
    } else {
      this.#listener.frame(frame);
    }
  }

  #handshake(frame: LinkFrame, bytes: Buffer): void {
    // The rest of what a broken socket had buffered: its channel can't be bound to any more.
    if (this.#tls.destroyed) return;
    try {
      if (frame.type === 'hello' && this.#theirHello === undefined) this.#hello(frame, bytes);
      else if (frame.type === 'auth' && this.#theirHello !== undefined) this.#auth(frame);
      else throw new HandshakeRefused('unexpected-frame', `${frame.type} in the handshake`);
    } catch (error) {
      if (!(error instanceof HandshakeRefused)) throw error;
      this.#refuse(error.reason, error.message);
    }
  }

  #hello(hello: Hello, bytes: Buffer): void {
    const peer = checkHello(this.#credentials, hello);
    this.#theirHello = { bytes: Uint8Array.from(bytes), hello, peer };
    if (this.role === 'initiator') this.#sendAuth();
    else this.#socket.send(this.#ourHello);
  }

  #auth(auth: Extract<LinkFrame, { type: 'auth' }>): void {
    const { hello, peer } = this.#their();
    const role = this.role === 'initiator' ? 'responder' : 'initiator';
    checkAuth(this.#credentials, this.#channel(), { role, hello, auth });
    if (this.role === 'responder') this.#sendAuth();
    clearTimeout(this.#handshakeTimer);
    this.#tls.off('data', this.#countHandshakeBytes);
    this.#isUp = true;
    this.#listener.up(peer, hello.name);
  }

  #sendAuth(): void {
    const auth = makeAuth(this.#credentials, this.#channel(), this.role);
    this.#socket.send(encodeFrame(auth));
  }

  #channel(): Channel {
    const theirs = this.#their().bytes;
    const exporter = this.#tls.exportKeyingMaterial(
      EXPORTER_BYTES,
      EXPORTER_LABEL,
      Buffer.alloc(0),
    );
    return this.role === 'initiator'
      ? { exporter, initiatorHello: this.#ourHello, responderHello: theirs }
      : { exporter, initiatorHello: theirs, responderHello: this.#ourHello };
  }

  #their(): { readonly bytes: Uint8Array; readonly hello: Hello; readonly peer: PeerId } {
    if (this.#theirHello === undefined) throw new HandshakeRefused('unexpected-frame', 'no hello');
    return this.#theirHello;
  }

  #farewell(reason: string, detail: string): void {
    if (!this.#isUp && this.role === 'initiator') this.#listener.turnedAway(reason, detail);
    this.#closing = `it closed: ${reason}${detail === '' ? '' : ` (${detail})`}`;
    this.#end();
  }

  #refuse(reason: RefusalReason, detail: string): void {
    if (this.#closing !== undefined) return;
    this.#listener.refused(reason, detail);
    this.close(reason, detail);
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
