/**
 * How many bytes a record or a frame would be on the wire, without encoding the frame: a test holds
 * these formulas against the real codec.
 */
import type { MeshFrame } from '../../peer/mesh/frame.ts';
import type { RecordBody, RecordId, SignedRecord } from '../../peer/mesh/record.ts';
import { encodeFrame } from '../../peer/wire/frame-codec.ts';
import { writeContent } from '../../peer/wire/record-codec.ts';
import { weft } from '../../peer/wire/generated/weft.js';

const KEY = new Uint8Array(32);

/** WebSocket's header, TLS's header and tag, and the headers of TCP and IP (mesh protocol, §2.4). */
const FRAME_OVERHEAD_BYTES = 4 + 22;
const SEGMENT_OVERHEAD_BYTES = 52;
/** What a TCP segment carries on Ethernet (1,500 minus the headers). */
const SEGMENT_BYTES = 1_448;

/** Tag and length of a field below 128 bytes. */
const SHORT_FIELD = 2;
const SET_HASH_FIELD = 18;
const BOOL_FIELD = 2;
/** Peer id and kind. */
const ID_FIELDS = 18 + 2;
const SIGNATURE_FIELD = 66;
const BUCKET_DIGEST_BYTES = 8;

/** Bytes of an encoded body. */
export function recordBodyBytes({ epoch, seq, content }: RecordBody): number {
  return weft.v1.RecordBody.encode({ key: KEY, epoch, seq, ...writeContent(content) }).finish()
    .length;
}

/** Bytes of an encoded frame. */
export function frameBytes(frame: MeshFrame): number {
  switch (frame.type) {
    case 'heartbeat':
      return SHORT_FIELD + SET_HASH_FIELD + (frame.wanted ? BOOL_FIELD : 0);
    case 'records':
      return field(frame.records.reduce((sum, record) => sum + field(signedBytes(record)), 0));
    case 'have':
    case 'want':
      return field(idsBytes(frame.ids));
    case 'bucket-entries':
      return field(field(frame.buckets.length) + idsBytes(frame.entries));
    case 'bucket-digests':
      return field(field(frame.digests.length * BUCKET_DIGEST_BYTES));
    default:
      return encodeFrame(frame).length;
  }
}

/** Bytes that the frame is on an Ethernet's IP layer, headers included. */
export function wireBytes(frame: MeshFrame): number {
  const bytes = frameBytes(frame) + FRAME_OVERHEAD_BYTES;
  return bytes + Math.ceil(bytes / SEGMENT_BYTES) * SEGMENT_OVERHEAD_BYTES;
}

function signedBytes({ body }: SignedRecord): number {
  return field(body.length) + SIGNATURE_FIELD;
}

function idsBytes(ids: readonly RecordId[]): number {
  let bytes = 0;
  for (const { epoch, seq } of ids) bytes += field(ID_FIELDS + 2 + varint(epoch) + varint(seq));
  return bytes;
}

/** A field of so many bytes, with its tag and length. */
function field(bytes: number): number {
  return 1 + varint(bytes) + bytes;
}

function varint(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}
