/** Records from one run to the next, on a real file. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, describe, it } from 'node:test';
import { Directory } from '#peer/mesh/directory.ts';
import { DIRECTORY_RECORDS_MAX } from '#peer/mesh/limits.ts';
import type { DirectoryRecord } from '#peer/mesh/record.ts';
import { RecordMemory } from '#peer/daemon/record-memory.ts';
import { openDirectoryCache } from '#peer/store/directory-cache.ts';
import { sealDown, sealPeer, testCodec, testIdentity } from '#test/support/records.ts';

function makeDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'weft-memory-'));
  t.after(() => rmSync(directory, { recursive: true }));
  return directory;
}

/** Of a directory that has nothing: it is looked at when there is reason to. */
const KNOWING = { self: testIdentity(1).id, directory: new Directory() };

/** One run that is told these, in this order. */
function remember(directory: string, ...batches: readonly (readonly DirectoryRecord[])[]): void {
  const memory = new RecordMemory(openDirectoryCache(directory));
  for (const batch of batches) memory.remember(batch, KNOWING);
  memory.close();
}

function recall(directory: string): readonly (readonly [string, string, number])[] {
  const memory = new RecordMemory(openDirectoryCache(directory));
  const records = memory.recall(testCodec(1));
  memory.close();
  return records.map(({ peer, content, seq }) => [peer, content.type, seq] as const);
}

function failWith(error: Error): () => never {
  return () => {
    throw error;
  };
}

const [two, three] = [testIdentity(2).id, testIdentity(3).id];

describe('the memory of records', () => {
  it('is what was learned, of both kinds, and verifies as before', (t) => {
    const directory = makeDirectory(t);
    const records = [sealPeer(2), sealPeer(3), sealDown(3, [two])];
    remember(directory, records);
    const memory = new RecordMemory(openDirectoryCache(directory));
    t.after(() => memory.close());
    const recalled = memory.recall(testCodec(1));
    assert.equal(recalled.length, 3);
    assert.ok(recalled.every((record) => testCodec(1).verify(record)));
    assert.deepEqual(
      new Set(recalled.map(({ digest }) => digest)),
      new Set(records.map(({ digest }) => digest)),
    );
  });

  it('has the newest version of each, whether it came in this run or in a later one', (t) => {
    const directory = makeDirectory(t);
    remember(directory, [sealPeer(2)], [sealPeer(2, { epoch: 1, seq: 5 })]);
    assert.deepEqual(recall(directory), [[two, 'peer', 5]]);
    remember(directory, [sealPeer(2, { epoch: 2, seq: 1 })]);
    assert.deepEqual(recall(directory), [[two, 'peer', 1]]);
  });

  it('a disk that takes no more costs what was to be written, and not the peer', () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device'), {
      code: 'ENOSPC',
      syscall: 'write',
    });
    const cache = { loadAll: () => [], keys: () => [], delete: () => {}, close: () => {} };
    const memory = new RecordMemory({ ...cache, put: failWith(full) });
    memory.remember([sealPeer(2)], KNOWING);
    memory.close();
    const broken = new RecordMemory({ ...cache, put: failWith(new TypeError('a bug')) });
    broken.remember([sealPeer(2)], KNOWING);
    assert.throws(() => broken.close(), TypeError);
  });

  it('has our own as soon as it is published, for the identity that may come after this one', (t) => {
    const directory = makeDirectory(t);
    const memory = new RecordMemory(openDirectoryCache(directory));
    const batches = [[sealPeer(1), sealPeer(3)], [sealPeer(1, { epoch: 1, seq: 2 })]];
    for (const batch of batches) memory.remember(batch, KNOWING);
    // Without its end, as after a crash.
    cpSync(directory, `${directory}-copy`, { recursive: true });
    t.after(() => rmSync(`${directory}-copy`, { recursive: true }));
    memory.close();
    const expected = [
      [testIdentity(1).id, 'peer', 2],
      [three, 'peer', 1],
    ];
    assert.deepEqual(new Set(recall(`${directory}-copy`)), new Set(expected));
  });

  it('forgets what the directory has put away, but never our own', (t) => {
    const directory = makeDirectory(t);
    const records = [sealPeer(1), sealPeer(2), sealDown(2, [three]), sealPeer(3)];
    remember(directory, records);
    const memory = new RecordMemory(openDirectoryCache(directory));
    const kept = new Directory();
    kept.apply(sealPeer(3));
    memory.retain({ self: testIdentity(1).id, directory: kept });
    memory.close();
    const expected = [testIdentity(1).id, three].sort();
    assert.deepEqual(
      recall(directory).map(([peer]) => peer),
      expected,
    );
  });

  it('has not many more records than the directory, however many come and go in one run', (t) => {
    const cache = openDirectoryCache(makeDirectory(t));
    const memory = new RecordMemory(cache);
    t.after(() => memory.close());
    memory.remember([sealPeer(2)], KNOWING);
    const kept = new Directory();
    const current = sealPeer(3);
    kept.apply(current);
    const knowing = { self: testIdentity(1).id, directory: kept };
    memory.remember(
      Array.from({ length: DIRECTORY_RECORDS_MAX }, () => current),
      knowing,
    );
    assert.equal(cache.keys().length, 1);
  });

  it('leaves out what can not be read', (t) => {
    const directory = makeDirectory(t);
    remember(directory, [sealPeer(2)]);
    const cache = openDirectoryCache(directory);
    cache.put([{ key: 'no record', bytes: Uint8Array.of(0xff, 0xff, 1) }]);
    cache.put([{ key: 'empty', bytes: new Uint8Array() }]);
    cache.close();
    assert.deepEqual(recall(directory), [[two, 'peer', 1]]);
  });

  it('is written in a batch after a moment, and not at each record', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const batches: number[] = [];
    const cache = openDirectoryCache(makeDirectory(t));
    const memory = new RecordMemory({
      ...cache,
      put: (records) => void batches.push(records.length),
    });
    memory.remember([sealPeer(2)], KNOWING);
    memory.remember([sealPeer(3)], KNOWING);
    assert.deepEqual(batches, []);
    t.mock.timers.tick(500);
    assert.deepEqual(batches, [2]);
    memory.remember([sealPeer(2)], KNOWING);
    memory.close();
    assert.deepEqual(batches, [2, 1]);
  });
});
