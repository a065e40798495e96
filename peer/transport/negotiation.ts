/**
 * The handshake of one connection from the first Hello to the last Auth: which frame comes when,
 * and what is answered. What the frames prove is handshake.ts's to say.
 */
import { assert } from '../assert.ts';
import type { PeerId } from '../mesh/peer-id.ts';
import { encodeFrame } from '../wire/frame-codec.ts';
import type { Auth, Hello, LinkFrame } from '../wire/link-frame.ts';
import {
  type Credentials,
  type Role,
  type Transcript,
  checkAuth,
  checkHello,
  chooseVersion,
  makeAuth,
  makeHello,
} from './handshake.ts';
import { HandshakeRefused } from './refusal.ts';
import type { SeenHellos } from './seen-hellos.ts';

/** Who has proved itself at the other end. */
export interface Member {
  readonly peer: PeerId;
  readonly name: string;
  /** Of the protocol: the highest that both ends speak. */
  readonly version: number;
  /** Of the cluster keys that the two ends proved themselves with, as text. */
  readonly keyIds: readonly string[];
}

/** What follows from a frame. */
export interface Step {
  /** Frames to send, encoded. */
  readonly answers: readonly Uint8Array[];
  /** When the handshake is through. */
  readonly member?: Member;
}

export interface NegotiationOptions {
  readonly credentials: Credentials;
  readonly role: Role;
  /** Of the TLS channel, RFC 9266: 32 bytes. */
  readonly exporter: Uint8Array;
  readonly seen: SeenHellos;
}

interface Theirs {
  readonly bytes: Uint8Array;
  readonly hello: Hello;
  readonly peer: PeerId;
}

export class Negotiation {
  readonly #options: NegotiationOptions;
  readonly #nonce: Uint8Array;
  readonly #ourHello: Uint8Array;
  #theirs: Theirs | undefined;
  #ourKeyId = '';

  constructor(options: NegotiationOptions) {
    this.#options = options;
    const hello = makeHello(options.credentials, options);
    this.#nonce = hello.nonce;
    this.#ourHello = encodeFrame(hello);
  }

  /** What is sent before anything came. */
  begin(): readonly Uint8Array[] {
    return this.#options.role === 'initiator' ? [this.#ourHello] : [];
  }

  /** `bytes` are the frame's, as they came. Throws HandshakeRefused. */
  handle(frame: LinkFrame, bytes: Uint8Array): Step {
    if (frame.type === 'hello' && this.#theirs === undefined) return this.#hello(frame, bytes);
    if (frame.type === 'auth' && this.#theirs !== undefined) return this.#auth(frame, this.#theirs);
    throw new HandshakeRefused('unexpected-frame', `${frame.type} in the handshake`);
  }

  #hello(hello: Hello, bytes: Uint8Array): Step {
    const { credentials, exporter, role, seen } = this.#options;
    const peer = checkHello(credentials, {
      hello,
      channel: { exporter, role: otherRole(role) },
      ourNonce: this.#nonce,
      isSeen: (nonce) => seen.has(nonce),
    });
    seen.add(hello.nonce);
    this.#theirs = { bytes: Uint8Array.from(bytes), hello, peer };
    return { answers: [role === 'initiator' ? this.#ourAuth() : this.#ourHello] };
  }

  #auth(auth: Auth, { hello, peer }: Theirs): Step {
    const { credentials, role } = this.#options;
    checkAuth(credentials, this.#said(), { role: otherRole(role), hello, auth });
    const answers = role === 'initiator' ? [] : [this.#ourAuth()];
    const keyIds = [this.#ourKeyId, auth.keyId.toHex()];
    return { answers, member: { peer, name: hello.name, version: chooseVersion(hello), keyIds } };
  }

  #ourAuth(): Uint8Array {
    const { credentials, role } = this.#options;
    const auth = makeAuth(credentials, this.#said(), role);
    this.#ourKeyId = auth.keyId.toHex();
    return encodeFrame(auth);
  }

  #said(): Transcript {
    const { role, exporter } = this.#options;
    assert(this.#theirs !== undefined, 'there is a Hello of the other end');
    const { bytes } = this.#theirs;
    return role === 'initiator'
      ? { exporter, initiatorHello: this.#ourHello, responderHello: bytes }
      : { exporter, initiatorHello: bytes, responderHello: this.#ourHello };
  }
}

function otherRole(role: Role): Role {
  return role === 'initiator' ? 'responder' : 'initiator';
}
