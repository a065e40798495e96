/** Frames of the mesh: read as they were written, and bounded before they cost anything. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import {
  DIRECTORY_RECORDS_MAX,
  IDS_PER_FRAME,
  RECORDS_FRAME_BYTES,
  RECORD_BODY_BYTES_MAX,
} from '#peer/mesh/limits.ts';
import type { MeshFrame } from '#peer/mesh/frame.ts';
import type { RecordId, SignedRecord } from '#peer/mesh/record.ts';
import { FRAME_FIELD } from '#peer/wire/fields.ts';
import { decodeFrame, encodeFrame } from '#peer/wire/frame-codec.ts';
import { FIELDS_MAX, RECORDS_BYTES_MAX, SMALL_FRAME_BYTES_MAX } from '#peer/wire/limits.ts';
import { sealPeer, testIdentity } from '#test/support/records.ts';

const ID: RecordId = {
  peer: testIdentity(1).id,
  kind: 'links',
  epoch: Number.MAX_SAFE_INTEGER,
  seq: 300,
};
const DIGESTS = Array.from({ length: 256 }, (_, bucket) => BigInt(bucket) << 56n);
const FRAMES: readonly MeshFrame[] = [
  { type: 'heartbeat', setHash: (7n << 64n) | 9n, wanted: true },
  { type: 'heartbeat', setHash: 0n, wanted: false },
  { type: 'records', records: [sealPeer(1).signed, sealPeer(2).signed] },
  { type: 'have', ids: [ID, { ...ID, kind: 'peer', epoch: 0, seq: 0 }] },
  { type: 'want', ids: [ID] },
  { type: 'bucket-digests', digests: DIGESTS },
  { type: 'bucket-entries', buckets: [1, 255], entries: [ID] },
];

describe('what is looked at before a message is decoded', () => {
  it('has the numbers of weft.proto', () => {
    const [, frame = ''] =
      /message Frame \{\s*oneof body (\{[^}]*\})/.exec(readFileSync('proto/weft.proto', 'utf8')) ??
      [];
    const numbers = [...frame.matchAll(/(\w+) = (\d+);/g)];
    assert.deepEqual(
      Object.fromEntries(
        numbers.map(([, name = '', number]) => [name.replace('_', '-'), Number(number)]),
      ),
      FRAME_FIELD,
    );
  });
});

describe('a frame of the mesh', () => {
  for (const frame of FRAMES) {
    it(`is read as it was written: ${frame.type}`, () => {
      assert.deepEqual(decodeFrame(encodeFrame(frame)), frame);
    });
  }
});

/** A frame with one message of so many bytes, most of them in a field that nobody knows. */
function padded(field: number, lengthBytes: number): Buffer {
  const unknown = Buffer.concat([Uint8Array.of(0xc2, 0x3e), varint(lengthBytes - 6)]);
  const message = Buffer.concat([unknown, Buffer.alloc(lengthBytes - unknown.length)]);
  return Buffer.concat([Uint8Array.of(field * 8 + 2), varint(message.length), message]);
}

/** In four bytes, whatever the value. */
function varint(value: number): Buffer {
  return Buffer.from([0, 1, 2, 3].map((at) => ((value >> (7 * at)) & 0x7f) | (at < 3 ? 0x80 : 0)));
}

function record(bodyBytes: number): SignedRecord {
  return { body: new Uint8Array(bodyBytes), signature: new Uint8Array(64) };
}

describe('a frame is refused before it costs anything', () => {
  it('when it has more records than any frame of ours, which has its last one whole', () => {
    const full = Array.from({ length: Math.ceil(RECORDS_FRAME_BYTES / 164) }, () => record(100));
    const largest = [...full, record(RECORD_BODY_BYTES_MAX)];
    const most = encodeFrame({ type: 'records', records: largest });
    assert.equal(decodeFrame(most)?.type, 'records');
    const more = Array.from({ length: 9 }, () => record(RECORD_BODY_BYTES_MAX));
    assert.equal(decodeFrame(encodeFrame({ type: 'records', records: more })), undefined);
  });

  it('when it has more entries than a directory', () => {
    const entries = Array.from({ length: DIRECTORY_RECORDS_MAX }, () => ID);
    const most = encodeFrame({ type: 'bucket-entries', buckets: [0], entries });
    assert.equal(decodeFrame(most)?.type, 'bucket-entries');
    const more = encodeFrame({ type: 'bucket-entries', buckets: [0], entries: [...entries, ID] });
    assert.equal(decodeFrame(more), undefined);
  });

  it('when it has more ids than a frame of ours, or names a bucket twice over', () => {
    const ids = Array.from({ length: IDS_PER_FRAME + 1 }, () => ID);
    assert.equal(decodeFrame(encodeFrame({ type: 'have', ids })), undefined);
    const buckets = Array.from({ length: 257 }, () => 1);
    assert.equal(
      decodeFrame(encodeFrame({ type: 'bucket-entries', buckets, entries: [] })),
      undefined,
    );
  });

  it('when its bytes are more than its type has, whatever they are', () => {
    const heartbeat = encodeFrame({ type: 'heartbeat', setHash: 1n, wanted: true });
    assert.equal(decodeFrame(heartbeat)?.type, 'heartbeat');
    assert.equal(decodeFrame(padded(FRAME_FIELD.records, RECORDS_BYTES_MAX))?.type, 'records');
    assert.equal(decodeFrame(padded(FRAME_FIELD.records, RECORDS_BYTES_MAX + 1)), undefined);
    assert.equal(decodeFrame(padded(FRAME_FIELD.bye, SMALL_FRAME_BYTES_MAX))?.type, 'bye');
    assert.equal(decodeFrame(padded(FRAME_FIELD.bye, SMALL_FRAME_BYTES_MAX + 1)), undefined);
  });

  it('when it has more fields than ours have and newer ones may, in a frame, a question or an answer', () => {
    const unknown = Uint8Array.of(0xf8, 0x01, 0x01);
    const frameOf = (field: number, count: number): Buffer => {
      const known = Uint8Array.of(0x08, 0x01, 0x12, 0x02, 0x08, 0x04);
      const id = field === FRAME_FIELD.request ? known : known.subarray(0, 2);
      const fields = Buffer.concat([id, ...Array.from({ length: count }, () => unknown)]);
      return Buffer.concat([Uint8Array.of(field * 8 + 2), varint(fields.length), fields]);
    };
    assert.equal(decodeFrame(frameOf(FRAME_FIELD.request, FIELDS_MAX - 2))?.type, 'request');
    assert.equal(decodeFrame(frameOf(FRAME_FIELD.request, FIELDS_MAX - 1)), undefined);
    assert.equal(decodeFrame(frameOf(FRAME_FIELD.reply, FIELDS_MAX - 1))?.type, 'reply');
    assert.equal(decodeFrame(frameOf(FRAME_FIELD.reply, FIELDS_MAX)), undefined);
    const beside = Array.from({ length: FIELDS_MAX - 1 }, () => unknown);
    const heartbeat = encodeFrame({ type: 'heartbeat', setHash: 1n, wanted: true });
    assert.equal(decodeFrame(Buffer.concat([heartbeat, ...beside]))?.type, 'heartbeat');
    assert.equal(decodeFrame(Buffer.concat([heartbeat, ...beside, unknown])), undefined);
  });

  it('when it has two messages', () => {
    const one = encodeFrame({ type: 'have', ids: [ID] });
    assert.equal(decodeFrame(Buffer.concat([one, one])), undefined);
  });
});
