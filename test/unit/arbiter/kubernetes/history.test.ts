/** Etcd was restored from a backup: who notices, what it takes to notice, and how it ends. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { readMarks } from '#peer/arbiter/kubernetes/marks.ts';
import type { PeerId } from '#peer/mesh/peer-id.ts';
import { propertyOptions } from '#test/support/property-options.ts';
import { peerId } from '../suite.ts';
import { createRandom } from '../virtual-time.ts';
import { MemoryLeaseStore, answerLost } from './memory-lease-store.ts';
import { again, openArbiter } from './opened-arbiter.ts';
import { Remembering } from './remembering.ts';

test('an API server whose history went back decides nothing, also when it has caught up', async () => {
  const store = new MemoryLeaseStore();
  const arbiter = openArbiter(store);
  await arbiter.register('a', peerId(1));
  const backup = store.table;
  await arbiter.register('b', peerId(2));
  store.table = backup;
  const asks = [
    () => arbiter.executor(peerId(1)),
    () => arbiter.remove('a', peerId(1)),
    () => arbiter.register('c', peerId(3)),
    () => arbiter.genesis(peerId(1)),
    () => arbiter.list(),
  ];
  const setback = { name: 'ArbiterUnavailable', message: /history went back: it is at mark 1/ };
  for (const ask of asks) await assert.rejects(ask(), setback);
  grow(store);
  for (const ask of asks) await assert.rejects(ask(), setback);
  assert.deepEqual(store.table.leases, backup.leases);
});

/** A cluster of which a and b were in the backup, and c was not; all are up. */
async function restoreWithoutC() {
  const store = new MemoryLeaseStore();
  const [a, b, c] = [new Remembering(), new Remembering(), new Remembering()];
  await openArbiter(store, a).register('a', peerId(1));
  await openArbiter(store, b).register('b', peerId(2));
  const backup = store.table;
  await openArbiter(store, c).register('c', peerId(3));
  a.list = await openArbiter(store, a).list();
  // As it hears of it from others, without asking.
  b.list = a.list;
  for (const memory of [a, b, c])
    for (const [n, other] of [a, b, c].entries())
      if (other !== memory) memory.directory.set(peerId(n + 1), other);
  store.table = backup;
  grow(store);
  return { store, a, b, c, directory: b.directory.set(peerId(2), b) };
}

const wentBack = { name: 'ArbiterUnavailable', message: /history went back.*weft\/accepted=10003/ };

test('who asked before, and was restarted since etcd was restored, does not believe the list', async () => {
  const { store, a } = await restoreWithoutC();
  const before = store.table;
  await assert.rejects(openArbiter(store, a).list(), wentBack);
  await assert.rejects(openArbiter(store, a).remove('b', peerId(2)), wentBack);
  assert.equal(store.table, before);
});

test('who never asked does not believe the list that a listed one was told more than', async () => {
  const { store, b } = await restoreWithoutC();
  await assert.rejects(openArbiter(store, b).list(), wentBack);
  await assert.rejects(openArbiter(store, b).executor(peerId(2)), wentBack);
  assert.equal(store.table.leases.get('executor'), undefined);
});

test('a newcomer does not join by a list that a listed one was told more than', async () => {
  const { store, directory } = await restoreWithoutC();
  const d = new Remembering();
  for (const [peer, memory] of directory) d.directory.set(peer, memory);
  await assert.rejects(openArbiter(store, d).list(), wentBack);
  await assert.rejects(openArbiter(store, d).register('d', peerId(4)), wentBack);
  assert.equal(d.kept, 0n);
});

test('whom the restored list lacks is not told by it that it was removed', async () => {
  const { store, c } = await restoreWithoutC();
  await assert.rejects(openArbiter(store, c).list(), wentBack);
});

test('a backup that brings somebody back who was removed is noticed', async () => {
  const store = new MemoryLeaseStore();
  const a = new Remembering();
  await openArbiter(store).register('b', peerId(2));
  a.list = await openArbiter(store, a).register('a', peerId(1));
  const backup = store.table;
  store.delete('peer-b');
  assert.equal((await openArbiter(store, a).list()).members.size, 1);
  store.table = backup;
  grow(store);
  await assert.rejects(openArbiter(store, a).list(), { message: /history went back/ });
});

