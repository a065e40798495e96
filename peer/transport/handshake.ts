/**
 * Proof of membership and identity on a new connection, as functions of what was said:
 *
 *   initiator             responder
 *   Hello            ->              shows by its admission that it has a cluster key: without one
 *                    <-   Hello      the responder says nothing of itself
 *   Auth             ->
 *                    <-   Auth
 *
 * Admission and Auth are over the exporter of this TLS channel (RFC 9266), and Auth over both Hellos
 * besides: what was said on one channel proves nothing on another, so neither a recording nor
 * somebody in the middle gets anywhere. Which of the two it was is told by what is compared before
 * any cryptography; whoever forges that fails at the cryptography. Certificates are not looked at.
 */
import { hash, randomBytes, sign, verify } from 'node:crypto';
import { type ClusterHash, type Identity, peerIdOf, publicKeyObject } from '../wire/identity.ts';
import type { Auth, Hello } from '../wire/link-frame.ts';
import type { PeerId } from '../mesh/peer-id.ts';
import {
  type ClusterKey,
  type ClusterKeys,
  checkMembership,
  isPlain,
  keyById,
  proveMembership,
} from './cluster-keys.ts';
import { HandshakeRefused } from './refusal.ts';

/** Versions of the protocol that we speak. */
export const PROTOCOL_MIN = 1;
export const PROTOCOL_MAX = 1;

const NONCE_BYTES = 16;
const NAME_BYTES = 16;
const AUTH_DOMAIN = new TextEncoder().encode('weft/v1/auth');
const ADMISSION_DOMAIN = new TextEncoder().encode('weft/v1/admission');
const CHANNEL_DOMAIN = new TextEncoder().encode('weft/v1/channel');

export interface Credentials {
  readonly identity: Identity;
  readonly name: string;
  readonly cluster: ClusterHash;
  /** For our own log: strangers are not told it. */
  readonly clusterName: string;
  readonly keys: ClusterKeys;
  /** Hash of what must be the same everywhere: universe, VNI, seeds. 16 bytes. */
  readonly configDigest: Uint8Array;
}

export type Role = 'initiator' | 'responder';

/** The TLS channel from the view of who makes a Hello for it. */
export interface Channel {
  /** RFC 9266 exporter, 32 bytes. */
  readonly exporter: Uint8Array;
  readonly role: Role;
}

/** What both ends know after the two Hellos. Hellos are the frames' bytes as they were sent. */
export interface Transcript {
  readonly exporter: Uint8Array;
  readonly initiatorHello: Uint8Array;
  readonly responderHello: Uint8Array;
}

/** A Hello of the other end, and what it is compared with. */
export interface ReceivedHello {
  readonly hello: Hello;
  /** Of its sender. */
  readonly channel: Channel;
  /** Of our own Hello on this channel. */
  readonly ourNonce: Uint8Array;
  /** Whether a Hello with this nonce was admitted before. */
  readonly isSeen: (nonce: Uint8Array) => boolean;
}

export function makeHello(credentials: Credentials, { exporter, role }: Channel): Hello {
  const [key] = credentials.keys;
  return {
    type: 'hello',
    protocolMin: PROTOCOL_MIN,
    protocolMax: PROTOCOL_MAX,
    cluster: credentials.cluster,
    key: credentials.identity.publicKey,
    nonce: randomBytes(NONCE_BYTES),
    configDigest: credentials.configDigest,
    name: credentials.name,
    keyId: key.id,
    channel: nameChannel(exporter),
    admission: proveMembership(key, admissionOf({ exporter, role })),
  };
}

/**
 * Who the other end says it is, and by a member: throws HandshakeRefused otherwise. Costs one
 * HMAC, and what needs none is compared before. The details go to strangers, so they tell nothing.
 */
export function checkHello(credentials: Credentials, received: ReceivedHello): PeerId {
  const { hello, channel } = received;
  checkVersions(hello);
  if (!isSame(hello.cluster, credentials.cluster))
    throw new HandshakeRefused('another-cluster', 'it is of another cluster than we are');
  checkFreshness(received);
  const key = findKey(credentials.keys, hello.keyId);
  if (!checkMembership(key, admissionOf(channel), hello.admission)) throw noKey();
  if (!isSame(hello.configDigest, credentials.configDigest)) {
    const detail = 'its universe, VNI or seeds are not ours: they must be the same everywhere';
    throw new HandshakeRefused('another-configuration', detail);
  }
  return peerIdOf(hello.key);
}

