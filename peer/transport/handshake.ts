/**
 * Proof of membership and identity on a new connection, as functions of what was said:
 *
 *   initiator             responder
 *   Hello            ->
 *                    <-   Hello
 *   Auth             ->              the dialler proves itself first: a scanner learns nothing
 *                    <-   Auth
 *
 * Auth is an HMAC by the cluster key and an Ed25519 signature, both over the transcript, which
 * holds the exporter of this TLS channel (RFC 9266): what was said on one channel proves nothing
 * on another, so neither a recording nor somebody in the middle gets anywhere. The certificates
 * are not looked at.
 */
import { randomBytes, sign, verify } from 'node:crypto';
import { type ClusterHash, type Identity, peerIdOf, publicKeyObject } from '../wire/identity.ts';
import type { Auth, Hello } from '../wire/link-frame.ts';
import type { PeerId } from '../mesh/peer-id.ts';
import { type ClusterKeys, checkMembership, keyById, proveMembership } from './cluster-keys.ts';
import { HandshakeRefused } from './refusal.ts';

/** Versions of the protocol that we speak. */
export const PROTOCOL_MIN = 1;
export const PROTOCOL_MAX = 1;

const NONCE_BYTES = 16;
const TRANSCRIPT_DOMAIN = new TextEncoder().encode('weft/v1/auth');

export interface Credentials {
  readonly identity: Identity;
  readonly name: string;
  readonly cluster: ClusterHash;
  readonly clusterName: string;
  readonly keys: ClusterKeys;
  /** Hash of what must be the same everywhere: universe, VNI, seeds. 16 bytes. */
  readonly configDigest: Uint8Array;
}

export type Role = 'initiator' | 'responder';

/** What both ends know after the two Hellos. Hellos are the frames' bytes as they were sent. */
export interface Channel {
  /** RFC 9266 exporter, 32 bytes. */
  readonly exporter: Uint8Array;
  readonly initiatorHello: Uint8Array;
  readonly responderHello: Uint8Array;
}

export function makeHello(credentials: Credentials): Hello {
  return {
    type: 'hello',
    protocolMin: PROTOCOL_MIN,
    protocolMax: PROTOCOL_MAX,
    cluster: credentials.cluster,
    key: credentials.identity.publicKey,
    nonce: randomBytes(NONCE_BYTES),
    configDigest: credentials.configDigest,
    name: credentials.name,
  };
}

/** The other end's claim of who it is. Throws HandshakeRefused; costs no public-key operation. */
export function checkHello(credentials: Credentials, hello: Hello): PeerId {
  const { protocolMin, protocolMax } = hello;
  if (protocolMax < PROTOCOL_MIN || protocolMin > PROTOCOL_MAX) {
    const theirs = `${protocolMin} to ${protocolMax}`;
    const ours = `${PROTOCOL_MIN} to ${PROTOCOL_MAX}`;
    throw new HandshakeRefused('protocol-version', `it speaks versions ${theirs}, we ${ours}`);
  }
  if (!isSame(hello.cluster, credentials.cluster)) {
    const detail = `it is of another cluster than "${credentials.clusterName}"`;
    throw new HandshakeRefused('another-cluster', detail);
  }
  if (!isSame(hello.configDigest, credentials.configDigest)) {
    const detail = 'its universe, VNI or seeds are not ours: they must be the same everywhere';
    throw new HandshakeRefused('another-configuration', detail);
  }
  return peerIdOf(hello.key);
}

export function makeAuth({ identity, keys }: Credentials, channel: Channel, role: Role): Auth {
  const transcript = transcriptOf(channel, role);
  return {
    type: 'auth',
    keyId: keys[0].id,
    membership: proveMembership(keys[0], transcript),
    signature: sign(null, transcript, identity.privateKey),
  };
}

/** Checks the other end's proof: the cheap half first. Throws HandshakeRefused. */
export function checkAuth(
  credentials: Credentials,
  channel: Channel,
  claim: { readonly role: Role; readonly hello: Hello; readonly auth: Auth },
): void {
  const { role, hello, auth } = claim;
  const transcript = transcriptOf(channel, role);
  const key = keyById(credentials.keys, auth.keyId);
  if (key === undefined) {
    throw new HandshakeRefused('unknown-cluster-key', 'it has none of our cluster keys');
  }
  if (!checkMembership(key, transcript, auth.membership)) {
    throw new HandshakeRefused('bad-membership-proof', 'it does not have the cluster key it names');
  }
  const identity = publicKeyObject(hello.key);
  if (identity === undefined || !verify(null, transcript, identity, auth.signature)) {
    throw new HandshakeRefused('bad-identity-proof', 'it does not have the identity it claims');
  }
}

function transcriptOf(channel: Channel, role: Role): Uint8Array {
  const { exporter, initiatorHello, responderHello } = channel;
  const lengths = Buffer.alloc(8);
  lengths.writeUInt32BE(initiatorHello.length, 0);
  lengths.writeUInt32BE(responderHello.length, 4);
  const roleByte = Uint8Array.of(role === 'initiator' ? 0 : 1);
  return Buffer.concat([
    TRANSCRIPT_DOMAIN,
    roleByte,
    exporter,
    lengths,
    initiatorHello,
    responderHello,
  ]);
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
