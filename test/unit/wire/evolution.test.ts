/** What a newer peer may add: fields that we don't know change nothing, and pass through us. */
import assert from 'node:assert/strict';
import { sign } from 'node:crypto';
import { describe, it } from 'node:test';
import type { MeshEffect } from '#peer/mesh/effect.ts';
import type { SignedRecord } from '#peer/mesh/record.ts';
import { decodeFrame, encodeFrame } from '#peer/wire/frame-codec.ts';
import { weft } from '#peer/wire/generated/weft.js';
import { TEST_CLUSTER, sealPeer, testCodec, testIdentity } from '#test/support/records.ts';
import { createMesh, linkUp } from '../mesh/lone-mesh.ts';

/** Field 1000 with the two bytes "hi". */
const NEWER_FIELD = Uint8Array.of(0xc2, 0x3e, 0x02, 0x68, 0x69);
const [FROM, TO] = [11, 12];

/** A record that its writer, the n-th peer, has signed with a field that we don't know. */
function sealNewer(n: number): SignedRecord {
  const body = Buffer.concat([sealPeer(n).signed.body, NEWER_FIELD]);
  const signed = Buffer.concat([Buffer.from('weft/v1/record'), TEST_CLUSTER, body]);
  return { body, signature: sign(null, signed, testIdentity(n).privateKey) };
}

/** The bytes of all frames that go out by the link. */
function bytesBy(link: number, effects: readonly MeshEffect[]): Uint8Array {
  return Buffer.concat(
    effects.flatMap((effect) =>
      effect.type === 'send' && effect.link === link ? [encodeFrame(effect.frame)] : [],
    ),
  );
}

describe('a record with a field that we do not know', () => {
  it('is taken, and passed on as the bytes that its writer signed', () => {
    const mesh = createMesh(testCodec(1), { self: testIdentity(1).id });
    for (const link of [FROM, TO]) mesh.step(0, linkUp(link, testIdentity(link).id));
    const newer = sealNewer(2);
    const frame = decodeFrame(encodeFrame({ type: 'records', records: [newer] }));
    assert.ok(frame?.type === 'records');
    const sent = bytesBy(TO, mesh.step(1, { type: 'frame', link: FROM, frame }));
    assert.ok(Buffer.from(sent).includes(newer.body), 'the body goes on as it came');
    assert.ok(Buffer.from(sent).includes(newer.signature));
  });
});

describe('a frame of a newer peer', () => {
  it('is read as without a field that we do not know', () => {
    const heartbeat = { type: 'heartbeat', setHash: 7n, wanted: true } as const;
    const inner = weft.v1.Heartbeat.encode({ setHash: new Uint8Array(16), wanted: true }).finish();
    const body = Buffer.concat([inner, NEWER_FIELD]);
    const bytes = Buffer.concat([Uint8Array.of(0x1a, body.length), body, NEWER_FIELD]);
    assert.deepEqual(decodeFrame(bytes), { ...heartbeat, setHash: 0n });
  });

  it('is no frame when it is of a type that we do not know', () => {
    assert.equal(decodeFrame(NEWER_FIELD), undefined);
  });
});
