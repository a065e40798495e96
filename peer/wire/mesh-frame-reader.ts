/**
 * Frames of the mesh from bytes, by hand: counts and sizes are compared before anything is built,
 * and only what is kept is copied. Fields that we don't know are passed over.
 */
import { BUCKET_COUNT, DIRECTORY_RECORDS_MAX, IDS_PER_FRAME } from '../mesh/limits.ts';
import type { MeshFrame } from '../mesh/frame.ts';
import type { PeerId } from '../mesh/peer-id.ts';
import type { RecordId, RecordKind, SignedRecord } from '../mesh/record.ts';
import {
  BUCKET_DIGEST_BYTES,
  FIELD,
  FRAME_FIELD,
  PEER_ID_BYTES,
  SET_HASH_BYTES,
  SIGNATURE_BYTES,
} from './fields.ts';
import { Malformed } from './malformed.ts';
import { ProtoReader, WIRE_TYPE } from './proto-reader.ts';
import { KIND_NUMBERS } from './record-kinds.ts';
import { readUnsigned, required, sized } from './values.ts';

/** Reads the message of a frame of the mesh, whose type its field tells. Throws Malformed. */
export function decodeMeshFrame(frameField: number, message: Uint8Array): MeshFrame {
  const reader = new ProtoReader(message);
  switch (frameField) {
    case FRAME_FIELD.heartbeat:
      return readHeartbeat(reader);
    case FRAME_FIELD.records:
      return { type: 'records', records: readList(reader, readSigned) };
    case FRAME_FIELD.have:
      return { type: 'have', ids: readList(reader, readId, IDS_PER_FRAME) };
    case FRAME_FIELD.want:
      return { type: 'want', ids: readList(reader, readId, IDS_PER_FRAME) };
    case FRAME_FIELD['bucket-digests']:
      return readDigests(reader);
    case FRAME_FIELD['bucket-entries']:
      return readEntries(reader);
    default:
      throw new Malformed('frame of an unknown type');
  }
}

function readHeartbeat(reader: ProtoReader): MeshFrame {
  let setHash: Uint8Array | undefined;
  let wanted = false;
  while (reader.hasMore()) {
    const tag = reader.varint();
    if (tag === bytesTag(FIELD.heartbeat.setHash)) setHash = reader.bytes();
    else if (tag === numberTag(FIELD.heartbeat.wanted)) wanted = reader.varint() !== 0;
    else reader.skip(tag);
  }
  return {
    type: 'heartbeat',
    setHash: readUnsigned(sized(setHash, SET_HASH_BYTES, 'set hash')),
    wanted,
  };
}

/** What the field of a list has, each item a message of its own. */
function readList<T>(
  reader: ProtoReader,
  readItem: (reader: ProtoReader) => T,
  most = Number.POSITIVE_INFINITY,
): T[] {
  const items: T[] = [];
  while (reader.hasMore()) {
    const tag = reader.varint();
    if (tag === bytesTag(FIELD.list)) addItem(reader, items, { readItem, most });
    else reader.skip(tag);
  }
  return items;
}

function addItem<T>(
  reader: ProtoReader,
  items: T[],
  { readItem, most }: { readonly readItem: (reader: ProtoReader) => T; readonly most: number },
): void {
  if (items.length >= most) throw new Malformed(`more than ${most} in a list`);
  const outerEnd = reader.enter();
  items.push(readItem(reader));
  reader.leave(outerEnd);
}

function readSigned(reader: ProtoReader): SignedRecord {
  let body: Uint8Array | undefined;
  let signature: Uint8Array | undefined;
  while (reader.hasMore()) {
    const tag = reader.varint();
    if (tag === bytesTag(FIELD.signedRecord.body)) body = reader.bytes();
    else if (tag === bytesTag(FIELD.signedRecord.signature)) signature = reader.bytes();
    else reader.skip(tag);
  }
  // Copied: what is kept must not keep the whole frame that it came in.
  return {
    body: new Uint8Array(required(body, 'body')),
    signature: new Uint8Array(sized(signature, SIGNATURE_BYTES, 'signature')),
  };
}

function readId(reader: ProtoReader): RecordId {
  let peer: string | undefined;
  let kind = 0;
  let epoch = 0;
  let seq = 0;
  while (reader.hasMore()) {
    const tag = reader.varint();
    if (tag === bytesTag(FIELD.recordId.peer)) peer = reader.hex(PEER_ID_BYTES, 'peer id');
    else if (tag === numberTag(FIELD.recordId.kind)) kind = reader.varint();
    else if (tag === numberTag(FIELD.recordId.epoch)) epoch = reader.varint();
    else if (tag === numberTag(FIELD.recordId.seq)) seq = reader.varint();
    else reader.skip(tag);
  }
  // Sixteen bytes in hex are a peer id.
  return { peer: required(peer, 'peer id') as PeerId, kind: readKind(kind), epoch, seq };
}

function readKind(number: number): RecordKind {
  if (number === KIND_NUMBERS.peer) return 'peer';
  if (number === KIND_NUMBERS.links) return 'links';
  throw new Malformed(`kind ${number}`);
}

function readDigests(reader: ProtoReader): MeshFrame {
  let bytes: Uint8Array | undefined;
  while (reader.hasMore()) {
    const tag = reader.varint();
    if (tag === bytesTag(FIELD.bucketDigests.digests)) bytes = reader.bytes();
    else reader.skip(tag);
  }
  const whole = Buffer.from(sized(bytes, BUCKET_COUNT * BUCKET_DIGEST_BYTES, 'digests'));
  const digests = Array.from({ length: BUCKET_COUNT }, (_, bucket) =>
    whole.readBigUInt64BE(bucket * BUCKET_DIGEST_BYTES),
  );
  return { type: 'bucket-digests', digests };
}

/** Buckets come whole, so one that is large brings more than IDS_PER_FRAME. */
function readEntries(reader: ProtoReader): MeshFrame {
  let buckets: readonly number[] = [];
  const entries: RecordId[] = [];
  const list = { readItem: readId, most: DIRECTORY_RECORDS_MAX };
  while (reader.hasMore()) {
    const tag = reader.varint();
    if (tag === bytesTag(FIELD.bucketEntries.buckets)) buckets = readBuckets(reader.bytes());
    else if (tag === bytesTag(FIELD.bucketEntries.entries)) addItem(reader, entries, list);
    else reader.skip(tag);
  }
  return { type: 'bucket-entries', buckets, entries };
}

function readBuckets(bytes: Uint8Array): readonly number[] {
  if (bytes.length > BUCKET_COUNT) throw new Malformed(`more than ${BUCKET_COUNT} buckets`);
  return [...bytes];
}

function bytesTag(field: number): number {
  return field * 8 + WIRE_TYPE.bytes;
}

function numberTag(field: number): number {
  return field * 8 + WIRE_TYPE.varint;
}
