/** A peer's Ed25519 identity and the hashes that name peers and clusters. */
import {
  type KeyObject,
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
} from 'node:crypto';
import { assert } from '../assert.ts';
import { type PeerId, peerIdFromBytes } from '../mesh/peer-id.ts';

export interface Identity {
  readonly id: PeerId;
  /** Raw Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly privateKey: KeyObject;
}

/** 16 bytes that name a cluster in handshakes and signatures. */
export type ClusterHash = Uint8Array;

const ID_BYTES = 16;
const RAW_KEY_BYTES = 32;
/** What precedes the raw key in an Ed25519 SubjectPublicKeyInfo (RFC 8410 §4). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** A new private key, PKCS #8 in DER: what the store keeps. */
export function generateIdentityKey(): Uint8Array {
  return generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' });
}

/** The identity that a stored key gives. Throws what node:crypto says of a damaged one. */
export function loadIdentity(pkcs8: Uint8Array): Identity {
  const privateKey = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  const publicKey = new Uint8Array(spki.subarray(SPKI_PREFIX.length));
  return { id: peerIdOf(publicKey), publicKey, privateKey };
}

export function peerIdOf(publicKey: Uint8Array): PeerId {
  const id = peerIdFromBytes(hash('sha256', publicKey, 'buffer').subarray(0, ID_BYTES));
  assert(id !== undefined, 'a hash has 32 bytes');
  return id;
}

/** The key to verify with; undefined for bytes that are no Ed25519 key. */
export function publicKeyObject(raw: Uint8Array): KeyObject | undefined {
  if (raw.length !== RAW_KEY_BYTES) return undefined;
  try {
    const key = Buffer.concat([SPKI_PREFIX, raw]);
    return createPublicKey({ key, format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}

export function clusterHash(name: string): ClusterHash {
  return createHash('sha256').update(`weft/v1/cluster\0${name}`).digest().subarray(0, ID_BYTES);
}
