/** The cache of other peers' records: kept if it can be, emptied if it is damaged. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openDirectoryCache } from '#peer/store/directory-cache.ts';

function makeDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'weft-cache-'));
  t.after(() => rmSync(directory, { recursive: true }));
  return directory;
}

const RECORDS = ['b', 'a', 'c'].map((key) => ({ key, bytes: new TextEncoder().encode(key) }));

test('records are found again after a restart, replaced and deleted by key', (t) => {
  const directory = makeDirectory(t);
  const cache = openDirectoryCache(directory);
  cache.put(RECORDS);
  cache.put([{ key: 'b', bytes: Uint8Array.of(9) }]);
  cache.delete(['c', 'unknown']);
  cache.close();
  const again = openDirectoryCache(directory);
  assert.deepEqual([...again.keys()].sort(), ['a', 'b']);
  assert.deepEqual(again.loadAll(), [
    { key: 'a', bytes: Uint8Array.of(97) },
    { key: 'b', bytes: Uint8Array.of(9) },
  ]);
  again.close();
});

test('a damaged cache is empty and works', (t) => {
  const directory = makeDirectory(t);
  writeFileSync(join(directory, 'directory.sqlite'), 'no database at all'.repeat(1_000));
  const cache = openDirectoryCache(directory);
  assert.deepEqual(cache.loadAll(), []);
  cache.put(RECORDS);
  assert.equal(cache.loadAll().length, 3);
  cache.close();
});
