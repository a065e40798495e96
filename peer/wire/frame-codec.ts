/**
 * Frames to bytes and back, by protobufjs. Decoding never throws: bytes that are no frame give
 * undefined. How many bytes and fields a message has is compared with what an honest one of its type
 * may have before anything is built of it.
 */
import { Reader } from 'protobufjs/minimal.js';
import { FRAME_FIELD } from './fields.ts';
import { weft } from './generated/weft.js';
import {
  FIELDS_MAX,
  ID_BYTES_MAX,
  IDS_BYTES_MAX,
  RECORDS_BYTES_MAX,
  RECORDS_PER_FRAME_MAX,
  SMALL_FRAME_BYTES_MAX,
} from './limits.ts';
import type { Auth, Bye, Hello, LinkFrame, Question, Reply, Request } from './link-frame.ts';
import { Malformed } from './malformed.ts';
import { readMeshFrame, writeMeshFrame } from './mesh-frame-codec.ts';
import { counted, required, sized } from './values.ts';
import { DIRECTORY_RECORDS_MAX, IDS_PER_FRAME } from '../mesh/limits.ts';

interface Bounds {
  readonly bytes: number;
  /** Items of its list. */
  readonly items?: number;
}

const SMALL: Bounds = { bytes: SMALL_FRAME_BYTES_MAX };
const IDS: Bounds = { bytes: IDS_BYTES_MAX, items: IDS_PER_FRAME };

/** What an honest message of each type has at most; the transport bounds those that are not here. */
const BOUNDS: ReadonlyMap<number, Bounds> = new Map([
  [FRAME_FIELD.hello, SMALL],
  [FRAME_FIELD.auth, SMALL],
  [FRAME_FIELD.heartbeat, SMALL],
  [FRAME_FIELD.bye, SMALL],
  [FRAME_FIELD['bucket-digests'], SMALL],
  [FRAME_FIELD.records, { bytes: RECORDS_BYTES_MAX, items: RECORDS_PER_FRAME_MAX }],
  [FRAME_FIELD.have, IDS],
  [FRAME_FIELD.want, IDS],
  [
    FRAME_FIELD['bucket-entries'],
    { bytes: DIRECTORY_RECORDS_MAX * ID_BYTES_MAX, items: DIRECTORY_RECORDS_MAX },
  ],
]);

/** How a field is laid out that is a message: protobuf.dev, "Encoding". */
const WIRE_TYPE_BYTES = 2;

const NOTHING = new Uint8Array();

/** What was encoded last: the mesh sends the same frame by several links, one after the other. */
let last: { readonly frame: LinkFrame; readonly bytes: Uint8Array } | undefined;

/** Frames don't change, so the bytes of one may be those of before; nobody may change them. */
export function encodeFrame(frame: LinkFrame): Uint8Array {
  if (last?.frame !== frame) last = { frame, bytes: encode(frame) };
  return last.bytes;
}

function encode(frame: LinkFrame): Uint8Array {
  switch (frame.type) {
    case 'hello':
      return weft.v1.Frame.encode({ hello: frame }).finish();
    case 'auth':
      return weft.v1.Frame.encode({ auth: frame }).finish();
    case 'bye':
      return weft.v1.Frame.encode({ bye: frame }).finish();
    case 'request':
      return weft.v1.Frame.encode({ request: writeRequest(frame) }).finish();
    case 'reply':
      return weft.v1.Frame.encode({ reply: frame }).finish();
    default:
      return weft.v1.Frame.encode(writeMeshFrame(frame)).finish();
  }
}

export function decodeFrame(bytes: Uint8Array): LinkFrame | undefined {
  try {
    const { field, message } = readEnvelope(readerOf(bytes));
    checkBounds(field, message);
    return readMessage(field, readerOf(message));
  } catch {
    // protobufjs throws RangeError and Error for truncated or odd bytes, our own reading Malformed.
    return undefined;
  }
}

/** Fields that we don't know are passed over, and not kept: keeping them costs 80 ns a byte. */
function readerOf(bytes: Uint8Array): Reader {
  const reader = Reader.create(bytes);
  reader.discardUnknown = true;
  return reader;
}

