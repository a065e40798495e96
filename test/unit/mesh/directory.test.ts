/** The directory: newest version wins, and equal sets have equal digests. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Directory, bucketOf } from '../../../peer/mesh/directory.ts';
import { recordId } from '../../../peer/mesh/record.ts';
import { sealDown, sealPeer, testIdentity } from '../../support/records.ts';

const VERSIONS = [
  { epoch: 1, seq: 1 },
  { epoch: 1, seq: 2 },
  { epoch: 2, seq: 1 },
];
/** A pool made once: signing is the slow part. */
const POOL = [1, 2, 3, 4].flatMap((n) => [
  ...VERSIONS.map((version) => sealPeer(n, version)),
  ...VERSIONS.map((version) => sealDown(n, [], version)),
]);
const anyRecords = fc.array(fc.constantFrom(...POOL), { maxLength: 30 });

describe('the directory', () => {
  it('keeps the newest version whatever order the versions come in', () => {
    for (const order of [VERSIONS, [...VERSIONS].reverse()]) {
      const directory = new Directory();
      for (const version of order) directory.apply(sealPeer(1, version));
      assert.equal(directory.peer(testIdentity(1).id)?.epoch, 2);
      assert.equal(directory.size, 1);
    }
  });

  it('takes a version once', () => {
    const directory = new Directory();
    assert.equal(directory.apply(sealPeer(1)), true);
    assert.equal(directory.apply(sealPeer(1)), false);
  });

  it('gives the same digests for the same records, in whatever order and how often they came', () => {
    fc.assert(
      fc.property(anyRecords, fc.integer(), (records, rotation) => {
        const [one, other] = [new Directory(), new Directory()];
        for (const record of records) one.apply(record);
        const at = records.length === 0 ? 0 : Math.abs(rotation) % records.length;
        for (const record of [...records.slice(at), ...records]) other.apply(record);
        assert.equal(one.setHash, other.setHash);
        assert.deepEqual(one.bucketDigests, other.bucketDigests);
      }),
    );
  });

  it('gives other digests when one record is missing', () => {
    const [one, other] = [new Directory(), new Directory()];
    one.apply(sealPeer(1));
    one.apply(sealPeer(2));
    other.apply(sealPeer(1));
    assert.notEqual(one.setHash, other.setHash);
    const differing = one.bucketDigests.flatMap((digest, bucket) =>
      digest === other.bucketDigests[bucket] ? [] : [bucket],
    );
    assert.deepEqual(differing, [bucketOf(testIdentity(2).id)]);
  });

  it('finds each record in the bucket of its writer, and who it is before whom it can’t reach', () => {
    const directory = new Directory();
    for (const record of POOL) directory.apply(record);
    for (const n of [1, 2, 3, 4]) {
      const { id } = testIdentity(n);
      const bucket = bucketOf(id);
      const records = directory.inBuckets(new Set([bucket])).get(bucket) ?? [];
      const kinds = records
        .filter(({ peer }) => peer === id)
        .map((record) => recordId(record).kind);
      assert.deepEqual(kinds, ['peer', 'links']);
    }
  });

  it('has all ids in their order, whenever it was asked for them before', () => {
    const directory = new Directory();
    const expected: string[] = [];
    for (const n of [3, 1, 4, 2]) {
      directory.apply(sealPeer(n));
      expected.push(testIdentity(n).id);
      assert.deepEqual(directory.peerIds(), [...expected].sort());
    }
  });
});
