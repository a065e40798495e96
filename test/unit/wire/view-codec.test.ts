/** Lists of members: what is encoded is decoded alike, and no bytes do harm. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { ViewUpdate } from '#peer/ipam/view-update.ts';
import type { PeerId } from '#peer/mesh/peer-id.ts';
import { decodeFrame, encodeFrame } from '#peer/wire/frame-codec.ts';
import {
  FIELDS_MAX,
  VIEW_BYTES_MAX,
  VIEW_ITEMS_MAX,
  VIEW_NAME_CHARACTERS_MAX,
} from '#peer/wire/limits.ts';
import { decodeViewUpdate, encodeViewUpdate } from '#peer/wire/view-codec.ts';
import { FRAME_BYTES_MAX } from '#peer/transport/limits.ts';
import { propertyOptions } from '#test/support/property-options.ts';

const anyPeer = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => bytes.toHex() as PeerId);
const anyName = fc.string({ minLength: 1, maxLength: 60 });
const anyUpdate: fc.Arbitrary<ViewUpdate> = fc.record<ViewUpdate>(
  {
    since: fc.maxSafeNat().map(BigInt),
    rev: fc.maxSafeNat().map(BigInt),
    added: fc.array(fc.tuple(anyPeer, anyName), { maxLength: 9 }).map((all) => new Map(all)),
    removed: fc.array(anyPeer, { maxLength: 9 }),
  },
  { noNullPrototype: true },
);

function peer(n: number): PeerId {
  return n.toString(16).padStart(32, '0') as PeerId;
}

function listOf(count: number, name: string): ViewUpdate {
  const added = new Map(Array.from({ length: count }, (_, n) => [peer(n), name]));
  return { since: 0n, rev: 7n, added, removed: [] };
}

describe('what leads from one list of members to another', () => {
  it('is decoded to what was encoded, by a reply too', () => {
    fc.assert(
      fc.property(anyUpdate, (update) => {
        const view = encodeViewUpdate(update);
        const frame = { type: 'reply', id: 1, error: '', arbiter: new Uint8Array(), view } as const;
        const reply = decodeFrame(encodeFrame(frame));
        assert.ok(reply?.type === 'reply');
        if (view.length === 0) return;
        assert.deepEqual(decodeViewUpdate(reply.view ?? new Uint8Array()), update);
      }),
      propertyOptions(200),
    );
  });

  it('is none, and nothing is thrown, for random bytes and with one byte changed to nonsense', () => {
    fc.assert(
      fc.property(anyUpdate, fc.nat(), fc.uint8Array({ maxLength: 60 }), (update, at, noise) => {
        decodeViewUpdate(noise);
        const damaged = Uint8Array.from(encodeViewUpdate(update));
        damaged.set(noise.subarray(0, damaged.length - (at % (damaged.length + 1))), 0);
        decodeViewUpdate(damaged);
      }),
      propertyOptions(2_000),
    );
  });

  it('has as many members as the largest list, and a frame has room for it', () => {
    const largest = encodeViewUpdate(
      listOf(VIEW_ITEMS_MAX, 'a-node-with-a-name-of-quite-some-length'),
    );
    assert.equal(decodeViewUpdate(largest)?.added.size, VIEW_ITEMS_MAX);
    assert.ok(largest.length < VIEW_BYTES_MAX, `${largest.length} bytes`);
    assert.ok(VIEW_BYTES_MAX < FRAME_BYTES_MAX / 1.3);
  });

  it('is none with more members, with a longer name, with none, or with a peer twice', () => {
    const tooMany = encodeViewUpdate(listOf(VIEW_ITEMS_MAX + FIELDS_MAX, 'n'));
    assert.equal(decodeViewUpdate(tooMany), undefined);
    const longest = 'n'.repeat(VIEW_NAME_CHARACTERS_MAX);
    assert.equal(decodeViewUpdate(encodeViewUpdate(listOf(1, longest)))?.added.size, 1);
    assert.equal(decodeViewUpdate(encodeViewUpdate(listOf(1, `${longest}n`))), undefined);
    assert.equal(decodeViewUpdate(encodeViewUpdate(listOf(1, ''))), undefined);
    const once = encodeViewUpdate({ ...listOf(1, 'n'), since: 0n, rev: 0n });
    assert.equal(decodeViewUpdate(Buffer.concat([once, once])), undefined);
  });
});
