/** A write-ahead log that a crash has cut or torn: the state is that of some commit, and never lost. */
import assert from 'node:assert/strict';
import { cpSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { requestOf } from '../ipam/builders.ts';
import { makeDirectory, makeMember, open } from './opened-store.ts';

const LOG = join('state', 'state.sqlite-wal');
const PODS = 4;

/** A copy of a store that is open, as a crash leaves it, with the attachments of `PODS` commits. */
function crashed(t: TestContext): string {
  const directory = makeDirectory(t);
  const store = open(directory);
  const { ipam, commit } = makeMember(store);
  for (let n = 0; n < PODS; n++) commit(ipam.allocate(0, requestOf(n)));
  const copy = makeDirectory(t);
  cpSync(directory, copy, { recursive: true });
  store.close();
  return copy;
}

/** How many of the attachments the state has: those of the first commits, each whole. */
function countAttached(directory: string): number {
  const store = open(directory);
  assert.equal(store.lost, undefined);
  const { attachments } = store.load();
  assert.deepEqual(
    attachments.map(({ containerId }) => containerId),
    attachments.map((_, n) => requestOf(n).key.containerId),
  );
  assert.ok(attachments.every(({ addresses }) => addresses.length === 2));
  store.close();
  return attachments.length;
}

test('a crash loses no commit', (t) => {
  assert.equal(countAttached(crashed(t)), PODS);
});

test('what was written of a commit that never ended is as if it had never begun', (t) => {
  const directory = crashed(t);
  const log = readFileSync(join(directory, LOG));
  // The start of a further frame, and a whole one whose checksum is not its own.
  for (const tail of [log.subarray(32, 1_000), log.subarray(32, 32 + 24 + 4_096)]) {
    writeFileSync(join(directory, LOG), Buffer.concat([log, tail]));
    assert.equal(countAttached(directory), PODS);
    writeFileSync(join(directory, LOG), log);
  }
});

test('a log that is cut anywhere is one of earlier commits', (t) => {
  const whole = crashed(t);
  const { length } = readFileSync(join(whole, LOG));
  const counts = [];
  for (let cut = length; cut > 0; cut -= 4_777) {
    const directory = makeDirectory(t);
    cpSync(whole, directory, { recursive: true });
    truncateSync(join(directory, LOG), cut);
    counts.push(countAttached(directory));
  }
  assert.equal(counts[0], PODS);
  assert.equal(counts.at(-1), 0);
  assert.deepEqual(
    counts,
    counts.toSorted((a, b) => b - a),
  );
});
