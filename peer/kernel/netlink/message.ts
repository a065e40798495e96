/**
 * Netlink messages (nlmsghdr): requests as bytes, answers as values, and what the kernel says of
 * an error. Knows nothing of sockets nor of what a message is about.
 * Source: netlink(7), include/uapi/linux/netlink.h.
 */
import { getSystemErrorMessage, getSystemErrorName } from 'node:util';
import { alignedLength, concatBytes, parseAttributes, readText, viewOf } from './attribute.ts';

export const HEADER_BYTES = 16;

/** Flags of a request. The meaning of the upper ones depends on whether it makes or asks. */
export const Flag = {
  request: 0x01,
  multi: 0x02,
  ack: 0x04,
  dumpInterrupted: 0x10,
  replace: 0x100,
  exclusive: 0x200,
  create: 0x400,
  dump: 0x300,
} as const;

const MessageType = { error: 2, done: 3 } as const;

/** Flags of an error message: is the request's payload left out, do attributes follow? */
const FLAG_CAPPED = 0x100;
const FLAG_ACK_ATTRIBUTES = 0x200;
const ACK_ATTRIBUTE_TEXT = 1;

const SEQUENCE_OFFSET = 8;
const ERRNO_BYTES = 4;

export interface Request {
  readonly type: number;
  readonly flags: number;
  /** The fixed part that goes before the attributes (ifinfomsg, ifaddrmsg, ndmsg, rtmsg). */
  readonly header: Uint8Array;
  readonly attributes: readonly Uint8Array[];
}

export interface Message {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  /** The netlink port of who caused it: in a notification, the socket whose request it was. */
  readonly port: number;
  readonly payload: Uint8Array;
}

/** The end of an exchange: errno 0 means that it was done. */
export interface Acknowledgement {
  /** Positive, as in errno(3). */
  readonly errno: number;
  /** The kernel's own words (extended acknowledgement); empty where it has none. */
  readonly text: string;
}

/** What the kernel refused. The message is the reason for people: name, meaning, kernel's words. */
export class NetlinkError extends Error {
  override readonly name = 'NetlinkError';
  readonly errno: number;

  constructor({ errno, text }: Acknowledgement) {
    super(describeErrno(errno) + (text === '' ? '' : `: ${text}`));
    this.errno = errno;
  }
}

/** One request as bytes, always asking for an acknowledgement; sequence 0 (see withSequence). */
export function encodeRequest({ type, flags, header, attributes }: Request): Uint8Array {
  const payload = concatBytes([header, ...attributes]);
  const out = new Uint8Array(alignedLength(HEADER_BYTES + payload.length));
  const view = viewOf(out);
  view.setUint32(0, HEADER_BYTES + payload.length, true);
  view.setUint16(4, type, true);
  view.setUint16(6, flags | Flag.request | Flag.ack, true);
  out.set(payload, HEADER_BYTES);
  return out;
}

/** A copy of the request that carries `sequence`, by which the sender knows the answers again. */
export function withSequence(request: Uint8Array, sequence: number): Uint8Array {
  const out = request.slice();
  viewOf(out).setUint32(SEQUENCE_OFFSET, sequence, true);
  return out;
}

/** The messages that one receive brought. A cut-off tail is left out. */
export function parseMessages(bytes: Uint8Array): readonly Message[] {
  const view = viewOf(bytes);
  const out: Message[] = [];
  for (let at = 0; at + HEADER_BYTES <= bytes.length;) {
    const length = view.getUint32(at, true);
    if (length < HEADER_BYTES || at + length > bytes.length) break;
    out.push({
      type: view.getUint16(at + 4, true),
      flags: view.getUint16(at + 6, true),
      sequence: view.getUint32(at + SEQUENCE_OFFSET, true),
      port: view.getUint32(at + 12, true),
      payload: bytes.subarray(at + HEADER_BYTES, at + length),
    });
    at += alignedLength(length);
  }
  return out;
}

/** The acknowledgement that a message is (also the end of a dump); undefined if it is another. */
export function parseAcknowledgement(message: Message): Acknowledgement | undefined {
  const { type, payload } = message;
  if (type !== MessageType.error && type !== MessageType.done) return undefined;
  // The kernel sends a negative number; a carrier in between may send anything.
  const errno = payload.length < ERRNO_BYTES ? 0 : Math.abs(viewOf(payload).getInt32(0, true));
  return { errno, text: extendedText(message) };
}

/** The dump was changed under the reader's hands: it may be inconsistent and has to be repeated. */
export function isInterruptedDump({ flags }: Message): boolean {
  return (flags & Flag.dumpInterrupted) !== 0;
}

/** For example `EEXIST (file already exists)`. */
export function describeErrno(errno: number): string {
  return `${getSystemErrorName(-errno)} (${getSystemErrorMessage(-errno)})`;
}

function extendedText(message: Message): string {
  if ((message.flags & FLAG_ACK_ATTRIBUTES) === 0) return '';
  const attributes = parseAttributes(message.payload.subarray(attributesOffset(message)));
  return readText(attributes.get(ACK_ATTRIBUTE_TEXT)) ?? '';
}

/** Attributes follow the errno and, in an error message, the request (its header alone if capped). */
function attributesOffset({ type, flags, payload }: Message): number {
  if (type === MessageType.done) return ERRNO_BYTES;
  const isCapped = (flags & FLAG_CAPPED) !== 0 || payload.length < ERRNO_BYTES + HEADER_BYTES;
  const requestBytes = isCapped ? HEADER_BYTES : viewOf(payload).getUint32(ERRNO_BYTES, true);
  return ERRNO_BYTES + alignedLength(requestBytes);
}
