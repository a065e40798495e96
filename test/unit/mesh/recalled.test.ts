/** What of an earlier run's records is taken up again. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DIRECTORY_RECORDS_MAX, REMOVED_WRITERS_MAX } from '#peer/mesh/limits.ts';
import { chooseRecalled } from '#peer/mesh/recalled.ts';
import type { DirectoryRecord } from '#peer/mesh/record.ts';
import { testContent } from '#test/support/records.ts';
import { createMesh } from './lone-mesh.ts';
import { ManyRecords, manyId } from './many-records.ts';

const RECORDS = new ManyRecords();
const LISTED = new Set([manyId(1), manyId(2)]);
const LIST = {
  members: <One extends DirectoryRecord>(all: readonly One[]) =>
    all.filter(({ peer }) => LISTED.has(peer)),
  isListed: (peer: DirectoryRecord['peer']) => LISTED.has(peer),
};

/** The record of a writer that registered as the n-th. */
function recordOf(n: number): DirectoryRecord {
  const content = testContent(1, { registeredRev: BigInt(n) });
  return RECORDS.codec.seal({ peer: manyId(n), epoch: 1, seq: 1, content });
}

function linksOf(n: number): DirectoryRecord {
  const content = { type: 'links', down: [] } as const;
  return RECORDS.codec.seal({ peer: manyId(n), epoch: 1, seq: 2, content });
}

function range(first: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}

describe('what is recalled', () => {
  it('has of removed writers those whom all others keep', () => {
    const removed = range(10, REMOVED_WRITERS_MAX + 5);
    const records = [recordOf(2), ...removed.flatMap((n) => [linksOf(n), recordOf(n)])];
    const other = createMesh(RECORDS.codec, LIST);
    other.step(0, { type: 'recall', records: records.slice(0, 1) });
    other.step(0, { type: 'recall', records: records.slice(11) });
    const mesh = createMesh(RECORDS.codec, LIST);
    const effects = mesh.step(0, { type: 'recall', records });
    assert.equal(mesh.directory.size, 1 + 2 * REMOVED_WRITERS_MAX);
    assert.equal(mesh.directory.setHash, other.directory.setHash);
    const learned = effects.flatMap((one) => (one.type === 'learned' ? one.records : []));
    assert.equal(learned.length, mesh.directory.size);
  });

  it('is nothing of a writer whose own record is not among it, as no other takes that', () => {
    const records = [linksOf(1), linksOf(2), recordOf(2), linksOf(10)];
    const chosen = chooseRecalled(records, { self: manyId(3), ...LIST });
    assert.deepEqual(chosen, [linksOf(2), recordOf(2)]);
  });

  it('is no more than the directory takes: the listed, then who registered last', () => {
    const unlisted = range(10, DIRECTORY_RECORDS_MAX);
    const records = [...unlisted.map(recordOf), linksOf(10), recordOf(2), linksOf(2), recordOf(1)];
    const chosen = chooseRecalled(records, { self: manyId(1), ...LIST });
    assert.deepEqual(chosen, [...records.slice(2, DIRECTORY_RECORDS_MAX), recordOf(2), linksOf(2)]);
  });
});
