/**
 * What is on the medium when a commit returns: SQLite is told so by two pragmas of a connection,
 * which no file tells of. So they are asked of the connections that the product opens.
 */
import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { openAcceptorStore } from '#peer/arbiter/seeds/acceptor-store.ts';
import { openSoloArbiter } from '#peer/arbiter/solo.ts';
import { fence } from '#test/support/crash-points.ts';
import { makeDirectory, open } from './opened-store.ts';

/** `PRAGMA synchronous`: each commit syncs the write-ahead log, and returns after that. */
const FULL = 2;

/** The connections to a file of this name that have run a statement, and are open. */
function watchConnections(t: TestContext, name: string): () => readonly DatabaseSync[] {
  const { mock } = t.mock.method(DatabaseSync.prototype, 'exec');
  return () => {
    const connections = new Set(mock.calls.map((call) => call.this as DatabaseSync));
    return [...connections].filter((one) => one.isOpen && basename(one.location() ?? '') === name);
  };
}

function assertDurable(connections: readonly DatabaseSync[]): void {
  const [connection] = connections;
  assert.ok(connection !== undefined && connections.length === 1, 'one connection to the file');
  const ask = (pragma: string) => Object.values(connection.prepare(`PRAGMA ${pragma}`).get() ?? {});
  assert.deepEqual(ask('synchronous'), [FULL]);
  assert.deepEqual(ask('journal_mode'), ['wal']);
}

test('a commit of the state is on the medium when it returns, of a new, a known and a renewed one', (t) => {
  const directory = makeDirectory(t);
  const connections = watchConnections(t, 'state.sqlite');
  for (const isFenced of [false, true, false]) {
    const store = open(directory);
    assertDurable(connections());
    store.close();
    if (isFenced) fence(directory);
  }
});

test("a seed's vote is on the medium when it is stored", (t) => {
  const directory = makeDirectory(t);
  const connections = watchConnections(t, 'votes.sqlite');
  const seeds = ['10.0.0.1:6783', '10.0.0.2:6783', '10.0.0.3:6783'];
  const binding = { cluster: 'c', seed: 1, seeds };
  const store = openAcceptorStore(directory, binding, { wasRegistered: false });
  assertDurable(connections());
  store.close();
});

test('a decision of the solo arbiter is on the medium when it is answered', (t) => {
  const directory = makeDirectory(t);
  const connections = watchConnections(t, 'registry.sqlite');
  const arbiter = openSoloArbiter(directory);
  assertDurable(connections());
  arbiter.close();
});
