/** Who brings the same again and again costs a bounded rate, and honest repetition costs nothing. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { MeshFrame } from '#peer/mesh/frame.ts';
import {
  DIRECTORY_RECORDS_MAX,
  FRAME_COST_BYTES,
  MISBEHAVIOUR_RATE,
  REPEATS_RATE,
  WRITER_RATE,
} from '#peer/mesh/limits.ts';
import type { Mesh } from '#peer/mesh/mesh.ts';
import { recordId } from '#peer/mesh/record.ts';
import { sizeOf } from '#peer/mesh/record-frames.ts';
import { CountedCodec } from './counted-codec.ts';
import { createMesh, linkUp } from './lone-mesh.ts';
import { ManyRecords, manyId } from './many-records.ts';

const LINK = 1;
const RECORDS = new ManyRecords();
const KNOWN = RECORDS.range(10, 609);
const records: MeshFrame = { type: 'records', records: KNOWN.map(({ signed }) => signed) };
const ids = KNOWN.map(recordId);
const BYTES = KNOWN.reduce((sum, { signed }) => sum + sizeOf(signed), 0);

function createLinked(): Mesh {
  const mesh = createMesh(RECORDS.codec);
  mesh.step(0, { type: 'recall', records: KNOWN });
  mesh.step(0, linkUp(LINK));
  return mesh;
}

/** How many of these frames are taken, one each `everyMs`, before the link is closed; `most` if it is not. */
function countBorne(frame: MeshFrame, { most, everyMs }: { most: number; everyMs: number }) {
  const mesh = createLinked();
  const seen = new Set<string>();
  for (let n = 0; n < most; n++) {
    for (const effect of mesh.step(n * everyMs, { type: 'frame', link: LINK, frame })) {
      if (effect.type === 'bound-hit') seen.add(effect.bound);
      if (effect.type === 'close') seen.add(effect.reason);
    }
    if (mesh.links().length === 0) return { borne: n, seen: [...seen] };
  }
  return { borne: most, seen: [...seen] };
}

describe('copies in one frame', () => {
  it('are verified once, and cost their writer no more than one', () => {
    const codec = new CountedCodec(RECORDS.codec);
    const mesh = createMesh(codec);
    mesh.step(0, { type: 'recall', records: KNOWN });
    mesh.step(0, linkUp(LINK));
    codec.verified = 0;
    const next = RECORDS.one(10, { epoch: 1, seq: 2 });
    const copies = Array.from({ length: 2 * WRITER_RATE.burst }, () => next.signed);
    mesh.step(0, { type: 'frame', link: LINK, frame: { type: 'records', records: copies } });
    assert.equal(codec.verified, 1);
    const after = RECORDS.one(10, { epoch: 1, seq: 3 });
    mesh.step(1, {
      type: 'frame',
      link: LINK,
      frame: { type: 'records', records: [after.signed] },
    });
    assert.ok(mesh.directory.has(recordId(after)));
  });
});

describe('who brings without end', () => {
  const frames: readonly MeshFrame[] = [
    records,
    { type: 'have', ids },
    { type: 'want', ids },
    { type: 'heartbeat', setHash: 1n, wanted: true },
  ];
  for (const frame of frames) {
    it(`${frame.type} that bring nothing new is closed, and counted before that`, () => {
      const most = REPEATS_RATE.burstBytes / FRAME_COST_BYTES + MISBEHAVIOUR_RATE.burst + 1;
      const { borne, seen } = countBorne(frame, { most, everyMs: 0 });
      assert.ok(borne < most);
      assert.ok(seen.includes('too-many-repeats'));
      assert.ok(seen.includes('misbehaved'));
    });
  }

  it('what is known has its bytes taken, and no more', () => {
    const { borne } = countBorne(records, { most: 10_000, everyMs: 0 });
    const frame = BYTES + FRAME_COST_BYTES;
    const most = REPEATS_RATE.burstBytes / frame + MISBEHAVIOUR_RATE.burst;
    assert.ok(borne <= most && borne >= REPEATS_RATE.burstBytes / frame - 1, `${borne}`);
  });

  it('is no other by another link', () => {
    const mesh = createLinked();
    for (let n = 0; mesh.links().length > 0; n++)
      mesh.step(0, { type: 'frame', link: LINK, frame: records });
    const recoveredAt = (1_000 * MISBEHAVIOUR_RATE.burst) / MISBEHAVIOUR_RATE.perSecond;
    mesh.step(recoveredAt, { type: 'time' });
    mesh.step(recoveredAt, linkUp(2));
    assert.equal(mesh.links().length, 1, 'it gets another chance');
    const earned = (recoveredAt / 1_000) * REPEATS_RATE.bytesPerSecond;
    let taken = 0;
    while (mesh.links().length > 0) {
      mesh.step(recoveredAt, { type: 'frame', link: 2, frame: records });
      taken += BYTES;
    }
    assert.ok(taken <= earned + (MISBEHAVIOUR_RATE.burst + 1) * BYTES);
  });
});

describe('who brings much that is known', () => {
  it('at the rate that is borne goes on for ever', () => {
    const everyMs = (1_000 * (BYTES + FRAME_COST_BYTES)) / REPEATS_RATE.bytesPerSecond;
    const most = Math.ceil((3 * REPEATS_RATE.burstBytes) / BYTES);
    assert.deepEqual(countBorne(records, { most, everyMs }), { borne: most, seen: [] });
  });

  it('may bring a full directory twice over at once', () => {
    const whole = DIRECTORY_RECORDS_MAX / KNOWN.length;
    const most = Math.ceil(2 * whole);
    assert.deepEqual(countBorne(records, { most, everyMs: 0 }), { borne: most, seen: [] });
  });

  it('pays for nothing that is new', () => {
    const mesh = createMesh(RECORDS.codec);
    mesh.step(0, linkUp(LINK, manyId(2)));
    const { burst } = MISBEHAVIOUR_RATE;
    const bytes = new Uint8Array(REPEATS_RATE.burstBytes / burst);
    for (let n = 0; n < 2 * burst; n++) {
      const { signed } = RECORDS.one(1_000 + n);
      // The codec of these tests knows a record by its object, so that it may be of any size.
      Object.assign(signed, { body: bytes });
      const frame: MeshFrame = { type: 'records', records: [signed] };
      mesh.step(0, { type: 'frame', link: LINK, frame });
    }
    assert.equal(mesh.links().length, 1);
    assert.equal(mesh.directory.size, 2 * burst);
  });
});
