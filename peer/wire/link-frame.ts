/** What travels over a link besides the mesh's own frames: the handshake, questions, farewells. */
import type { Family } from '../ipam/cidr.ts';
import type { MeshFrame } from '../mesh/frame.ts';

export interface Hello {
  readonly type: 'hello';
  readonly protocolMin: number;
  readonly protocolMax: number;
  readonly cluster: Uint8Array;
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
  readonly configDigest: Uint8Array;
  readonly name: string;
  readonly keyId: Uint8Array;
  /** Names the TLS channel that it was made for. */
  readonly channel: Uint8Array;
  /** Shows that the sender has a cluster key, on this channel and in its role. */
  readonly admission: Uint8Array;
}

export interface Auth {
  readonly type: 'auth';
  readonly keyId: Uint8Array;
  readonly membership: Uint8Array;
  readonly signature: Uint8Array;
  /** Names the Hello that it answers. */
  readonly answers: Uint8Array;
}

/** Why the sender closes the link. */
export interface Bye {
  readonly type: 'bye';
  readonly reason: string;
  readonly detail: string;
}

/** "Give me a block": addressed to one donor; the grant itself comes with its record. */
export interface SpaceQuestion {
  readonly type: 'space';
  readonly family: Family;
  readonly wantLog2: number;
  readonly minLog2: number;
}

/** For a seed: one of the arbiter's requests, in JSON. */
export interface ArbiterQuestion {
  readonly type: 'arbiter';
  readonly json: Uint8Array;
}

/** "Tell me your list of members, or what leads to it from the one that I have." */
export interface ViewQuestion {
  readonly type: 'view';
  /** The revision of the asker's list. */
  readonly since: bigint;
}

export type Question = SpaceQuestion | ArbiterQuestion | ViewQuestion;

export interface Request {
  readonly type: 'request';
  readonly id: number;
  readonly question: Question;
}

export interface Reply {
  readonly type: 'reply';
  readonly id: number;
  /** Empty when the question was answered. */
  readonly error: string;
  /** JSON, for an arbiter's question. */
  readonly arbiter: Uint8Array;
  /** For the question for a list: see view-codec.ts. */
  readonly view?: Uint8Array;
}

export type LinkFrame = MeshFrame | Hello | Auth | Bye | Request | Reply;
