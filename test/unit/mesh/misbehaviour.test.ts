/** What costs a peer that brings it our patience, and what is asked of it after that. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LinkId } from '#peer/mesh/effect.ts';
import {
  ENTRIES_FRAMES_MAX,
  HEARTBEAT_MS,
  MISBEHAVIOUR_RATE,
  RECONCILE_TIMEOUT_MS,
} from '#peer/mesh/limits.ts';
import type { Mesh } from '#peer/mesh/mesh.ts';
import { type SignedRecord, recordId } from '#peer/mesh/record.ts';
import { CountedCodec } from './counted-codec.ts';
import { createMesh, linkUp } from './lone-mesh.ts';
import { ManyRecords, manyId } from './many-records.ts';

const LINK = 1;
const MAD = manyId(3);

function hear(mesh: Mesh, records: readonly SignedRecord[]): void {
  mesh.step(0, { type: 'frame', link: LINK, frame: { type: 'records', records } });
}

describe('a link that brings false signatures', () => {
  it('is borne for a few, and closed when they go on', () => {
    const records = new ManyRecords();
    const mesh = createMesh(records.codec);
    mesh.step(0, linkUp(LINK));
    const { burst } = MISBEHAVIOUR_RATE;
    const poisoned = records.range(10, 10 + burst).map((record) => records.poison(record));
    const [last] = poisoned;
    assert.ok(last !== undefined);
    hear(mesh, poisoned.slice(0, burst));
    assert.equal(mesh.links().length, 1);
    const frame = { type: 'records', records: [last] } as const;
    const effects = mesh.step(0, { type: 'frame', link: LINK, frame });
    assert.deepEqual(effects.at(-1), { type: 'close', link: LINK, reason: 'misbehaved' });
    assert.deepEqual(mesh.links(), []);
  });

  it('does not get a new chance by a new link, before its patience is earned back', () => {
    const records = new ManyRecords();
    const mesh = createMesh(records.codec);
    mesh.step(0, linkUp(LINK));
    const poisoned = records
      .range(10, 10 + MISBEHAVIOUR_RATE.burst)
      .map((record) => records.poison(record));
    hear(mesh, poisoned);
    const recoveredAt = (1_000 * MISBEHAVIOUR_RATE.burst) / MISBEHAVIOUR_RATE.perSecond;
    for (const now of [1, recoveredAt - 1]) {
      const effects = mesh.step(now, linkUp(2));
      assert.deepEqual(effects, [{ type: 'close', link: 2, reason: 'misbehaved' }]);
    }
    mesh.step(recoveredAt, linkUp(3, MAD));
    mesh.step(recoveredAt + HEARTBEAT_MS, { type: 'time' });
    mesh.step(recoveredAt + 2 * HEARTBEAT_MS, linkUp(4));
    assert.deepEqual(
      mesh.links().map(({ id }) => id),
      [3, 4],
    );
  });
});

describe('a link that brings what is no record', () => {
  it('is borne for a few, and closed with the rest of the frame unread', () => {
    const records = new ManyRecords();
    const codec = new CountedCodec(records.codec);
    const mesh = createMesh(codec);
    mesh.step(0, linkUp(LINK));
    const { burst } = MISBEHAVIOUR_RATE;
    const noRecord = { body: new Uint8Array(1), signature: new Uint8Array(64) };
    const none = Array.from({ length: burst }, () => noRecord);
    hear(mesh, [...none, records.one(10).signed]);
    assert.equal(mesh.links().length, 1);
    assert.notEqual(mesh.directory.peer(manyId(10)), undefined, 'the sound one beside them');
    hear(mesh, [...none, records.one(11).signed]);
    assert.deepEqual(mesh.links(), []);
    assert.equal(codec.parsed, burst + 2);
    assert.equal(mesh.directory.peer(manyId(11)), undefined);
  });
});

describe('a link that brings entries', () => {
  const entries = { type: 'bucket-entries', buckets: [0], entries: [] } as const;

  it('that nobody asked for is borne for a few, and closed when they go on', () => {
    const mesh = createMesh(new ManyRecords().codec);
    mesh.step(0, linkUp(LINK));
    const step = () => mesh.step(0, { type: 'frame', link: LINK, frame: entries });
    for (let n = 0; n < MISBEHAVIOUR_RATE.burst; n++) step();
    assert.equal(mesh.links().length, 1);
    assert.deepEqual(step().at(-1), { type: 'close', link: LINK, reason: 'misbehaved' });
    assert.deepEqual(mesh.links(), []);
  });

  it('that were asked for and come late is not to blame, for as many as an answer has', () => {
    const mesh = createMesh(new ManyRecords().codec);
    mesh.step(0, linkUp(LINK, manyId(2), 'us'));
    const heartbeat = { type: 'heartbeat', setHash: 1n, wanted: true } as const;
    const asked = mesh.step(0, { type: 'frame', link: LINK, frame: heartbeat });
    const digests = asked.filter((e) => e.type === 'send' && e.frame.type === 'bucket-digests');
    assert.equal(digests.length, 1);
    const late = () =>
      mesh.step(RECONCILE_TIMEOUT_MS + 1, { type: 'frame', link: LINK, frame: entries });
    for (let n = 0; n < ENTRIES_FRAMES_MAX; n++)
      assert.deepEqual(late()[0], { type: 'refused', reason: 'unasked-entries' });
    for (let n = 0; n < MISBEHAVIOUR_RATE.burst; n++) late();
    assert.equal(mesh.links().length, 1);
    late();
    assert.deepEqual(mesh.links(), []);
  });
});

describe('a version that was refused', () => {
  it('is not asked for again of who brought it, but of others', () => {
    const records = new ManyRecords();
    const mesh = createMesh(records.codec);
    mesh.step(0, linkUp(LINK));
    mesh.step(0, linkUp(2, MAD));
    const record = records.one(10);
    hear(mesh, [records.poison(record)]);
    const announce = (link: LinkId) => {
      const frame = { type: 'have', ids: [recordId(record)] } as const;
      const effects = mesh.step(1, { type: 'frame', link, frame });
      return effects.flatMap((effect) => (effect.type === 'send' ? effect.frame.type : []));
    };
    assert.deepEqual(announce(LINK), []);
    assert.deepEqual(announce(2), ['want']);
  });
});
