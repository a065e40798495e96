/** The arbiter on Leases over a store in memory: the acceptance suite, rivals, lost answers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { ArbiterRefusal } from '#peer/arbiter/arbiter.ts';
import { ATTEMPTS_MAX, type LeaseArbiter } from '#peer/arbiter/kubernetes/lease-arbiter.ts';
import type { PeerId } from '#peer/mesh/peer-id.ts';
import { propertyOptions } from '#test/support/property-options.ts';
import { peerId, testArbiter } from '../suite.ts';
import { createRandom } from '../virtual-time.ts';
import { MemoryLeaseStore, answerLost, noAnswer } from './memory-lease-store.ts';
import { NODE, again, openArbiter } from './opened-arbiter.ts';

function worldOf(store: MemoryLeaseStore) {
  let arbiters = new Map<number, LeaseArbiter>();
  return {
    arbiter: (i: number) => {
      const arbiter = arbiters.get(i) ?? openArbiter(store);
      arbiters.set(i, arbiter);
      return arbiter;
    },
    wait: <T>(work: Promise<T>) => work,
    restart: () => void (arbiters = new Map()),
    close: () => {},
  };
}

// Marks of the history take revisions of their own.
testArbiter('Leases', () => worldOf(new MemoryLeaseStore()), { revisions: 'shared' });

testArbiter(
  'Leases beside which all of Kubernetes changes',
  () => {
    const store = new MemoryLeaseStore();
    store.interfere(() => store.grow());
    return worldOf(store);
  },
  { revisions: 'shared' },
);

test("a Lease is owned by the Node whose it is, and not by another's", async () => {
  const store = new MemoryLeaseStore();
  await openArbiter(store).register('a', peerId(1));
  await openArbiter(store).register('b', peerId(2));
  await openArbiter(store).genesis(peerId(1));
  assert.deepEqual([...store.owners], [['peer-a', NODE]]);
});

test('a rival between reading and writing is seen, and the decision made anew', async () => {
  const store = new MemoryLeaseStore();
  await openArbiter(store).register('a', peerId(1));
  const rival =
    (id: PeerId) =>
    async <T>(act: () => Promise<T>) => {
      await openArbiter(store).register('a', id, peerId(1));
      return await act();
    };
  store.onNext('update', rival(peerId(2)));
  await assert.rejects(openArbiter(store).register('a', peerId(3), peerId(1)), {
    name: 'ArbiterRefusal',
    message: new RegExp(`is ${peerId(2)}'s`),
  });
});

test('a change of the Lease that is none of ours costs another attempt and nothing else', async () => {
  const store = new MemoryLeaseStore();
  await openArbiter(store).register('a', peerId(1));
  store.onNext('update', (act) => {
    touch(store, 'peer-a');
    return act();
  });
  const { members } = await openArbiter(store).register('a', peerId(2), peerId(1));
  assert.deepEqual([...members], [[peerId(2), 'a']]);
});

test('a Lease that others change all the time is given up, and said', async () => {
  const store = new MemoryLeaseStore();
  await openArbiter(store).register('a', peerId(1));
  const before = store.asked.length;
  for (let i = 0; i < ATTEMPTS_MAX; i++) {
    store.onNext('update', (act) => {
      touch(store, 'peer-a');
      return act();
    });
  }
  const tried = openArbiter(store).register('a', peerId(2), peerId(1));
  await assert.rejects(tried, { name: 'ArbiterUnavailable', message: /"peer-a" 10 times/ });
  const updates = store.asked.slice(before).filter((operation) => operation === 'update');
  assert.equal(updates.length, ATTEMPTS_MAX);
});

test('a write whose answer was lost is found done when asked again', async () => {
  const store = new MemoryLeaseStore();
  const arbiter = openArbiter(store);
  store.onNext('create', answerLost);
  assert.equal(await twice(() => arbiter.genesis(peerId(1))), peerId(1));
  store.onNext('create', answerLost);
  assert.equal((await twice(() => arbiter.register('a', peerId(1)))).members.size, 1);
  store.onNext('create', answerLost);
  assert.equal(await twice(() => arbiter.executor(peerId(1))), peerId(1));
  store.onNext('update', answerLost);
  assert.equal((await twice(() => arbiter.register('a', peerId(2), peerId(1)))).members.size, 1);
  store.onNext('update', answerLost);
  assert.equal((await twice(() => arbiter.remove('a', peerId(2)))).members.size, 0);
});

test('who was removed between its registration and the list is refused', async () => {
  const store = new MemoryLeaseStore();
  store.onNext('list', (act) => {
    store.delete('peer-a');
    return act();
  });
  await assert.rejects(openArbiter(store).register('a', peerId(1)), {
    name: 'ArbiterRefusal',
    message: /is no member any more/,
  });
});

test('who is removed while it becomes the executor is none', async () => {
  const store = new MemoryLeaseStore();
  const arbiter = openArbiter(store);
  await arbiter.register('a', peerId(1));
  await arbiter.register('b', peerId(2));
  store.onNext('create', async (act) => {
    await openArbiter(store).remove('a', peerId(1));
    return await act();
  });
  await assert.rejects(arbiter.executor(peerId(1)), { name: 'ArbiterRefusal' });
  assert.equal(await arbiter.executor(peerId(2)), peerId(2));
});

test('a Lease that nobody can read is named, and nothing is decided until it is repaired', async () => {
  const garbage = [
    { holder: undefined, problem: /"peer-b" can't be read: it has no holderIdentity/ },
    { holder: 'kube-scheduler', problem: /its holder "kube-scheduler" is no peer id/ },
    { holder: peerId(2), node: 'c', problem: /not the Lease of the node "c"/ },
    { holder: peerId(2), retired: 'x,y', problem: /"x" among its retired is no peer id/ },
    { holder: peerId(1), problem: /is the holder of peer-a too/ },
  ];
  for (const { problem, ...content } of garbage) {
    const store = new MemoryLeaseStore();
    const arbiter = openArbiter(store);
    await arbiter.register('a', peerId(1));
    store.put({ name: 'peer-b', node: undefined, retired: undefined, ...content });
    for (const ask of [() => arbiter.list(), () => arbiter.executor(peerId(1))]) {
      await assert.rejects(ask(), { name: 'ArbiterUnavailable', message: problem });
    }
    store.delete('peer-b');
    assert.equal(await arbiter.executor(peerId(1)), peerId(1));
  }
});

test('a founder or executor that nobody can read is no reason for another', async () => {
  for (const name of ['genesis', 'executor']) {
    const store = new MemoryLeaseStore();
    const arbiter = openArbiter(store);
    await arbiter.register('a', peerId(1));
    store.put({ name, holder: 'me', node: undefined, retired: undefined });
    const asked = name === 'genesis' ? arbiter.genesis(peerId(1)) : arbiter.executor(peerId(1));
    const message = new RegExp(`"${name}" can't be read: its holder "me"`);
    await assert.rejects(asked, { name: 'ArbiterUnavailable', message });
    assert.equal(store.table.leases.get(name)?.holder, 'me');
  }
});

test("Leases that are no peer's are not looked at", async () => {
  const store = new MemoryLeaseStore();
  store.put({ name: 'some-controller', holder: 'pod-1', node: undefined, retired: undefined });
  const { members } = await openArbiter(store).register('a', peerId(1));
  assert.deepEqual([...members], [[peerId(1), 'a']]);
});

test('whatever is lost or late: one founder, names change hands by the rules, nobody comes back', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), async (seed) => {
      await checkHistory(createRandom(seed));
    }),
    propertyOptions(300),
  );
});

/** Clients take names from one another and remove each other; each answer is checked against all others. */
async function checkHistory(chance: () => number): Promise<void> {
  const store = new MemoryLeaseStore();
  store.interfere(async () => {
    for (let turns = Math.floor(chance() * 4); turns > 0; turns--) await Promise.resolve();
    if (chance() < 0.1) return await noAnswer(async () => undefined);
  });
  const founders = new Set<PeerId>();
  const gone = new Set<PeerId>();
  let newest = 0n;

  const client = async (n: number) => {
    const arbiter = openArbiter(store);
    for (let turn = 0; turn < 4; turn++) {
      const before = newest;
      const goneBefore = [...gone];
      const id = peerId(100 * n + turn);
      const name = `node-${Math.floor(chance() * 2)}`;
      if (chance() < 0.3) store.onNext(chance() < 0.5 ? 'create' : 'update', answerLost);
      const listed = await again(() => arbiter.list());
      const [holder] = [...listed.members].find(([, held]) => held === name) ?? [];
      const view = await again(async () => {
        if (holder !== undefined && chance() < 0.3) return await arbiter.remove(name, holder);
        return await arbiter.register(name, id, holder).catch((error: unknown) => {
          if (error instanceof ArbiterRefusal) return listed;
          throw error;
        });
      });
      assert.ok(view === listed || view.rev >= before);
      assert.equal(
        new Set(view.members.values()).size,
        view.members.size,
        'a name has one identity',
      );
      for (const id of goneBefore) assert.ok(!view.members.has(id), `${id} came back`);
      if (view.rev > newest) newest = view.rev;
      for (const id of listed.members.keys()) if (!view.members.has(id)) gone.add(id);
      founders.add(await again(() => arbiter.genesis(id)));
    }
  };
  await Promise.all([1, 2, 3].map(client));
  assert.equal(founders.size, 1);
}

/** Asks a second time after the first answer was lost. */
async function twice<T>(ask: () => Promise<T>): Promise<T> {
  await assert.rejects(ask(), { name: 'ArbiterUnavailable' });
  return await ask();
}

/** Somebody else's change, as of a label: another resourceVersion and nothing that is ours. */
function touch(store: MemoryLeaseStore, name: string): void {
  const lease = store.table.leases.get(name);
  assert.ok(lease !== undefined);
  store.put(lease);
}
