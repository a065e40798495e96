/** What `weft reset` says of a state directory before it is taken away. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, it } from 'node:test';
import { findState } from '#peer/store/leftovers.ts';
import { lockDirectory } from '#peer/store/lock.ts';

function makeDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'weft-leftovers-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

it('tells of a seed’s votes, and when it votes again, only where there are any', async (t) => {
  const directory = makeDirectory(t);
  lockDirectory(directory).release();
  const state = `the state in ${directory}: identity, holding and attachments`;
  const told = async () => (await findState(directory)).ours.map(({ what }) => what);
  assert.deepEqual(await told(), [state]);
  mkdirSync(join(directory, 'seed'));
  writeFileSync(join(directory, 'seed/votes.sqlite'), '');
  assert.deepEqual(await told(), [
    `${state}; and the votes of a seed: it votes again only when all other seeds have answered it`,
  ]);
});

it('leaves a directory alone that no peer ever used', async (t) => {
  const directory = makeDirectory(t);
  writeFileSync(join(directory, 'file'), '');
  const kept = [`${directory}: it is no peer's state directory`];
  assert.deepEqual(await findState(directory), { ours: [], kept });
});
