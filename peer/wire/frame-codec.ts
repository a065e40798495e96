/** Frames to bytes and back. Decoding never throws: bytes that are no frame give undefined. */
import { BUCKET_COUNT, IDS_PER_FRAME } from '../mesh/limits.ts';
import type { MeshFrame } from '../mesh/frame.ts';
import { peerIdBytes } from '../mesh/peer-id.ts';
import type { RecordId, SignedRecord } from '../mesh/record.ts';
import { weft } from './generated/weft.js';
import type { Auth, Bye, Hello, LinkFrame, Question, Reply, Request } from './link-frame.ts';
import { KIND_NUMBERS } from './record-codec.ts';
import {
  Malformed,
  atMost,
  counted,
  readPeerId,
  readUnsigned,
  required,
  sized,
  writeUnsigned,
} from './values.ts';

const SET_HASH_BYTES = 16;
const BUCKET_DIGEST_BYTES = 8;

export function encodeFrame(frame: LinkFrame): Uint8Array {
  return weft.v1.Frame.encode(writeFrame(frame)).finish();
}

export function decodeFrame(bytes: Uint8Array): LinkFrame | undefined {
  try {
    return readFrame(weft.v1.Frame.decode(bytes));
  } catch {
    // protobufjs throws RangeError and Error for truncated or odd bytes, our own reading Malformed.
    return undefined;
  }
}

function writeFrame(frame: LinkFrame): weft.v1.Frame.$Properties {
  switch (frame.type) {
    case 'hello':
      return { hello: frame };
    case 'auth':
      return { auth: frame };
    case 'bye':
      return { bye: frame };
    case 'request':
      return { request: writeRequest(frame) };
    case 'reply':
      return { reply: frame };
    case 'heartbeat':
    case 'records':
    case 'have':
    case 'want':
    case 'bucket-digests':
    case 'bucket-entries':
      return writeMeshFrame(frame);
  }
}

function writeMeshFrame(frame: MeshFrame): weft.v1.Frame.$Properties {
  switch (frame.type) {
    case 'heartbeat': {
      const setHash = writeUnsigned(frame.setHash, SET_HASH_BYTES);
      return { heartbeat: { setHash, wanted: frame.wanted } };
    }
    case 'records':
      return { records: { records: [...frame.records] } };
    case 'have':
      return { have: { ids: frame.ids.map(writeId) } };
    case 'want':
      return { want: { ids: frame.ids.map(writeId) } };
    case 'bucket-digests': {
      const digests = frame.digests.map((digest) => writeUnsigned(digest, BUCKET_DIGEST_BYTES));
      return { bucketDigests: { digests: Buffer.concat(digests) } };
    }
    case 'bucket-entries': {
      const buckets = Uint8Array.from(frame.buckets);
      return { bucketEntries: { buckets, entries: frame.entries.map(writeId) } };
    }
  }
}

function readFrame(frame: weft.v1.Frame): LinkFrame {
  if (frame.hello) return readHello(frame.hello);
  if (frame.auth) return readAuth(frame.auth);
  if (frame.bye) return readBye(frame.bye);
  if (frame.request) return readRequest(frame.request);
  if (frame.reply) return readReply(frame.reply);
  return readMeshFrame(frame);
}

function readMeshFrame(frame: weft.v1.Frame): MeshFrame {
  if (frame.heartbeat) {
    const setHash = readUnsigned(sized(frame.heartbeat.setHash, SET_HASH_BYTES, 'set hash'));
    return { type: 'heartbeat', setHash, wanted: frame.heartbeat.wanted ?? false };
  }
  if (frame.records) {
    return { type: 'records', records: (frame.records.records ?? []).map(readSigned) };
  }
  if (frame.have) return { type: 'have', ids: readIds(frame.have.ids) };
  if (frame.want) return { type: 'want', ids: readIds(frame.want.ids) };
  if (frame.bucketDigests) return readDigests(frame.bucketDigests);
  if (frame.bucketEntries) {
    const buckets = [...required(frame.bucketEntries.buckets, 'buckets')];
    const entries = (frame.bucketEntries.entries ?? []).map(readId);
    return { type: 'bucket-entries', buckets, entries };
  }
  throw new Malformed('frame of an unknown type');
}