/** The version that both speak: the highest of those. */
export function chooseVersion({ protocolMax }: Hello): number {
  return Math.min(protocolMax, PROTOCOL_MAX);
}

/** `role` is ours. */
export function makeAuth({ identity, keys }: Credentials, said: Transcript, role: Role): Auth {
  const transcript = transcriptOf(said, role);
  return {
    type: 'auth',
    keyId: keys[0].id,
    membership: proveMembership(keys[0], transcript),
    signature: sign(null, transcript, identity.privateKey),
    answers: nameOf(role === 'initiator' ? said.responderHello : said.initiatorHello),
  };
}

/** Checks the other end's proof: what is cheap first. Throws HandshakeRefused. */
export function checkAuth(
  credentials: Credentials,
  said: Transcript,
  received: { readonly role: Role; readonly hello: Hello; readonly auth: Auth },
): void {
  const { role, hello, auth } = received;
  const ours = role === 'initiator' ? said.responderHello : said.initiatorHello;
  if (!isSame(auth.answers, nameOf(ours)))
    throw new HandshakeRefused('replayed-proof', 'its proof answers another Hello than ours');
  const transcript = transcriptOf(said, role);
  const key = findKey(credentials.keys, auth.keyId);
  if (!checkMembership(key, transcript, auth.membership)) throw noKey();
  const identity = publicKeyObject(hello.key);
  if (identity === undefined || !verify(null, transcript, identity, auth.signature)) {
    throw new HandshakeRefused('bad-identity-proof', 'it does not have the identity it names');
  }
}

function checkVersions({ protocolMin, protocolMax }: Hello): void {
  if (protocolMax >= PROTOCOL_MIN && protocolMin <= PROTOCOL_MAX) return;
  const theirs = `${protocolMin} to ${protocolMax}`;
  const ours = `${PROTOCOL_MIN} to ${PROTOCOL_MAX}`;
  throw new HandshakeRefused('protocol-version', `it speaks versions ${theirs}, we ${ours}`);
}

/** Tells apart how a Hello comes here that was not made for this channel. */
function checkFreshness({ hello, channel, ourNonce, isSeen }: ReceivedHello): void {
  if (isSame(hello.nonce, ourNonce))
    throw new HandshakeRefused('reflected-hello', 'it sends our own Hello back');
  if (isSeen(hello.nonce))
    throw new HandshakeRefused('replayed-hello', 'its Hello was used here before');
  if (!isSame(hello.channel, nameChannel(channel.exporter))) {
    const detail = 'its Hello was made for another TLS channel: is there somebody in the middle?';
    throw new HandshakeRefused('another-channel', detail);
  }
}

function findKey(keys: ClusterKeys, id: Uint8Array): ClusterKey {
  const key = keyById(keys, id);
  if (key !== undefined) return key;
  if (isPlain(id))
    throw new HandshakeRefused('plain-mode', 'it is in plain mode, and we have a cluster key');
  if (isPlain(keys[0].id))
    throw new HandshakeRefused('plain-mode', 'it has a cluster key, and we are in plain mode');
  throw new HandshakeRefused('unknown-cluster-key', 'it has none of our cluster keys');
}

function noKey(): HandshakeRefused {
  const detail = 'it does not have the cluster key it names';
  return new HandshakeRefused('bad-membership-proof', detail);
}

function admissionOf({ exporter, role }: Channel): Uint8Array {
  return Buffer.concat([ADMISSION_DOMAIN, roleByte(role), exporter]);
}

function transcriptOf(said: Transcript, role: Role): Uint8Array {
  const { exporter, initiatorHello, responderHello } = said;
  const lengths = Buffer.alloc(8);
  lengths.writeUInt32BE(initiatorHello.length, 0);
  lengths.writeUInt32BE(responderHello.length, 4);
  return Buffer.concat([
    AUTH_DOMAIN,
    roleByte(role),
    exporter,
    lengths,
    initiatorHello,
    responderHello,
  ]);
}

function roleByte(role: Role): Uint8Array {
  return Uint8Array.of(role === 'initiator' ? 0 : 1);
}

function nameChannel(exporter: Uint8Array): Uint8Array {
  return nameOf(Buffer.concat([CHANNEL_DOMAIN, exporter]));
}

function nameOf(bytes: Uint8Array): Uint8Array {
  return hash('sha256', bytes, 'buffer').subarray(0, NAME_BYTES);
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
