/**
 * Reads protobuf's wire format in place (protobuf.dev, "Encoding"): for frames that come by the
 * thousand, of which only what is kept is copied. Whatever is wrong throws Malformed.
 */
import { Malformed } from './malformed.ts';

/** How a field's value is laid out: the low three bits of its tag. */
export const WIRE_TYPE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

const CONTINUES = 0x80;
const GROUP = 2 ** 7;
/** Fields are numbered from 1. */
const FIRST_TAG = 8;

export class ProtoReader {
  readonly #bytes: Buffer;
  #at = 0;
  #end: number;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#end = bytes.length;
  }

  /** Whether the message that is read has further fields. */
  hasMore(): boolean {
    return this.#at < this.#end;
  }

  /** An unsigned integer that is exact as a double; a tag is one, too. */
  varint(): number {
    let value = 0;
    for (let scale = 1; scale <= Number.MAX_SAFE_INTEGER; scale *= GROUP) {
      const byte = this.#byte();
      value += (byte & (CONTINUES - 1)) * scale;
      if (byte < CONTINUES) {
        if (value > Number.MAX_SAFE_INTEGER) break;
        return value;
      }
    }
    throw new Malformed('number is out of range');
  }

  /** A view of the bytes of a field. */
  bytes(): Uint8Array {
    const end = this.#fieldEnd();
    const view = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return view;
  }

  /** A field of so many bytes, as hex digits. */
  hex(lengthBytes: number, what: string): string {
    const end = this.#fieldEnd();
    if (end - this.#at !== lengthBytes) throw new Malformed(`${what} has not ${lengthBytes} bytes`);
    const digits = this.#bytes.toString('hex', this.#at, end);
    this.#at = end;
    return digits;
  }

  /** Goes into a field that is a message. Returns what `leave` takes. */
  enter(): number {
    const outerEnd = this.#end;
    this.#end = this.#fieldEnd();
    return outerEnd;
  }

  leave(outerEnd: number): void {
    this.#end = outerEnd;
  }

  /** Passes over the value of a field that we don't know. */
  skip(tag: number): void {
    if (tag < FIRST_TAG) throw new Malformed('field 0');
    switch (tag % 8) {
      case WIRE_TYPE.varint:
        while (this.#byte() >= CONTINUES);
        return;
      case WIRE_TYPE.fixed64:
        return this.#advance(8);
      case WIRE_TYPE.bytes:
        this.#at = this.#fieldEnd();
        return;
      case WIRE_TYPE.fixed32:
        return this.#advance(4);
      default:
        throw new Malformed('wire type');
    }
  }

  #advance(count: number): void {
    if (this.#at + count > this.#end) throw new Malformed('truncated');
    this.#at += count;
  }

  #byte(): number {
    if (this.#at >= this.#end) throw new Malformed('truncated');
    return this.#bytes[this.#at++] ?? 0;
  }

  /** Reads a length; where the field that it begins ends. */
  #fieldEnd(): number {
    const length = this.varint();
    const end = this.#at + length;
    if (end > this.#end) throw new Malformed('truncated');
    return end;
  }
}
