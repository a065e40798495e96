/**
 * A frame as one binary WebSocket message (RFC 6455 §5.2), in one piece: ws would hand TLS two, and
 * copy what it masks. The mask of messages to a listener is zero: it keeps browsers from writing
 * what a proxy on the way takes for a request, and here all the way is TLS.
 */
import type { Role } from './handshake.ts';

/** FIN, and the opcode of a binary message. */
const BINARY_MESSAGE = 0x82;
const MASKED = 0x80;
const MASK_BYTES = 4;
/** Lengths up to here are in the second byte; 126 and 127 there say how many bytes the length has. */
const SHORT_BYTES_MAX = 125;
const TWO_BYTES = 126;
const EIGHT_BYTES = 127;

/** `role` is the sender's. */
export function toMessage(frame: Uint8Array, role: Role): Buffer {
  const isMasked = role === 'initiator';
  const { length } = frame;
  const lengthBytes = length <= SHORT_BYTES_MAX ? 0 : length <= 0xffff ? 2 : 8;
  const headBytes = 2 + lengthBytes + (isMasked ? MASK_BYTES : 0);
  const message = Buffer.allocUnsafe(headBytes + length);
  message[0] = BINARY_MESSAGE;
  message[1] = (isMasked ? MASKED : 0) | (lengthBytes === 0 ? length : lengthMark(lengthBytes));
  if (lengthBytes === 2) message.writeUInt16BE(length, 2);
  if (lengthBytes === 8) message.writeBigUInt64BE(BigInt(length), 2);
  if (isMasked) message.writeUInt32BE(0, headBytes - MASK_BYTES);
  message.set(frame, headBytes);
  return message;
}

function lengthMark(lengthBytes: 2 | 8): number {
  return lengthBytes === 2 ? TWO_BYTES : EIGHT_BYTES;
}