test('a backup that does not know the executor names no other', async () => {
  const store = new MemoryLeaseStore();
  const [a, b] = [new Remembering(), new Remembering()];
  await openArbiter(store, a).register('a', peerId(1));
  await openArbiter(store, b).register('b', peerId(2));
  await openArbiter(store, a).list();
  const backup = store.table;
  assert.equal(await openArbiter(store, a).executor(peerId(1)), peerId(1));
  // As it has to before it reclaims.
  await openArbiter(store, a).list();
  store.table = backup;
  grow(store);
  b.directory.set(peerId(1), a);
  await assert.rejects(openArbiter(store, b).executor(peerId(2)), { message: /went back/ });
  assert.equal(store.table.leases.get('executor'), undefined);
});

test('a mark of nobody who is listed is not counted; of who is, until it is removed', async () => {
  const store = new MemoryLeaseStore();
  const a = new Remembering();
  await openArbiter(store, a).register('a', peerId(1));
  const mad = new Remembering();
  mad.keep(5_000n << 64n);
  a.directory.set(peerId(9), mad);
  assert.equal((await openArbiter(store, a).list()).members.size, 1);
  await openArbiter(store).register('mad', peerId(9));
  await assert.rejects(openArbiter(store, a).list(), {
    message: new RegExp(`the peer ${peerId(9)} says to know`),
  });
  const { members } = await openArbiter(store, a).remove('mad', peerId(9));
  assert.deepEqual([...members.values()], ['a']);
});

test('a mark that a member made up stops those that adopted its list until an operator accepts it', async () => {
  const store = new MemoryLeaseStore();
  const [a, mad] = [new Remembering(), new Remembering()];
  await openArbiter(store, mad).register('mad', peerId(9));
  a.list = await openArbiter(store, a).register('a', peerId(1));
  a.directory.set(peerId(9), mad);
  // No operator could accept that, and no history ever lacks so much.
  mad.keep(2n ** 128n - 1n);
  assert.equal((await openArbiter(store, a).list()).members.size, 2);
  mad.kept = 5_000n << 64n;
  const setback = { message: /weft\/accepted=15000 / };
  await assert.rejects(openArbiter(store, a).remove('mad', peerId(9)), setback);
  await assert.rejects(openArbiter(store, a).list(), setback);
  store.accept('history', '15000');
  assert.deepEqual([...(await openArbiter(store, a).list()).members.values()], ['a']);
});

test('a list that lacks the one who watches is not believed by those that it did list', async () => {
  const store = new MemoryLeaseStore();
  const [a, b, c] = [new Remembering(), new Remembering(), new Remembering()];
  await openArbiter(store, a).register('a', peerId(5));
  await openArbiter(store, b).register('b', peerId(6));
  await openArbiter(store, a).list();
  await openArbiter(store, b).list();
  const backup = store.table;
  c.list = await openArbiter(store, c).register('c', peerId(1));
  // Only c asks from then on, as it has the lowest id: a and b hear of its list from others.
  a.list = b.list = c.list;
  store.table = backup;
  grow(store);
  for (const [memory, n] of [
    [a, 5],
    [b, 6],
  ] as const) {
    memory.directory.set(peerId(1), c);
    const again = openArbiter(store, memory);
    await assert.rejects(again.list(), new RegExp(`the peer ${peerId(1)} says to know`));
    await assert.rejects(again.executor(peerId(n)), { message: /went back/ });
  }
  assert.equal(store.table.leases.get('executor'), undefined);
});

test("an operator's word ends it for everybody, and the next backup is noticed again", async () => {
  const { store, a, b, c } = await restoreWithoutC();
  store.accept('history', '10003');
  for (const memory of [a, b, c]) {
    const { members } = await openArbiter(store, memory).list();
    assert.deepEqual([...members.values()], ['a', 'b']);
  }
  assert.equal(placeOf(b.kept), 10_005n);
  const backup = store.table;
  await openArbiter(store, b).register('d', peerId(4));
  store.table = backup;
  grow(store);
  await assert.rejects(openArbiter(store, b).list(), { message: /weft\/accepted=20006/ });
});

