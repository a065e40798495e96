/** What false signatures cost the peer that brings them, and what is asked of it after that. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LinkId } from '#peer/mesh/effect.ts';
import { HEARTBEAT_MS, MISBEHAVIOUR_RATE } from '#peer/mesh/limits.ts';
import type { Mesh } from '#peer/mesh/mesh.ts';
import { type SignedRecord, recordId } from '#peer/mesh/record.ts';
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
