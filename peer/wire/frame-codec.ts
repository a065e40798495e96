/**
 * Frames to bytes and back. Decoding never throws: bytes that are no frame give undefined. Frames of
 * the mesh are written and read by hand (mesh-frame-writer.ts, mesh-frame-reader.ts), the rest by
 * protobufjs.
 */
import { FRAME_FIELD } from './fields.ts';
import { weft } from './generated/weft.js';
import {
  FIELDS_MAX,
  ID_BYTES_MAX,
  IDS_BYTES_MAX,
  RECORDS_BYTES_MAX,
  SMALL_FRAME_BYTES_MAX,
} from './limits.ts';
import type { Auth, Bye, Hello, LinkFrame, Question, Reply, Request } from './link-frame.ts';
import { Malformed } from './malformed.ts';
import { decodeMeshFrame } from './mesh-frame-reader.ts';
import { encodeMeshFrame } from './mesh-frame-writer.ts';
import { ProtoReader, WIRE_TYPE } from './proto-reader.ts';
import { counted, required, sized } from './values.ts';
import { DIRECTORY_RECORDS_MAX } from '../mesh/limits.ts';

/** What an honest message of each type has at most; the transport bounds those that are not here. */
const BYTES_MAX: ReadonlyMap<number, number> = new Map([
  [FRAME_FIELD.hello, SMALL_FRAME_BYTES_MAX],
  [FRAME_FIELD.auth, SMALL_FRAME_BYTES_MAX],
  [FRAME_FIELD.heartbeat, SMALL_FRAME_BYTES_MAX],
  [FRAME_FIELD.bye, SMALL_FRAME_BYTES_MAX],
  [FRAME_FIELD['bucket-digests'], SMALL_FRAME_BYTES_MAX],
  [FRAME_FIELD.records, RECORDS_BYTES_MAX],
  [FRAME_FIELD.have, IDS_BYTES_MAX],
  [FRAME_FIELD.want, IDS_BYTES_MAX],
  [FRAME_FIELD['bucket-entries'], DIRECTORY_RECORDS_MAX * ID_BYTES_MAX],
]);

const NOTHING = new Uint8Array();

export function encodeFrame(frame: LinkFrame): Uint8Array {
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
      return encodeMeshFrame(frame);
  }
}

export function decodeFrame(bytes: Uint8Array): LinkFrame | undefined {
  try {
    const { field, message } = readEnvelope(new ProtoReader(bytes));
    if (message.length > (BYTES_MAX.get(field) ?? Number.POSITIVE_INFINITY)) return undefined;
    return readMessage(field, message);
  } catch {
    // protobufjs throws RangeError and Error for truncated or odd bytes, our own reading Malformed.
    return undefined;
  }
}

/** The one message of the frame. Fields beside it are passed over, a second message is not. */
function readEnvelope(reader: ProtoReader): { field: number; message: Uint8Array } {
  let found: { field: number; message: Uint8Array } | undefined;
  for (let count = 0; reader.hasMore(); count++) {
    if (count >= FIELDS_MAX) throw new Malformed('fields');
    const tag = reader.varint();
    const field = Math.floor(tag / 8);
    if (field > FRAME_FIELD.bye) reader.skip(tag);
    else if (found !== undefined || tag % 8 !== WIRE_TYPE.bytes) throw new Malformed('frame');
    else found = { field, message: reader.bytes() };
  }
  return required(found, 'message');
}

function readMessage(field: number, message: Uint8Array): LinkFrame {
  switch (field) {
    case FRAME_FIELD.hello:
      return readHello(weft.v1.Hello.decode(message));
    case FRAME_FIELD.auth:
      return readAuth(weft.v1.Auth.decode(message));
    case FRAME_FIELD.bye:
      return readBye(weft.v1.Bye.decode(message));
    case FRAME_FIELD.request:
      return readRequest(weft.v1.Request.decode(fewFields(message)));
    case FRAME_FIELD.reply:
      return readReply(weft.v1.Reply.decode(fewFields(message)));
    default:
      return decodeMeshFrame(field, message);
  }
}

/** The message, unless it has so many fields that decoding it costs more than copying its JSON. */
function fewFields(message: Uint8Array): Uint8Array {
  const reader = new ProtoReader(message);
  for (let count = 0; reader.hasMore(); count++) {
    if (count >= FIELDS_MAX) throw new Malformed('fields');
    reader.skip(reader.varint());
  }
  return message;
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
