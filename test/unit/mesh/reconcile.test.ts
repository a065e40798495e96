/** Reconciliation finds what two directories don't share, all of it and nothing else. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Directory } from '#peer/mesh/directory.ts';
import type { MeshEffect } from '#peer/mesh/effect.ts';
import type { BucketEntries } from '#peer/mesh/frame.ts';
import {
  IDS_PER_FRAME,
  MISMATCHES_BEFORE_RECONCILE,
  RECONCILES_MAX,
  RECONCILE_TIMEOUT_MS,
} from '#peer/mesh/limits.ts';
import { type Difference, Reconcile, isConsistent } from '#peer/mesh/reconcile.ts';
import { type DirectoryRecord, recordId, recordKey } from '#peer/mesh/record.ts';
import { FRAME_BYTES_MAX } from '#peer/transport/limits.ts';
import { encodeFrame } from '#peer/wire/frame-codec.ts';
import { ManyRecords, manyId } from './many-records.ts';

const LINK = 1;
const RECORDS = new ManyRecords();

/** One end of a link, with these records. */
function endOf(records: readonly DirectoryRecord[]): {
  directory: Directory;
  reconcile: Reconcile;
} {
  const directory = new Directory();
  for (const record of records) directory.apply(record);
  const reconcile = new Reconcile(directory);
  reconcile.up(LINK);
  return { directory, reconcile };
}

type End = ReturnType<typeof endOf>;

function onlyFrame(effects: readonly MeshEffect[]) {
  const [effect] = effects;
  assert.ok(effects.length === 1 && effect?.type === 'send');
  return effect.frame;
}

/** What the answerer says to the one that asks: frames of entries. */
function exchange(asker: End, answerer: End): readonly BucketEntries[] {
  const started = asker.reconcile.heartbeat(0, LINK, answerer.directory.setHash);
  const digests = onlyFrame(started);
  assert.ok(digests.type === 'bucket-digests');
  return answerer.reconcile.digests(LINK, digests).map((effect) => {
    assert.ok(effect.type === 'send' && effect.frame.type === 'bucket-entries');
    return effect.frame;
  });
}

/** What the asker makes of all these frames, as sorted text. */
function differenceOf(asker: End, frames: readonly BucketEntries[]) {
  const parts = frames.map((frame): Difference => {
    assert.ok(isConsistent(frame));
    const part = asker.reconcile.entries(1, LINK, frame);
    assert.ok(part !== undefined);
    return part;
  });
  return {
    surplus: parts.flatMap(({ surplus }) => surplus.map(recordKey)).sort(),
    missing: parts
      .flatMap(({ missing }) => missing.map((id) => `${recordKey(id)} ${id.epoch} ${id.seq}`))
      .sort(),
  };
}

function keysOf(records: readonly DirectoryRecord[]): readonly string[] {
  return records.map((record) => recordKey(recordId(record))).sort();
}

function idsOf(records: readonly DirectoryRecord[]): readonly string[] {
  return records
    .map((record) => `${recordKey(recordId(record))} ${record.epoch} ${record.seq}`)
    .sort();
}

const COMMON = RECORDS.range(1, 5_000);

describe('of 5,000 records', () => {
  it('just those that one lacks, or has in an older version, are found', () => {
    const [ours, theirs] = [RECORDS.range(10_001, 10_020), RECORDS.range(20_001, 20_030)];
    const newerHere = [1, 2].map((n) => RECORDS.one(n, { epoch: 1, seq: 2 }));
    const newerThere = [3, 4, 5].map((n) => RECORDS.one(n, { epoch: 2, seq: 1 }));
    const asker = endOf([...COMMON, ...ours, ...newerHere]);
    const answerer = endOf([...COMMON, ...theirs, ...newerThere]);
    const found = differenceOf(asker, exchange(asker, answerer));
    assert.deepEqual(found.surplus, keysOf([...ours, ...newerHere]));
    assert.deepEqual(found.missing, idsOf([...theirs, ...newerThere]));
  });

  it('all are found by one who has none, in frames that fit', () => {
    const [asker, answerer] = [endOf([]), endOf(COMMON)];
    const frames = exchange(asker, answerer);
    assert.ok(frames.length >= COMMON.length / IDS_PER_FRAME);
    for (const frame of frames) {
      assert.ok(frame.entries.length <= IDS_PER_FRAME);
      assert.ok(encodeFrame(frame).length < FRAME_BYTES_MAX);
    }
    assert.deepEqual(differenceOf(asker, frames).missing, idsOf(COMMON));
  });

  it('all are found to be lacking at the other end when that has none', () => {
    const [asker, answerer] = [endOf(COMMON), endOf([])];
    const found = differenceOf(asker, exchange(asker, answerer));
    assert.deepEqual(found, { surplus: keysOf(COMMON), missing: [] });
  });

  it('one that differs costs its bucket and no more', () => {
    const [asker, answerer] = [endOf(COMMON), endOf([...COMMON, RECORDS.one(10_001)])];
    const frames = exchange(asker, answerer);
    assert.deepEqual(
      frames.map(({ buckets }) => buckets.length),
      [1],
    );
  });
});

