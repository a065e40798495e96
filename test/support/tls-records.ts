/** A stream of bytes as the TLS records that it has to consist of. */
import assert from 'node:assert/strict';

/** RFC 8446 section 5.1. */
export const APPLICATION_DATA = 23;
/** change_cipher_spec, alert, handshake and application data. */
const RECORD_TYPES = [20, 21, 22, APPLICATION_DATA];
const HEADER_BYTES = 5;

/** Types of the records; the last may be cut off. Throws if the stream isn't TLS, with its name. */
export function readTlsRecords(name: string, stream: Buffer): readonly number[] {
  const types: number[] = [];
  for (let at = 0; at + HEADER_BYTES <= stream.length;) {
    const type = stream.readUInt8(at);
    assert.ok(RECORD_TYPES.includes(type), `${name}: byte ${at} is no type of a record`);
    assert.equal(stream.readUInt8(at + 1), 3, `${name}: byte ${at + 1} is no version of TLS`);
    types.push(type);
    at += HEADER_BYTES + stream.readUInt16BE(at + 3);
  }
  return types;
}