function readDigests(from: weft.v1.BucketDigests.$Properties): MeshFrame {
  const bytes = sized(from.digests, BUCKET_COUNT * BUCKET_DIGEST_BYTES, 'digests');
  const digests = Array.from({ length: BUCKET_COUNT }, (_, bucket) =>
    readUnsigned(bytes.subarray(bucket * BUCKET_DIGEST_BYTES, (bucket + 1) * BUCKET_DIGEST_BYTES)),
  );
  return { type: 'bucket-digests', digests };
}

function readHello(hello: weft.v1.Hello.$Properties): Hello {
  return {
    type: 'hello',
    protocolMin: counted(hello.protocolMin, 'protocol'),
    protocolMax: counted(hello.protocolMax, 'protocol'),
    cluster: sized(hello.cluster, 16, 'cluster'),
    key: sized(hello.key, 32, 'key'),
    nonce: sized(hello.nonce, 16, 'nonce'),
    configDigest: sized(hello.configDigest, 16, 'config digest'),
    name: hello.name ?? '',
  };
}

function readAuth(auth: weft.v1.Auth.$Properties): Auth {
  return {
    type: 'auth',
    keyId: sized(auth.keyId, 4, 'key id'),
    membership: sized(auth.membership, 32, 'membership'),
    signature: sized(auth.signature, 64, 'signature'),
  };
}

function readBye({ reason, detail }: weft.v1.Bye.$Properties): Bye {
  return { type: 'bye', reason: reason ?? '', detail: detail ?? '' };
}

function writeRequest({ id, question }: Request): weft.v1.Request.$Properties {
  return question.type === 'space' ? { id, space: question } : { id, arbiter: question.json };
}

function readRequest(request: weft.v1.Request.$Properties): Request {
  return { type: 'request', id: counted(request.id, 'request'), question: readQuestion(request) };
}

function readQuestion({ space, arbiter }: weft.v1.Request.$Properties): Question {
  if (arbiter) return { type: 'arbiter', json: arbiter };
  const { family, wantLog2, minLog2 } = required(space, 'question');
  if (family !== 4 && family !== 6) throw new Malformed('family');
  const want = counted(wantLog2, 'size');
  return { type: 'space', family, wantLog2: want, minLog2: counted(minLog2, 'size') };
}

function readReply({ id, error, arbiter }: weft.v1.Reply.$Properties): Reply {
  const json = arbiter ?? new Uint8Array();
  return { type: 'reply', id: counted(id, 'reply'), error: error ?? '', arbiter: json };
}

function readSigned({ body, signature }: weft.v1.SignedRecord.$Properties): SignedRecord {
  // Copied: what is kept must not keep the whole frame that it came in.
  return {
    body: Uint8Array.from(required(body, 'body')),
    signature: Uint8Array.from(sized(signature, 64, 'signature')),
  };
}

function writeId({ peer, kind, epoch, seq }: RecordId): weft.v1.RecordId.$Properties {
  return { peer: peerIdBytes(peer), kind: KIND_NUMBERS[kind], epoch, seq };
}

/** As many as one frame carries: whoever sends more only wants to keep us busy. */
function readIds(ids: readonly weft.v1.RecordId.$Properties[] | null | undefined): RecordId[] {
  return atMost(IDS_PER_FRAME, ids, 'ids').map(readId);
}

function readId({ peer, kind, epoch, seq }: weft.v1.RecordId.$Properties): RecordId {
  const name =
    kind === KIND_NUMBERS.peer ? 'peer' : kind === KIND_NUMBERS.links ? 'links' : undefined;
  return {
    peer: readPeerId(peer),
    kind: required(name, 'kind'),
    epoch: counted(epoch, 'epoch'),
    seq: counted(seq, 'seq'),
  };
}
