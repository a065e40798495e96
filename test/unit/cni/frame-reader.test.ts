/** Frames out of a stream, however it is cut. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import * as fc from 'fast-check';
import { FrameReader } from '../../../peer/cni/frame-reader.ts';
import { encodeFrame, FRAME_BYTES_MAX, ProtocolError } from '../../../peer/cni/hands-protocol.ts';

it('frames come out as they went in, wherever the stream is cut', () => {
  const frame = fc.record({ type: fc.nat(255), payload: fc.uint8Array({ maxLength: 200 }) });
  fc.assert(
    fc.property(fc.array(frame), fc.array(fc.integer({ min: 1, max: 50 })), (frames, cuts) => {
      const stream = Buffer.concat(frames.map(({ type, payload }) => encodeFrame(type, [payload])));
      const reader = new FrameReader();
      const out = [];
      for (let at = 0, i = 0; at < stream.length; i++) {
        const length = cuts[i % cuts.length] ?? stream.length;
        out.push(...reader.push(stream.subarray(at, at + length)));
        at += length;
      }
      assert.deepEqual(
        out.map(({ type, payload }) => ({ type, payload: new Uint8Array(payload) })),
        frames.map(({ type, payload }) => ({ type, payload: new Uint8Array(payload) })),
      );
    }),
  );
});

it('a frame that is empty or too long is refused by its length alone', () => {
  for (const length of [0, FRAME_BYTES_MAX + 1, 0xffff_ffff]) {
    const head = Buffer.alloc(4);
    head.writeUInt32BE(length);
    assert.throws(() => new FrameReader().push(head), ProtocolError, String(length));
  }
});
