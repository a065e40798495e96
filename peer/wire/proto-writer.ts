/** Writes protobuf's wire format into one buffer of a size that is known beforehand. */
import { WIRE_TYPE } from './proto-reader.ts';

const CONTINUES = 0x80;

export class ProtoWriter {
  readonly #buffer: Buffer;
  #at = 0;

  constructor(lengthBytes: number) {
    this.#buffer = Buffer.allocUnsafe(lengthBytes);
  }

  /** Field and value of an unsigned integer below 2^53. */
  number(field: number, value: number): void {
    this.#varint(field * 8 + WIRE_TYPE.varint);
    this.#varint(value);
  }

  /** The head of a field of so many bytes, which follow. */
  head(field: number, lengthBytes: number): void {
    this.#varint(field * 8 + WIRE_TYPE.bytes);
    this.#varint(lengthBytes);
  }

  bytes(field: number, bytes: Uint8Array): void {
    this.head(field, bytes.length);
    this.#buffer.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** Hex digits, two a byte. */
  hex(field: number, digits: string): void {
    this.head(field, digits.length / 2);
    this.#at += this.#buffer.write(digits, this.#at, 'hex');
  }

  /** All that was written: the whole buffer. */
  finish(): Uint8Array {
    return this.#buffer;
  }

  #varint(value: number): void {
    let rest = value;
    while (rest >= CONTINUES) {
      this.#buffer[this.#at++] = (rest % CONTINUES) + CONTINUES;
      rest = Math.floor(rest / CONTINUES);
    }
    this.#buffer[this.#at++] = rest;
  }
}

/** Bytes of an unsigned integer, or of the tag of a field. */
export function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= CONTINUES; rest /= CONTINUES) bytes++;
  return bytes;
}

/** Bytes of a field below 16 with a value of so many bytes, head and value. */
export function fieldBytes(lengthBytes: number): number {
  return 1 + varintBytes(lengthBytes) + lengthBytes;
}
