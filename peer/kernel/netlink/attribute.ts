/**
 * Netlink attributes (nlattr): a length, a type and a value, padded to four bytes. Knows nothing
 * of what a type means. Byte order is the host's, which is little-endian on every machine that
 * Weft runs on (openNetlink checks it). Source: netlink(7), include/uapi/linux/netlink.h.
 */
import { assert } from '../../assert.ts';

const HEADER_BYTES = 4;
const ALIGNMENT_BYTES = 4;

/** The two top bits of a type are flags: nested, and network byte order. */
const TYPE_MASK = 0x3fff;
const NESTED_FLAG = 0x8000;

/** The length field has 16 bits. */
const ATTRIBUTE_BYTES_MAX = 0xffff;

/** Values by type. Where a type comes twice, the last one stands. */
export type Attributes = ReadonlyMap<number, Uint8Array>;

/** One attribute of raw bytes, padded. */
export function bytesAttribute(type: number, value: Uint8Array): Uint8Array {
  const length = HEADER_BYTES + value.length;
  assert(length <= ATTRIBUTE_BYTES_MAX, `netlink attribute ${type} of ${value.length} bytes`);
  const out = new Uint8Array(alignedLength(length));
  const view = new DataView(out.buffer);
  view.setUint16(0, length, true);
  view.setUint16(2, type, true);
  out.set(value, HEADER_BYTES);
  return out;
}

export function uint8Attribute(type: number, value: number): Uint8Array {
  return bytesAttribute(type, Uint8Array.of(value));
}

export function uint32Attribute(type: number, value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytesAttribute(type, bytes);
}

/** For port numbers, which go in network byte order. */
export function portAttribute(type: number, port: number): Uint8Array {
  return bytesAttribute(type, Uint8Array.of(port >> 8, port & 0xff));
}

/** Text as the kernel wants it: UTF-8, ended by a zero byte. */
export function textAttribute(type: number, text: string): Uint8Array {
  return bytesAttribute(type, new TextEncoder().encode(`${text}\0`));
}

/** Attributes inside an attribute; `parts` may begin with a fixed header. */
export function nestedAttribute(type: number, parts: readonly Uint8Array[]): Uint8Array {
  return bytesAttribute(type | NESTED_FLAG, concatBytes(parts));
}

/** Everything that `bytes` holds. A cut-off tail is left out: the kernel never sends one. */
export function parseAttributes(bytes: Uint8Array): Attributes {
  const view = viewOf(bytes);
  const out = new Map<number, Uint8Array>();
  for (let at = 0; at + HEADER_BYTES <= bytes.length;) {
    const length = view.getUint16(at, true);
    if (length < HEADER_BYTES || at + length > bytes.length) break;
    out.set(
      view.getUint16(at + 2, true) & TYPE_MASK,
      bytes.subarray(at + HEADER_BYTES, at + length),
    );
    at += alignedLength(length);
  }
  return out;
}

export function readUint8(bytes: Uint8Array | undefined): number | undefined {
  return bytes?.[0];
}

export function readUint32(bytes: Uint8Array | undefined): number | undefined {
  return bytes !== undefined && bytes.length >= 4 ? viewOf(bytes).getUint32(0, true) : undefined;
}

export function readPort(bytes: Uint8Array | undefined): number | undefined {
  return bytes !== undefined && bytes.length >= 2 ? viewOf(bytes).getUint16(0, false) : undefined;
}

export function readText(bytes: Uint8Array | undefined): string | undefined {
  if (bytes === undefined) return undefined;
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/** A view of exactly these bytes, wherever in their buffer they lie. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function alignedLength(length: number): number {
  return (length + ALIGNMENT_BYTES - 1) & ~(ALIGNMENT_BYTES - 1);
}

export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