test('a backup of before there were marks is noticed, and can be accepted', async () => {
  const store = new MemoryLeaseStore();
  const a = new Remembering();
  await openArbiter(store, a).register('a', peerId(1));
  store.delete('history');
  await assert.rejects(openArbiter(store, a).list(), { message: /is at mark 0, and lacks/ });
  store.accept('history', '10001');
  assert.equal((await openArbiter(store, a).list()).members.size, 1);
  assert.equal(placeOf(a.kept), 10_002n);
});

test('a word of the operator that nobody can read is named, and nothing is decided', async () => {
  const { store, a } = await restoreWithoutC();
  for (const [accepted, message] of [
    ['yes', /annotation weft\/accepted of the Lease "history" can't be read: "yes"/],
    ['-1', /can't be read/],
    ['9'.repeat(30), /can't be read/],
  ] as const) {
    store.accept('history', accepted);
    await assert.rejects(openArbiter(store, a).list(), { name: 'ArbiterUnavailable', message });
  }
});

test('what only the revision tells is known to all others from then on, and after a restart', async () => {
  const store = new MemoryLeaseStore();
  const [a, b] = [new Remembering(), new Remembering()];
  await openArbiter(store, b).register('b', peerId(2));
  await openArbiter(store, a).register('a', peerId(1));
  await openArbiter(store, b).list();
  const backup = store.table;
  grow(store);
  a.list = await openArbiter(store, a).list();
  store.table = backup;
  await seeOlderTwice(store, a);
  grow(store);
  grow(store);
  b.directory.set(peerId(1), a);
  const message = new RegExp(`went back.*the peer ${peerId(1)} says to know`);
  await assert.rejects(openArbiter(store, b).list(), { name: 'ArbiterUnavailable', message });
  await assert.rejects(openArbiter(store, a).list(), { message: /this peer has been told/ });
});

test('an operator who accepts a history whose revision is still too old has to accept it once', async () => {
  const store = new MemoryLeaseStore();
  const a = new Remembering();
  await openArbiter(store, a).register('a', peerId(1));
  const backup = store.table;
  grow(store);
  a.list = await openArbiter(store, a).list();
  store.table = backup;
  const older = { message: /it is at revision/ };
  await seeOlderTwice(store, a);
  store.accept('history', '10002');
  await assert.rejects(openArbiter(store, a).list(), older);
  grow(store);
  assert.equal((await openArbiter(store, a).list()).members.size, 1);
});

test('a mark that comes from others while the list is on its way is no history gone back', async () => {
  const store = new MemoryLeaseStore();
  const [a, b] = [new Remembering(), new Remembering()];
  await openArbiter(store, b).register('b', peerId(2));
  a.directory.set(peerId(2), b);
  store.onNext('list', async (act) => {
    const answer = await act();
    await openArbiter(store, b).register('c', peerId(3));
    return answer;
  });
  assert.deepEqual([...(await openArbiter(store, a).list()).members.values()], ['b']);
});

test('marks are made when something was changed, and at once by all only as often as somebody wins', async () => {
  const store = new MemoryLeaseStore();
  store.interfere(() => Promise.resolve());
  const peers = Array.from({ length: 100 }, (_, n) => n + 1);
  await Promise.all(peers.map((n) => openArbiter(store).register(`node-${n}`, peerId(n))));
  const writes = (): number => store.asked.filter((asked) => asked !== 'get').length;
  assert.ok(store.asked.filter((asked) => asked === 'update').length <= 100);
  const arbiter = openArbiter(store);
  await arbiter.list();
  const before = writes();
  await arbiter.list();
  assert.equal(writes(), before + 1, 'a list, and nothing else');
});

test('every backup that has the mark of a list has all that is in the list', async () => {
  const run = fc.asyncProperty(fc.nat(), async (seed) => checkMarks(createRandom(seed)));
  await fc.assert(run, propertyOptions(100));
});

/** Peers register and ask at once, with answers lost; a backup is made at each of their requests. */
async function checkMarks(chance: () => number): Promise<void> {
  const store = new MemoryLeaseStore();
  const backups = new Set<MemoryLeaseStore['table']>();
  const told: { readonly mark: bigint; readonly members: readonly PeerId[] }[] = [];
  store.interfere(async () => {
    for (let turns = Math.floor(chance() * 4); turns > 0; turns--) await Promise.resolve();
    backups.add(store.table);
  });
  const client = async (n: number) => {
    for (let turn = 0; turn < 3; turn++) {
      const memory = new Remembering();
      const arbiter = openArbiter(store, memory);
      if (chance() < 0.3) store.onNext(chance() < 0.5 ? 'create' : 'update', answerLost);
      const id = peerId(10 * n + turn);
      if (chance() < 0.5) await again(() => arbiter.register(`node-${n}-${turn}`, id));
      const { members } = await again(() => arbiter.list());
      told.push({ mark: memory.kept, members: [...members.keys()] });
    }
  };
  await Promise.all([1, 2, 3].map(client));
  for (const { rev, leases } of backups) {
    const { all } = readMarks(leases.get('history'));
    const holders = new Set([...leases.values()].map(({ holder }) => holder));
    for (const { mark, members } of told)
      if (all.includes(mark))
        for (const id of members) assert.ok(holders.has(id), `${id} is not there at ${rev}`);
  }
}

/** Some seconds apart. */
async function seeOlderTwice(store: MemoryLeaseStore, memory: Remembering): Promise<void> {
  let now = 0;
  const arbiter = openArbiter(store, memory, () => now);
  const older = { message: /went back: it is at revision/ };
  await assert.rejects(arbiter.list(), older);
  now = 5_000;
  await assert.rejects(arbiter.list(), older);
}

test('one answer that is too old, or some at once, stop nobody for good', async () => {
  const store = new MemoryLeaseStore();
  const a = new Remembering();
  let now = 0;
  const arbiter = openArbiter(store, a, () => now);
  await arbiter.register('a', peerId(1));
  const old = store.table;
  grow(store);
  a.list = await arbiter.list();
  const { kept } = a;
  const current = store.table;
  for (const atMs of [0, 4_999, 60_000, 64_999]) {
    now = atMs;
    store.table = old;
    await assert.rejects(arbiter.list(), { message: /it is at revision/ });
    assert.equal(a.kept, kept);
    store.table = current;
    if (atMs !== 0 && atMs !== 60_000) await arbiter.list();
  }
});

/** By far more than what is known: the API server changes something of somebody's all the time. */
function grow(store: MemoryLeaseStore): void {
  for (let i = 0; i < 100; i++) store.grow();
}

function placeOf(mark: bigint): bigint {
  return mark >> 64n;
}

test('a list older than the view that a peer has on its disk is not believed', async () => {
  const store = new MemoryLeaseStore();
  const memory = new Remembering();
  memory.list = await openArbiter(store).register('a', peerId(1));
  const { rev } = await openArbiter(store, memory).list();
  memory.list = { ...memory.list, rev: rev + 1n };
  await assert.rejects(openArbiter(store, memory).genesis(peerId(1)), {
    name: 'ArbiterUnavailable',
    message: new RegExp(`at revision ${rev} and was at ${rev + 1n}`),
  });
});

test('of two lists at once the older may come later: that is no history gone back', async () => {
  const store = new MemoryLeaseStore();
  const arbiter = openArbiter(store);
  const late = Promise.withResolvers<void>();
  store.onNext('list', async (act) => {
    const answer = await act();
    await late.promise;
    return answer;
  });
  const first = arbiter.list();
  store.grow();
  const second = await arbiter.list();
  late.resolve();
  assert.ok((await first).rev < second.rev);
  assert.ok((await arbiter.list()).rev >= second.rev);
});
