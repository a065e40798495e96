/** Frames: what is encoded is decoded alike, and no bytes do harm. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { BUCKET_COUNT } from '../../../peer/mesh/limits.ts';
import type { PeerId } from '../../../peer/mesh/peer-id.ts';
import type { RecordId } from '../../../peer/mesh/record.ts';
import { decodeFrame, encodeFrame } from '../../../peer/wire/frame-codec.ts';
import type { LinkFrame } from '../../../peer/wire/link-frame.ts';

const bytes = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length });
const anyBytes = fc.uint8Array({ maxLength: 200 });
const anyId: fc.Arbitrary<RecordId> = fc.record({
  peer: bytes(16).map((id) => id.toHex() as PeerId),
  kind: fc.constantFrom('peer', 'links'),
  epoch: fc.maxSafeNat(),
  seq: fc.maxSafeNat(),
});
const anyIds = fc.array(anyId, { maxLength: 5 });
const anyFrame: fc.Arbitrary<LinkFrame> = fc.oneof(
  fc.record({
    type: fc.constant('hello'),
    protocolMin: fc.nat(),
    protocolMax: fc.nat(),
    cluster: bytes(16),
    key: bytes(32),
    nonce: bytes(16),
    configDigest: bytes(16),
    name: fc.string(),
    keyId: bytes(4),
    channel: bytes(16),
    admission: bytes(32),
  }),
  fc.record({
    type: fc.constant('auth'),
    keyId: bytes(4),
    membership: bytes(32),
    signature: bytes(64),
    answers: bytes(16),
  }),
  fc.record({
    type: fc.constant('heartbeat'),
    setHash: fc.bigInt(0n, (1n << 128n) - 1n),
    wanted: fc.boolean(),
  }),
  fc.record({
    type: fc.constant('records'),
    records: fc.array(fc.record({ body: anyBytes, signature: bytes(64) }), { maxLength: 3 }),
  }),
  fc.record({ type: fc.constantFrom('have', 'want'), ids: anyIds }),
  fc.record({
    type: fc.constant('bucket-digests'),
    digests: fc.array(fc.bigInt(0n, (1n << 64n) - 1n), {
      minLength: BUCKET_COUNT,
      maxLength: BUCKET_COUNT,
    }),
  }),
  fc.record({
    type: fc.constant('bucket-entries'),
    buckets: fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 5 }),
    entries: anyIds,
  }),
  fc.record({
    type: fc.constant('request'),
    id: fc.nat(),
    question: fc.record({
      type: fc.constant('space'),
      family: fc.constantFrom(4, 6),
      wantLog2: fc.nat(128),
      minLog2: fc.nat(128),
    }),
  }),
  fc.record({
    type: fc.constant('request'),
    id: fc.nat(),
    question: fc.record({
      type: fc.constant('view'),
      since: fc.maxSafeNat().map(BigInt),
    }),
  }),
  fc.record({ type: fc.constant('reply'), id: fc.nat(), error: fc.string(), arbiter: anyBytes }),
  fc.record({
    type: fc.constant('reply'),
    id: fc.nat(),
    error: fc.string(),
    arbiter: anyBytes,
    view: fc.uint8Array({ minLength: 1, maxLength: 200 }),
  }),
  fc.record({ type: fc.constant('bye'), reason: fc.string(), detail: fc.string() }),
);

/** Buffers and plain arrays of bytes compare alike. */
function plain(frame: LinkFrame | undefined): unknown {
  return JSON.parse(
    JSON.stringify(frame, (_key, value: unknown) => {
      if (typeof value === 'bigint') return `${value}n`;
      const bufferLike = value as { type?: unknown; data?: unknown };
      if (bufferLike?.type === 'Buffer') return bufferLike.data;
      return value instanceof Uint8Array ? [...value] : value;
    }),
  );
}

describe('frames', () => {
  it('are decoded to what was encoded', () => {
    fc.assert(
      fc.property(anyFrame, (frame) => {
        assert.deepEqual(plain(decodeFrame(encodeFrame(frame))), plain(frame));
      }),
    );
  });

  it('random bytes give no frame or a whole one, and never throw', () => {
    fc.assert(
      fc.property(anyBytes, (noise) => {
        const frame = decodeFrame(noise);
        if (frame !== undefined) assert.ok(encodeFrame(frame).length >= 0);
      }),
      { numRuns: 5_000 },
    );
  });

  it('a frame with one byte changed gives no frame or a whole one, and never throws', () => {
    fc.assert(
      fc.property(anyFrame, fc.nat(), fc.integer({ min: 1, max: 255 }), (frame, at, flip) => {
        const damaged = Uint8Array.from(encodeFrame(frame));
        if (damaged.length === 0) return;
        const index = at % damaged.length;
        damaged[index] = (damaged[index] ?? 0) ^ flip;
        const decoded = decodeFrame(damaged);
        if (decoded !== undefined) assert.ok(encodeFrame(decoded).length >= 0);
      }),
      { numRuns: 5_000 },
    );
  });
});
