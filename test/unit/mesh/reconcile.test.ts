/** Reconciliation finds what two directories don't share, all of it and nothing else. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { BoundHits } from '#peer/mesh/bound-hits.ts';
import { Directory } from '#peer/mesh/directory.ts';
import type { MeshEffect } from '#peer/mesh/effect.ts';
import type { BucketEntries } from '#peer/mesh/frame.ts';
import {
  BUCKET_COUNT,
  ENTRIES_FRAMES_MAX,
  IDS_PER_FRAME,
  MISMATCHES_BEFORE_RECONCILE,
  NEWS_HEARTBEATS_MAX,
  NEWS_SPREAD_MS,
  RECONCILES_MAX,
  RECONCILE_TIMEOUT_MS,
  RECONCILE_WAIT_MAX_MS,
} from '#peer/mesh/limits.ts';
import { Lateness } from '#peer/mesh/lateness.ts';
import { type Difference, type Exchanging, Reconcile, isConsistent } from '#peer/mesh/reconcile.ts';
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
  const reconcile = new Reconcile(directory, new BoundHits());
  reconcile.up(LINK, 'us');
  return { directory, reconcile };
}

const ANY: Exchanging = { isWanted: () => true, isIdle: () => false };

/** A heartbeat with this set hash, and what is begun for it. */
function heartbeat(
  reconcile: Reconcile,
  now: number,
  setHash: bigint,
  link = LINK,
): readonly MeshEffect[] {
  reconcile.heartbeat(now, link, setHash);
  return reconcile.due(now, ANY);
}

type End = ReturnType<typeof endOf>;

function onlyFrame(effects: readonly MeshEffect[]) {
  const [effect] = effects;
  assert.ok(effects.length === 1 && effect?.type === 'send');
  return effect.frame;
}

