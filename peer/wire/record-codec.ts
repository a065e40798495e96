/**
 * Records to signed bytes and back. A record is signed by its writer with Ed25519 over a domain,
 * the cluster and the body; the body names the writer's key, and the peer id is that key's hash,
 * so that a record can be checked by whoever gets it, from whomever it comes.
 */
import { type KeyObject, hash, sign, verify } from 'node:crypto';
import { assert } from '../assert.ts';
import type { RecordCodec } from '../mesh/mesh.ts';
import { DOWN_MAX, RECORD_BODY_BYTES_MAX } from '../mesh/limits.ts';
import { type PeerId, peerIdBytes } from '../mesh/peer-id.ts';
import type {
  DirectoryRecord,
  ParsedRecord,
  RecordBody,
  RecordContent,
  SignedRecord,
  UnsupportedRecord,
  Version,
} from '../mesh/record.ts';
import { weft } from './generated/weft.js';
import { type ClusterHash, type Identity, peerIdOf, publicKeyObject } from './identity.ts';
import { Malformed } from './malformed.ts';
import { RecentRecords } from './recent-records.ts';
import { KIND_NUMBERS } from './record-kinds.ts';
import {
  atMost,
  counted,
  readCustody,
  readNumber,
  readPeerId,
  readProfile,
  readUnsigned,
  sized,
  writeCustody,
  writeProfile,
  writeUnsigned,
} from './values.ts';

const SIGNATURE_DOMAIN = new TextEncoder().encode('weft/v1/record');
const DIGEST_DOMAIN = new TextEncoder().encode('weft/v1/digest');
const KEY_BYTES = 32;
const DIGEST_BYTES = 16;
const INSTANCE_BYTES = 8;
/** Key objects of writers are kept, as making one costs as much as half a verification. */
const KEY_OBJECTS_MAX = 20_000;

export function createRecordCodec(identity: Identity, cluster: ClusterHash): RecordCodec {
  const keys = new Map<string, KeyObject>();
  const recent = new RecentRecords();
  return {
    seal: (body) => seal(identity, cluster, body),
    parse: (signed) => recent.get(signed) ?? parseAnew(recent, signed),
    parseUnsupported,
    verify: (record) => verifyRecord(keys, cluster, record),
  };
}

function seal(identity: Identity, cluster: ClusterHash, body: RecordBody): DirectoryRecord {
  const bytes = weft.v1.RecordBody.encode({
    key: identity.publicKey,
    epoch: body.epoch,
    seq: body.seq,
    ...writeContent(body.content),
  }).finish();
  assert(
    bytes.length <= RECORD_BODY_BYTES_MAX,
    `a record of ${bytes.length} bytes: nobody takes it`,
  );
  const signature = sign(null, signedBytes(cluster, bytes), identity.privateKey);
  return { ...body, signed: { body: bytes, signature }, digest: digestOf(body) };
}

function parseAnew(recent: RecentRecords, signed: SignedRecord): DirectoryRecord | undefined {
  const record = parse(signed);
  if (record !== undefined) recent.add(record);
  return record;
}

function parse(signed: SignedRecord): DirectoryRecord | undefined {
  return attempt(signed, (decoded) => {
    const body: RecordBody = { ...readWriter(decoded), content: readContent(decoded) };
    return { ...body, signed: copyOf(signed), digest: digestOf(body) };
  });
}

function parseUnsupported(signed: SignedRecord): UnsupportedRecord | undefined {
  return attempt(signed, (decoded) => {
    const kind = decoded.links ? 'links' : 'peer';
    return { ...readWriter(decoded), kind, signed };
  });
}

function attempt<T>(
  { body }: SignedRecord,
  read: (decoded: weft.v1.RecordBody) => T,
): T | undefined {
  if (body.length > RECORD_BODY_BYTES_MAX) return undefined;
  try {
    return read(weft.v1.RecordBody.decode(body));
  } catch {
    // Whatever protobufjs or our own reading makes of it: these bytes are not what was looked for.
    return undefined;
  }
}

function readWriter({ key, epoch, seq }: weft.v1.RecordBody): { peer: PeerId } & Version {
  return {
    peer: peerIdOf(sized(key, KEY_BYTES, 'key')),
    epoch: counted(epoch, 'epoch'),
    seq: counted(seq, 'seq'),
  };
}

/** Of what is kept, so that it doesn't keep the whole frame that it came in. */
function copyOf({ body, signature }: SignedRecord): SignedRecord {
  return { body: Uint8Array.from(body), signature: Uint8Array.from(signature) };
}

function verifyRecord(
  keys: Map<string, KeyObject>,
  cluster: ClusterHash,
  { peer, signed }: ParsedRecord,
): boolean {
  const key = keys.get(peer) ?? publicKeyObject(weft.v1.RecordBody.decode(signed.body).key);
  if (key === undefined) return false;
  const valid = verify(null, signedBytes(cluster, signed.body), key, signed.signature);
  if (valid && keys.size < KEY_OBJECTS_MAX) keys.set(peer, key);
  return valid;
}

function signedBytes(cluster: ClusterHash, body: Uint8Array): Uint8Array {
  return Buffer.concat([SIGNATURE_DOMAIN, cluster, body]);
}

function digestOf({ peer, epoch, seq, content }: RecordBody): bigint {
  const numbers = Buffer.alloc(17);
  numbers.writeUInt8(KIND_NUMBERS[content.type], 0);
  numbers.writeBigUInt64BE(BigInt(epoch), 1);
  numbers.writeBigUInt64BE(BigInt(seq), 9);
  const named = Buffer.concat([DIGEST_DOMAIN, Buffer.from(peer, 'hex'), numbers]);
  return readUnsigned(hash('sha256', named, 'buffer').subarray(0, DIGEST_BYTES));
}

function readContent(body: weft.v1.RecordBody): RecordContent {
  if (body.peer) {
    const { profile, custody } = body.peer;
    const instance = readNumber(body.peer.instance, INSTANCE_BYTES, 'instance');
    return { type: 'peer', profile: readProfile(profile), custody: readCustody(custody), instance };
  }
  if (body.links) {
    const down = atMost(DOWN_MAX, body.links.down, 'peers that are not reached');
    return { type: 'links', down: down.map(readPeerId) };
  }
  throw new Malformed('record of an unknown kind');
}

/** The content as a message that can be encoded. */
export function writeContent(content: RecordContent): weft.v1.RecordBody.$Properties {
  if (content.type === 'links') return { links: { down: content.down.map(peerIdBytes) } };
  const { profile, custody } = content;
  const instance = writeUnsigned(content.instance, INSTANCE_BYTES);
  return { peer: { profile: writeProfile(profile), custody: writeCustody(custody), instance } };
}

/** A signed record as it is kept between runs. */
export function encodeSignedRecord(signed: SignedRecord): Uint8Array {
  return weft.v1.SignedRecord.encode(signed).finish();
}

/** Undefined for bytes that are no signed record. */
export function decodeSignedRecord(bytes: Uint8Array): SignedRecord | undefined {
  try {
    const { body, signature } = weft.v1.SignedRecord.decode(bytes);
    return { body, signature };
  } catch {
    return undefined;
  }
}
