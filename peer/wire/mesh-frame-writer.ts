/**
 * Frames of the mesh to bytes, by hand: they go out by the thousand, and protobufjs takes 3 µs for
 * each record and each id where this takes a tenth. What is written is what weft.proto says.
 */
import { BUCKET_COUNT } from '../mesh/limits.ts';
import type { BucketDigests, BucketEntries, Heartbeat, MeshFrame } from '../mesh/frame.ts';
import type { RecordId, SignedRecord } from '../mesh/record.ts';
import {
  BUCKET_DIGEST_BYTES,
  FIELD,
  FRAME_FIELD,
  PEER_ID_BYTES,
  SET_HASH_BYTES,
} from './fields.ts';
import { ProtoWriter, fieldBytes, varintBytes } from './proto-writer.ts';
import { KIND_NUMBERS } from './record-kinds.ts';
import { writeUnsigned } from './values.ts';

export function encodeMeshFrame(frame: MeshFrame): Uint8Array {
  switch (frame.type) {
    case 'heartbeat':
      return encodeHeartbeat(frame);
    case 'records':
      return encodeRecords(frame.records);
    case 'have':
    case 'want':
      return encodeIds(FRAME_FIELD[frame.type], frame.ids);
    case 'bucket-digests':
      return encodeDigests(frame);
    case 'bucket-entries':
      return encodeEntries(frame);
  }
}

function encodeHeartbeat({ setHash, wanted }: Heartbeat): Uint8Array {
  const writer = begin(FRAME_FIELD.heartbeat, fieldBytes(SET_HASH_BYTES) + (wanted ? 2 : 0));
  writer.bytes(FIELD.heartbeat.setHash, writeUnsigned(setHash, SET_HASH_BYTES));
  if (wanted) writer.number(FIELD.heartbeat.wanted, 1);
  return writer.finish();
}

function encodeRecords(records: readonly SignedRecord[]): Uint8Array {
  let lengthBytes = 0;
  for (const record of records) lengthBytes += fieldBytes(recordBytes(record));
  const writer = begin(FRAME_FIELD.records, lengthBytes);
  for (const record of records) {
    writer.head(FIELD.list, recordBytes(record));
    writer.bytes(FIELD.signedRecord.body, record.body);
    writer.bytes(FIELD.signedRecord.signature, record.signature);
  }
  return writer.finish();
}

function encodeIds(frameField: number, ids: readonly RecordId[]): Uint8Array {
  const writer = begin(frameField, idsBytes(ids));
  writeIds(writer, FIELD.list, ids);
  return writer.finish();
}

function encodeDigests({ digests }: BucketDigests): Uint8Array {
  const bytes = Buffer.allocUnsafe(BUCKET_COUNT * BUCKET_DIGEST_BYTES);
  digests.forEach((digest, bucket) => bytes.writeBigUInt64BE(digest, bucket * BUCKET_DIGEST_BYTES));
  const writer = begin(FRAME_FIELD['bucket-digests'], fieldBytes(bytes.length));
  writer.bytes(FIELD.bucketDigests.digests, bytes);
  return writer.finish();
}

function encodeEntries({ buckets, entries }: BucketEntries): Uint8Array {
  const lengthBytes = fieldBytes(buckets.length) + idsBytes(entries);
  const writer = begin(FRAME_FIELD['bucket-entries'], lengthBytes);
  writer.bytes(FIELD.bucketEntries.buckets, Uint8Array.from(buckets));
  writeIds(writer, FIELD.bucketEntries.entries, entries);
  return writer.finish();
}

function writeIds(writer: ProtoWriter, field: number, ids: readonly RecordId[]): void {
  for (const id of ids) {
    writer.head(field, idBytes(id));
    writer.hex(FIELD.recordId.peer, id.peer);
    writer.number(FIELD.recordId.kind, KIND_NUMBERS[id.kind]);
    writer.number(FIELD.recordId.epoch, id.epoch);
    writer.number(FIELD.recordId.seq, id.seq);
  }
}

/** A writer of a whole frame, behind the head of its only field. */
function begin(frameField: number, lengthBytes: number): ProtoWriter {
  const writer = new ProtoWriter(fieldBytes(lengthBytes));
  writer.head(frameField, lengthBytes);
  return writer;
}

function recordBytes({ body, signature }: SignedRecord): number {
  return fieldBytes(body.length) + fieldBytes(signature.length);
}

function idsBytes(ids: readonly RecordId[]): number {
  let lengthBytes = 0;
  for (const id of ids) lengthBytes += fieldBytes(idBytes(id));
  return lengthBytes;
}

function idBytes({ epoch, seq }: RecordId): number {
  // One byte for the tag of each of the three numbers, and one for the kind.
  return fieldBytes(PEER_ID_BYTES) + 4 + varintBytes(epoch) + varintBytes(seq);
}