describe('of any two directories', () => {
  const pool = [1, 2, 3, 4, 5, 6].flatMap((n) =>
    [1, 2].map((seq) => RECORDS.one(n, { epoch: 1, seq })),
  );
  const some = fc.array(fc.constantFrom(...pool));

  it('the difference is exact, and applying it makes them equal', () => {
    fc.assert(
      fc.property(some, some, (ours, theirs) => {
        const [asker, answerer] = [endOf(ours), endOf(theirs)];
        if (asker.directory.setHash === answerer.directory.setHash) return;
        for (const frame of exchange(asker, answerer)) {
          const part = asker.reconcile.entries(1, LINK, frame);
          for (const key of part?.surplus ?? []) apply(asker, answerer, recordKey(key));
          for (const id of part?.missing ?? []) apply(answerer, asker, recordKey(id));
        }
        assert.equal(asker.directory.setHash, answerer.directory.setHash);
      }),
    );
  });

  /** Copies one record; asserts that the other end lacked it. */
  function apply(from: End, to: End, key: string): void {
    const record = pool
      .map((one) => from.directory.get(recordId(one)))
      .find((one) => one !== undefined && recordKey(recordId(one)) === key);
    assert.ok(record !== undefined && to.directory.apply(record));
  }
});

describe('an exchange', () => {
  const other = 1n;

  it('begins at the first heartbeat of a new link, and later only when several differ', () => {
    const { directory, reconcile } = endOf(COMMON.slice(0, 3));
    assert.equal(reconcile.heartbeat(0, LINK, other).length, 1);
    reconcile.heartbeat(1_000, LINK, directory.setHash);
    for (let n = 1; n < MISMATCHES_BEFORE_RECONCILE; n++) {
      assert.deepEqual(reconcile.heartbeat(2_000 * n, LINK, other), []);
    }
    assert.equal(reconcile.heartbeat(9_000, LINK, other).length, 1);
  });

  it('is not begun while one goes on, and is begun anew when that brought nothing', () => {
    const { reconcile } = endOf([]);
    reconcile.heartbeat(0, LINK, other);
    assert.deepEqual(reconcile.heartbeat(RECONCILE_TIMEOUT_MS - 1, LINK, other), []);
    assert.equal(reconcile.heartbeat(RECONCILE_TIMEOUT_MS, LINK, other).length, 1);
  });

  it(`goes on with ${RECONCILES_MAX} others at a time`, () => {
    const { reconcile } = endOf([]);
    const started = [1, 2, 3, 4].map((link) => {
      reconcile.up(link);
      return reconcile.heartbeat(0, link, other).length;
    });
    assert.deepEqual(started, [1, 1, 0, 0]);
  });

  it('shows that we are in step once a set hash equals ours', () => {
    const { directory, reconcile } = endOf(COMMON.slice(0, 3));
    reconcile.heartbeat(0, LINK, other);
    assert.equal(reconcile.hasMatched, false);
    reconcile.heartbeat(1_000, LINK, directory.setHash);
    assert.equal(reconcile.hasMatched, true);
  });

  it('that nobody asked for, or whose time is over, is refused', () => {
    const frame: BucketEntries = { type: 'bucket-entries', buckets: [0], entries: [] };
    const { reconcile } = endOf([]);
    assert.equal(reconcile.entries(0, LINK, frame), undefined);
    reconcile.heartbeat(0, LINK, other);
    assert.ok(reconcile.entries(1, LINK, frame) !== undefined);
    assert.equal(reconcile.entries(RECONCILE_TIMEOUT_MS, LINK, frame), undefined);
    assert.equal(reconcile.entries(1, 99, frame), undefined);
  });

  it('is neither begun nor answered on a congested link, and is at once when that has drained', () => {
    const { directory, reconcile } = endOf(COMMON.slice(0, 3));
    const frame = { type: 'bucket-digests', digests: [] } as const;
    reconcile.congested(LINK);
    assert.deepEqual(reconcile.heartbeat(0, LINK, other), []);
    assert.deepEqual(reconcile.digests(LINK, frame), []);
    reconcile.heartbeat(0, LINK, directory.setHash);
    assert.equal(reconcile.hasMatched, true);
    reconcile.drained(LINK);
    assert.equal(reconcile.digests(LINK, frame).length, 1);
    assert.equal(reconcile.heartbeat(1, LINK, other).length, 1);
  });

  it('is not begun on a link that is gone when it drains', () => {
    const { reconcile } = endOf([]);
    reconcile.down(LINK);
    reconcile.drained(LINK);
    assert.deepEqual(reconcile.heartbeat(0, LINK, other), []);
  });

  it('with entries outside the buckets it names is not consistent', () => {
    const id = { ...recordId(RECORDS.one(1)), peer: manyId(1) };
    const bucket = Number.parseInt(id.peer.slice(0, 2), 16);
    const frame = { type: 'bucket-entries', entries: [id] } as const;
    assert.equal(isConsistent({ ...frame, buckets: [bucket] }), true);
    assert.equal(isConsistent({ ...frame, buckets: [(bucket + 1) % 256] }), false);
    assert.equal(isConsistent({ ...frame, buckets: [] }), false);
  });
});