/** What the answerer says to the one that asks: frames of entries. */
function exchange(asker: End, answerer: End): readonly BucketEntries[] {
  const started = heartbeat(asker.reconcile, 0, answerer.directory.setHash);
  const digests = onlyFrame(started);
  assert.ok(digests.type === 'bucket-digests');
  return answerer.reconcile.digests(0, LINK, digests).map((effect) => {
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
    assert.equal(heartbeat(reconcile, 0, other).length, 1);
    heartbeat(reconcile, 1_000, directory.setHash);
    for (let n = 1; n < MISMATCHES_BEFORE_RECONCILE; n++) {
      assert.deepEqual(heartbeat(reconcile, 2_000 * n, other), []);
    }
    assert.equal(heartbeat(reconcile, 9_000, other).length, 1);
  });

  it('is not begun while one goes on, and is begun anew when that brought nothing', () => {
    const { reconcile } = endOf([]);
    heartbeat(reconcile, 0, other);
    assert.deepEqual(heartbeat(reconcile, RECONCILE_TIMEOUT_MS - 1, other), []);
    assert.equal(heartbeat(reconcile, RECONCILE_TIMEOUT_MS, other).length, 1);
  });

  it(`goes on with ${RECONCILES_MAX} others at a time`, () => {
    const { reconcile } = endOf([]);
    const started = [1, 2, 3, 4].map((link) => {
      reconcile.up(link, 'us');
      return heartbeat(reconcile, 0, other, link).length;
    });
    assert.deepEqual(started, [1, 1, 0, 0]);
  });

  it('is begun by the end that dialled, and by the other only when several heartbeats differ', () => {
    const { reconcile } = endOf([]);
    reconcile.up(2, 'them');
    for (let n = 1; n < MISMATCHES_BEFORE_RECONCILE; n++)
      assert.deepEqual(heartbeat(reconcile, n, other, 2), []);
    assert.equal(heartbeat(reconcile, 1_000, other, 2).length, 1);
  });

  it('is not begun for what differs while news spread, unless they do without end', () => {
    const { directory, reconcile } = endOf(COMMON.slice(0, 3));
    heartbeat(reconcile, 0, directory.setHash);
    const differing = (now: number): number => heartbeat(reconcile, now, other).length;
    reconcile.learned(1_000, LINK);
    for (let n = 0; n < 2 * MISMATCHES_BEFORE_RECONCILE; n++) assert.equal(differing(1_001), 0);
    heartbeat(reconcile, 2_000, directory.setHash);
    const begun: number[] = [];
    for (let n = 1; n <= 20; n++) {
      reconcile.learned(2_000 + n * 1_000, LINK);
      if (differing(2_001 + n * 1_000) > 0) begun.push(n);
    }
    assert.equal(begun[0], MISMATCHES_BEFORE_RECONCILE * (NEWS_HEARTBEATS_MAX + 1));
  });

  it('is begun when the news have spread and several heartbeats still differ', () => {
    const { directory, reconcile } = endOf(COMMON.slice(0, 3));
    heartbeat(reconcile, 0, directory.setHash);
    reconcile.learned(1_000, LINK);
    for (let n = 1; n < MISMATCHES_BEFORE_RECONCILE; n++)
      assert.deepEqual(heartbeat(reconcile, 1_000 + NEWS_SPREAD_MS, other), []);
    assert.equal(heartbeat(reconcile, 1_000 + NEWS_SPREAD_MS, other).length, 1);
  });

  it('waits on a new link only as long as we are late ourselves', () => {
    const lateness = new Lateness();
    const directory = new Directory();
    const reconcile = new Reconcile(directory, new BoundHits(), lateness);
    reconcile.up(LINK, 'us');
    heartbeat(reconcile, 0, directory.setHash);
    for (const link of [2, 3]) reconcile.up(link, 'us');
    reconcile.learned(1_000, LINK);
    lateness.note(1_000, 10);
    assert.equal(heartbeat(reconcile, 1_001, other, 2).length, 0);
    assert.equal(heartbeat(reconcile, 1_040, other, 2).length, 1);
  });

  it('that is cut off is made up for by another at once, also while news spread', () => {
    const lateness = new Lateness();
    const reconcile = new Reconcile(new Directory(), new BoundHits(), lateness);
    for (const link of [1, 2]) reconcile.up(link, 'us');
    assert.equal(heartbeat(reconcile, 0, 9n, 1).length, 1);
    assert.notEqual(
      reconcile.entries(1, 1, { type: 'bucket-entries', buckets: [0], entries: [] }),
      undefined,
    );
    lateness.note(10, 20);
    reconcile.learned(10, 1);
    assert.deepEqual(heartbeat(reconcile, 11, 9n, 2), []);
    reconcile.down(1);
    const [begun] = reconcile.due(12, ANY);
    assert.deepEqual(begun?.type === 'send' && [begun.link, begun.frame.type], [
      2,
      'bucket-digests',
    ]);
  });

  it('of both ends at once is one: that of the end that dialled', () => {
    const [dialler, accepter] = [endOf([]), endOf(COMMON.slice(0, 3))];
    accepter.reconcile.up(LINK, 'them');
    const digests = onlyFrame(heartbeat(dialler.reconcile, 0, other));
    heartbeat(accepter.reconcile, 0, other);
    const theirs = onlyFrame(heartbeat(accepter.reconcile, 1_000, other));
    assert.ok(digests.type === 'bucket-digests' && theirs.type === 'bucket-digests');
    assert.deepEqual(dialler.reconcile.digests(0, LINK, theirs), []);
    assert.equal(accepter.reconcile.digests(0, LINK, digests).length, 1);
  });

  it('makes room for the next when all that it showed has come', () => {
    const [asker, answerer] = [endOf([]), endOf(COMMON.slice(0, 3))];
    const links = [LINK, 2, 3];
    for (const link of links) asker.reconcile.up(link, 'us');
    for (const link of links) asker.reconcile.heartbeat(0, link, other);
    const begun = asker.reconcile.due(0, ANY);
    assert.equal(begun.length, RECONCILES_MAX);
    const [first] = begun;
    assert.ok(first?.type === 'send' && first.frame.type === 'bucket-digests');
    for (const effect of answerer.reconcile.digests(0, LINK, first.frame)) {
      assert.ok(effect.type === 'send' && effect.frame.type === 'bucket-entries');
      asker.reconcile.entries(1, LINK, effect.frame);
    }
    assert.deepEqual(asker.reconcile.due(1, ANY), []);
    const [next] = asker.reconcile.due(2, { ...ANY, isIdle: (link) => link === LINK });
    assert.ok(next?.type === 'send' && next.link === 3);
  });

  it('that brought nothing makes the next wait longer, up to a bound, until a heartbeat is equal', () => {
    const { directory, reconcile } = endOf([]);
    const begun: number[] = [];
    for (let now = 0; now < 20 * RECONCILE_WAIT_MAX_MS; now += 1_000)
      if (heartbeat(reconcile, now, other).length > 0) begun.push(now);
    const waits = begun.slice(1).map((at, n) => at - (begun[n] ?? 0));
    assert.ok((waits[1] ?? 0) > (waits[0] ?? 0));
    assert.equal(Math.max(...waits), RECONCILE_WAIT_MAX_MS);
    const now = 30 * RECONCILE_WAIT_MAX_MS;
    heartbeat(reconcile, now, directory.setHash);
    heartbeat(reconcile, now + 1_000, other);
    assert.equal(heartbeat(reconcile, now + 2_000, other).length, 1);
  });

  it('is not begun with a link that is not wanted', () => {
    const { reconcile } = endOf([]);
    reconcile.heartbeat(0, LINK, other);
    assert.deepEqual(reconcile.due(0, { ...ANY, isWanted: () => false }), []);
  });

  it('takes the entries of each bucket once', () => {
    const frame: BucketEntries = { type: 'bucket-entries', buckets: [0], entries: [] };
    const { reconcile } = endOf([]);
    heartbeat(reconcile, 0, other);
    assert.ok(reconcile.entries(1, LINK, frame) !== undefined);
    assert.equal(reconcile.entries(1, LINK, frame), undefined);
  });

  it('takes no more frames than an honest answer has', () => {
    const { reconcile } = endOf([]);
    heartbeat(reconcile, 0, 1n);
    const taken = Array.from({ length: BUCKET_COUNT }, (_, bucket) =>
      reconcile.entries(1, LINK, { type: 'bucket-entries', buckets: [bucket], entries: [] }),
    ).filter((difference) => difference !== undefined);
    assert.equal(taken.length, ENTRIES_FRAMES_MAX);
  });

  it('that nobody asked for, or whose time is over, is refused', () => {
    const frame: BucketEntries = { type: 'bucket-entries', buckets: [0], entries: [] };
    const { reconcile } = endOf([]);
    assert.equal(reconcile.entries(0, LINK, frame), undefined);
    heartbeat(reconcile, 0, other);
    assert.ok(reconcile.entries(1, LINK, frame) !== undefined);
    assert.equal(reconcile.entries(RECONCILE_TIMEOUT_MS, LINK, frame), undefined);
    assert.equal(reconcile.entries(1, 99, frame), undefined);
  });

  it('is neither begun nor answered on a congested link, and is at once when that has drained', () => {
    const { directory, reconcile } = endOf(COMMON.slice(0, 3));
    const frame = { type: 'bucket-digests', digests: [] } as const;
    reconcile.congested(LINK);
    assert.deepEqual(heartbeat(reconcile, 0, other), []);
    assert.deepEqual(reconcile.digests(0, LINK, frame), []);
    heartbeat(reconcile, 0, directory.setHash);
    reconcile.drained(LINK);
    assert.equal(heartbeat(reconcile, 1, other).length, 1);
    reconcile.drained(LINK);
    assert.equal(reconcile.digests(0, LINK, frame).length, 1);
  });

  it('that both ends began when the link had drained is answered by the one that was dialled', () => {
    const [dialler, dialled] = [endOf(COMMON.slice(0, 3)), endOf([])];
    dialled.reconcile.up(LINK, 'them');
    for (const { reconcile } of [dialler, dialled]) {
      reconcile.drained(LINK);
      assert.equal(heartbeat(reconcile, 0, other).length, 1);
    }
    const frame = { type: 'bucket-digests', digests: [] } as const;
    assert.equal(dialler.reconcile.digests(0, LINK, frame).length, 0);
    assert.equal(dialled.reconcile.digests(0, LINK, frame).length, 1);
  });

  it('comes to each of many that always differ and always bring something', () => {
    const { reconcile } = endOf([]);
    const links = Array.from({ length: RECONCILES_MAX + 2 }, (_, n) => LINK + n);
    for (const link of links) reconcile.up(link, 'us');
    const begun = new Set<number>();
    for (let now = 0; now < 10 * RECONCILE_TIMEOUT_MS; now += 100) {
      for (const link of links) {
        reconcile.learned(now, link);
        for (const effect of heartbeat(reconcile, now, other, link))
          if (effect.type === 'send') begun.add(effect.link);
      }
    }
    assert.deepEqual(begun, new Set(links));
  });

  it('is not begun on a link that is gone when it drains', () => {
    const { reconcile } = endOf([]);
    reconcile.down(LINK);
    reconcile.drained(LINK);
    assert.deepEqual(heartbeat(reconcile, 0, other), []);
  });

  it('with entries outside the buckets it names is not consistent', () => {
    const id = { ...recordId(RECORDS.one(1)), peer: manyId(1) };
    const bucket = Number.parseInt(id.peer.slice(0, 2), 16);
    const frame = { type: 'bucket-entries', entries: [id] } as const;
    assert.equal(isConsistent({ ...frame, buckets: [bucket] }), true);
    assert.equal(isConsistent({ ...frame, buckets: [(bucket + 1) % 256] }), false);
    assert.equal(isConsistent({ ...frame, buckets: [] }), false);
    assert.equal(isConsistent({ ...frame, buckets: [], entries: [] }), false);
  });
});