/** The one message of the frame. Fields beside it are passed over, a second message is not. */
function readEnvelope(reader: Reader): { field: number; message: Uint8Array } {
  let found: { field: number; message: Uint8Array } | undefined;
  for (let count = 0; reader.pos < reader.len; count++) {
    if (count >= FIELDS_MAX) throw new Malformed('fields');
    const tag = reader.tag();
    const field = tag >>> 3;
    const wireType = tag & 7;
    if (field > FRAME_FIELD.bye) reader.skipType(wireType, 0, field);
    else if (found !== undefined || wireType !== WIRE_TYPE_BYTES) throw new Malformed('frame');
    else found = { field, message: reader.bytes() };
  }
  return required(found, 'message');
}

function checkBounds(field: number, message: Uint8Array): void {
  const bounds = BOUNDS.get(field);
  if (bounds !== undefined && message.length > bounds.bytes) throw new Malformed('bytes');
  const fieldsMax = (bounds?.items ?? 0) + FIELDS_MAX;
  const reader = readerOf(message);
  for (let count = 0; reader.pos < reader.len; count++) {
    if (count >= fieldsMax) throw new Malformed('fields');
    const tag = reader.tag();
    reader.skipType(tag & 7, 0, tag >>> 3);
  }
}

function readMessage(field: number, message: Reader): LinkFrame {
  switch (field) {
    case FRAME_FIELD.hello:
      return readHello(weft.v1.Hello.decode(message));
    case FRAME_FIELD.auth:
      return readAuth(weft.v1.Auth.decode(message));
    case FRAME_FIELD.bye:
      return readBye(weft.v1.Bye.decode(message));
    case FRAME_FIELD.request:
      return readRequest(weft.v1.Request.decode(message));
    case FRAME_FIELD.reply:
      return readReply(weft.v1.Reply.decode(message));
    default:
      return readMeshFrame(field, message);
  }
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
    // Of any size: one that lacks them is refused for that, and not as no frame at all.
    keyId: hello.keyId ?? NOTHING,
    channel: hello.channel ?? NOTHING,
    admission: hello.admission ?? NOTHING,
  };
}

function readAuth(auth: weft.v1.Auth.$Properties): Auth {
  return {
    type: 'auth',
    keyId: sized(auth.keyId, 4, 'key id'),
    membership: sized(auth.membership, 32, 'membership'),
    signature: sized(auth.signature, 64, 'signature'),
    answers: auth.answers ?? NOTHING,
  };
}

function readBye({ reason, detail }: weft.v1.Bye.$Properties): Bye {
  return { type: 'bye', reason: reason ?? '', detail: detail ?? '' };
}

function writeRequest({ id, question }: Request): weft.v1.Request.$Properties {
  switch (question.type) {
    case 'space':
      return { id, space: question };
    case 'arbiter':
      return { id, arbiter: question.json };
    case 'view':
      return { id, view: { since: Number(question.since) } };
  }
}

function readRequest(request: weft.v1.Request.$Properties): Request {
  return { type: 'request', id: counted(request.id, 'request'), question: readQuestion(request) };
}

function readQuestion({ space, arbiter, view }: weft.v1.Request.$Properties): Question {
  if (arbiter) return { type: 'arbiter', json: arbiter };
  if (view) return { type: 'view', since: BigInt(counted(view.since, 'revision')) };
  const { family, wantLog2, minLog2 } = required(space, 'question');
  if (family !== 4 && family !== 6) throw new Malformed('family');
  const want = counted(wantLog2, 'size');
  return { type: 'space', family, wantLog2: want, minLog2: counted(minLog2, 'size') };
}

function readReply({ id, error, arbiter, view }: weft.v1.Reply.$Properties): Reply {
  const json = arbiter ?? NOTHING;
  const told = view === undefined || view === null || view.length === 0 ? {} : { view };
  return { type: 'reply', id: counted(id, 'reply'), error: error ?? '', arbiter: json, ...told };
}
