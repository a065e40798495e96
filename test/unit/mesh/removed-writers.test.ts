/** Records of writers that were removed: the newest stay, the same ones everywhere. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { REMOVED_WRITERS_MAX } from '#peer/mesh/limits.ts';
import type { PeerId } from '#peer/mesh/peer-id.ts';
import type { DirectoryRecord } from '#peer/mesh/record.ts';
import { testContent } from '#test/support/records.ts';
import { createMesh, linkUp } from './lone-mesh.ts';
import { ManyRecords, manyId } from './many-records.ts';

const RECORDS = new ManyRecords();
const LINK = 2;

/** The record of a writer that registered as the n-th. */
function recordOf(n: number): DirectoryRecord {
  const content = testContent(1, { registeredRev: BigInt(n) });
  return RECORDS.codec.seal({ peer: manyId(n), epoch: 1, seq: 1, content });
}

function linksOf(n: number): DirectoryRecord {
  const content = { type: 'links', down: [] } as const;
  return RECORDS.codec.seal({ peer: manyId(n), epoch: 1, seq: 2, content });
}

/** A mesh whose members are those that are listed. */
class Hearer {
  readonly listed = new Set<PeerId>([manyId(1), manyId(LINK)]);
  readonly mesh = createMesh(RECORDS.codec, {
    members: (all) => all.filter(({ peer }) => this.listed.has(peer)),
    isListed: (peer) => this.listed.has(peer),
  });
  /** Why what was not taken was not. */
  readonly refusals: string[] = [];

  constructor() {
    this.mesh.step(0, linkUp(LINK));
  }

  /** How many of these are taken. */
  hear(records: readonly DirectoryRecord[]): number {
    const signed = records.map((record) => record.signed);
    const effects = this.mesh.step(0, {
      type: 'frame',
      link: LINK,
      frame: { type: 'records', records: signed },
    });
    for (const effect of effects) if (effect.type === 'refused') this.refusals.push(effect.reason);
    return effects.flatMap((one) => (one.type === 'learned' ? one.records : [])).length;
  }

  list(numbers: readonly number[]): void {
    for (const n of numbers) this.listed.add(manyId(n));
    this.mesh.step(0, { type: 'members-changed' });
  }

  remove(numbers: readonly number[]): void {
    for (const n of numbers) this.listed.delete(manyId(n));
    this.mesh.step(0, { type: 'members-changed' });
  }
}

function range(from: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, n) => from + n);
}

describe('records of removed writers', () => {
  it('are never in the way of the listed, however often all nodes of a cluster are replaced', () => {
    const hearer = new Hearer();
    for (let from = 1_000; from < 31_000; from += 100) {
      hearer.list(range(from, 100));
      const records = range(from, 100).flatMap((n) => [recordOf(n), linksOf(n)]);
      assert.equal(hearer.hear(records), records.length);
      hearer.remove(range(from, 100));
      assert.ok(hearer.mesh.directory.size <= 2 * REMOVED_WRITERS_MAX);
    }
  });

  it('are those of who registered last, in whatever order they came and were removed', () => {
    const all = range(1_000, 2 * REMOVED_WRITERS_MAX);
    const [odd, even] = [1, 0].map((rest) => all.filter((n) => n % 2 === rest));
    assert.ok(odd !== undefined && even !== undefined);
    const [one, other, newcomer] = [new Hearer(), new Hearer(), new Hearer()];
    one.list(all);
    one.hear(all.map(recordOf));
    one.remove(all);
    other.list(all);
    other.hear(odd.map(recordOf));
    other.remove(odd);
    other.hear(even.toReversed().map(recordOf));
    other.remove(even);
    newcomer.hear(all.map(recordOf));
    for (const { mesh } of [one, other, newcomer]) {
      assert.equal(mesh.directory.size, REMOVED_WRITERS_MAX);
      assert.equal(mesh.directory.peer(manyId(1_000 + REMOVED_WRITERS_MAX - 1)), undefined);
      assert.equal(mesh.directory.setHash, one.mesh.directory.setHash);
    }
  });

  it('that were put away are not taken again, nor is what is left of them elsewhere', () => {
    const hearer = new Hearer();
    const all = range(1_000, REMOVED_WRITERS_MAX + 1);
    hearer.hear(all.map(recordOf));
    assert.deepEqual(hearer.refusals, []);
    assert.equal(hearer.hear([recordOf(1_000), linksOf(1_000)]), 0);
    assert.deepEqual(hearer.refusals, ['too-many-removed', 'links-alone']);
    assert.equal(hearer.hear([linksOf(1_001)]), 1);
    assert.equal(hearer.mesh.directory.size, REMOVED_WRITERS_MAX + 1);
  });
});
