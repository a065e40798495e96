/**
 * Frames of the mesh to protobuf messages and back. Sizes and ranges are checked here; how many
 * bytes and fields a message may have was looked at before it came here (frame-codec.ts).
 */
import type { Reader } from 'protobufjs/minimal.js';
import { BUCKET_COUNT, DIRECTORY_RECORDS_MAX, IDS_PER_FRAME } from '../mesh/limits.ts';
import type { MeshFrame } from '../mesh/frame.ts';
import type { RecordId, RecordKind, SignedRecord } from '../mesh/record.ts';
import { BUCKET_DIGEST_BYTES, FRAME_FIELD, SET_HASH_BYTES, SIGNATURE_BYTES } from './fields.ts';
import { weft } from './generated/weft.js';
import { Malformed } from './malformed.ts';
import { KIND_NUMBERS } from './record-kinds.ts';
import {
  atMost,
  counted,
  readPeerId,
  readUnsigned,
  required,
  sized,
  writeUnsigned,
} from './values.ts';

type Optional<T> = T | null | undefined;

export function writeMeshFrame(frame: MeshFrame): weft.v1.Frame.$Properties {
  switch (frame.type) {
    case 'heartbeat':
      return {
        heartbeat: { setHash: writeUnsigned(frame.setHash, SET_HASH_BYTES), wanted: frame.wanted },
      };
    case 'records':
      return { records: { records: [...frame.records] } };
    case 'have':
      return { have: { ids: frame.ids.map(writeId) } };
    case 'want':
      return { want: { ids: frame.ids.map(writeId) } };
    case 'bucket-digests':
      return { bucketDigests: { digests: writeDigests(frame.digests) } };
    case 'bucket-entries': {
      const { buckets, entries } = frame;
      return {
        bucketEntries: { buckets: Uint8Array.from(buckets), entries: entries.map(writeId) },
      };
    }
  }
}

/** The message of a frame of the mesh, whose type its field tells. Throws whatever is wrong with it. */
export function readMeshFrame(frameField: number, message: Reader): MeshFrame {
  switch (frameField) {
    case FRAME_FIELD.heartbeat:
      return readHeartbeat(weft.v1.Heartbeat.decode(message));
    case FRAME_FIELD.records:
      return { type: 'records', records: readRecords(weft.v1.Records.decode(message)) };
    case FRAME_FIELD.have:
      return { type: 'have', ids: readIds(weft.v1.Have.decode(message).ids, IDS_PER_FRAME) };
    case FRAME_FIELD.want:
      return { type: 'want', ids: readIds(weft.v1.Want.decode(message).ids, IDS_PER_FRAME) };
    case FRAME_FIELD['bucket-digests']:
      return readDigests(weft.v1.BucketDigests.decode(message));
    case FRAME_FIELD['bucket-entries']:
      return readEntries(weft.v1.BucketEntries.decode(message));
    default:
      throw new Malformed('frame of an unknown type');
  }
}

function readHeartbeat({ setHash, wanted }: weft.v1.Heartbeat.$Properties): MeshFrame {
  return {
    type: 'heartbeat',
    setHash: readUnsigned(sized(setHash, SET_HASH_BYTES, 'set hash')),
    wanted: wanted ?? false,
  };
}

/** Views of the frame that they came in: the codec of records copies what it keeps. */
function readRecords({ records }: weft.v1.Records.$Properties): readonly SignedRecord[] {
  return (records ?? []).map(({ body, signature }) => ({
    body: required(body, 'body'),
    signature: sized(signature, SIGNATURE_BYTES, 'signature'),
  }));
}

function readIds(ids: Optional<weft.v1.RecordId.$Properties[]>, most: number): readonly RecordId[] {
  return atMost(most, ids, 'ids').map(({ peer, kind, epoch, seq }) => ({
    peer: readPeerId(peer),
    kind: readKind(kind),
    epoch: counted(epoch, 'epoch'),
    seq: counted(seq, 'seq'),
  }));
}

/** Uint8Array.fromHex would take six times as long. */
function writeId({ peer, kind, epoch, seq }: RecordId): weft.v1.RecordId.$Properties {
  return { peer: Buffer.from(peer, 'hex'), kind: KIND_NUMBERS[kind], epoch, seq };
}

function readKind(number: Optional<number>): RecordKind {
  if (number === KIND_NUMBERS.peer) return 'peer';
  if (number === KIND_NUMBERS.links) return 'links';
  throw new Malformed(`kind ${number}`);
}

function readDigests({ digests }: weft.v1.BucketDigests.$Properties): MeshFrame {
  const bytes = Buffer.from(sized(digests, BUCKET_COUNT * BUCKET_DIGEST_BYTES, 'digests'));
  const read = Array.from({ length: BUCKET_COUNT }, (_, bucket) =>
    bytes.readBigUInt64BE(bucket * BUCKET_DIGEST_BYTES),
  );
  return { type: 'bucket-digests', digests: read };
}

function writeDigests(digests: readonly bigint[]): Uint8Array {
  const bytes = Buffer.allocUnsafe(BUCKET_COUNT * BUCKET_DIGEST_BYTES);
  digests.forEach((digest, bucket) => bytes.writeBigUInt64BE(digest, bucket * BUCKET_DIGEST_BYTES));
  return bytes;
}

/** Buckets come whole, so one that is large brings more than IDS_PER_FRAME. */
function readEntries({ buckets, entries }: weft.v1.BucketEntries.$Properties): MeshFrame {
  return {
    type: 'bucket-entries',
    buckets: [...atMostBytes(BUCKET_COUNT, buckets)],
    entries: readIds(entries, DIRECTORY_RECORDS_MAX),
  };
}

function atMostBytes(most: number, bytes: Optional<Uint8Array>): Uint8Array {
  if ((bytes?.length ?? 0) > most) throw new Malformed(`more than ${most} buckets`);
  return bytes ?? new Uint8Array();
}
