/** The arbiter on Leases against a real API server: the acceptance suite, and what fails on the way. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { Arbiter } from '#peer/arbiter/arbiter.ts';
import { ApiLeaseStore, PAGE_LEASES } from '#peer/arbiter/kubernetes/api-lease-store.ts';
import { openLeaseArbiter } from '#peer/arbiter/kubernetes/lease-arbiter.ts';
import { parseLease } from '#peer/arbiter/kubernetes/lease-json.ts';
import { readMarks } from '#peer/arbiter/kubernetes/marks.ts';
import { systemTiming } from '#peer/arbiter/seeds/system-timing.ts';
import { eventuallyTrue } from '#test/support/eventually.ts';
import { Remembering } from '#test/unit/arbiter/kubernetes/remembering.ts';
import { peerId, testArbiter } from '#test/unit/arbiter/suite.ts';
import { ControlPlane } from './api/control-plane.ts';
import { afterRival, loseAnswer, refuseWith } from './api/fault-proxy.ts';
import {
  LEASE_VERBS,
  createNode,
  createRegistryNamespace,
  deleteNode,
  leasesPath,
  post,
} from './api/kubernetes-objects.ts';
import { findPrograms } from './api/programs.ts';

const plane = await ControlPlane.start(await findPrograms());
after(() => plane[Symbol.asyncDispose]());
const admin = plane.openClient('admin');
const peer = plane.openClient('peer');
const unavailable = (message: RegExp) => ({ name: 'ArbiterUnavailable', message });

let namespaces = 0;

/** A namespace that no other test has. */
async function createNamespace(verbs?: readonly string[]): Promise<string> {
  const namespace = `weft-${++namespaces}`;
  await createRegistryNamespace({ admin, peer }, namespace, verbs);
  return namespace;
}

function openArbiter(
  namespace: string,
  options: Partial<Parameters<typeof openLeaseArbiter>[0]> = {},
): Arbiter {
  const node = { name: 'none', uid: 'none' };
  return openLeaseArbiter({ api: peer, namespace, node, memory: new Remembering(), ...options });
}

testArbiter(
  'Leases of a real API server',
  async () => {
    const namespace = await createNamespace();
    let clients = new Map<
      number,
      { readonly api: ReturnType<typeof plane.openClient>; readonly arbiter: Arbiter }
    >();
    const close = (): void => {
      for (const { api } of clients.values()) api.close();
      clients = new Map();
    };
    return {
      arbiter: (i) => {
        const api = clients.get(i)?.api ?? plane.openClient('peer');
        const arbiter = clients.get(i)?.arbiter ?? openArbiter(namespace, { api });
        clients.set(i, { api, arbiter });
        return arbiter;
      },
      wait: (work) => work,
      restart: close,
      close,
    };
  },
  { revisions: 'shared' },
);

describe('against a real API server', () => {
  test('a rival who writes first is seen by its resourceVersion', async () => {
    const namespace = await createNamespace();
    await openArbiter(namespace).register('a', peerId(1));
    const rival = (): Promise<unknown> =>
      openArbiter(namespace, { api: admin }).register('a', peerId(2), peerId(1));
    plane.proxy.onNext('PATCH', afterRival(rival));
    await assert.rejects(openArbiter(namespace).register('a', peerId(3), peerId(1)), {
      name: 'ArbiterRefusal',
      message: new RegExp(`the name "a" is ${peerId(2)}'s`),
    });
    plane.proxy.onNext(
      'POST',
      afterRival(() => openArbiter(namespace, { api: admin }).genesis(peerId(2))),
    );
    assert.equal(await openArbiter(namespace).genesis(peerId(3)), peerId(2));
  });

  test('what others have written into a Lease stays', async () => {
    const namespace = await createNamespace();
    await openArbiter(namespace).register('a', peerId(1));
    const path = `${leasesPath(namespace)}/peer-a`;
    const labels = { owner: 'somebody' };
    await admin.request({ method: 'PATCH', path, body: { metadata: { labels } } });
    await openArbiter(namespace).register('a', peerId(2), peerId(1));
    const lease = (await admin.request({ method: 'GET', path })) as {
      readonly metadata: { readonly labels: unknown; readonly annotations: unknown };
      readonly spec: unknown;
    };
    assert.deepEqual(lease.metadata.labels, labels);
    assert.deepEqual(lease.metadata.annotations, { 'weft/node': 'a', 'weft/retired': peerId(1) });
    assert.deepEqual(lease.spec, { holderIdentity: peerId(2) });
  });

  test('a write whose answer was lost is found done when asked again', async () => {
    const arbiter = openArbiter(await createNamespace());
    assert.equal(await twice('POST', () => arbiter.genesis(peerId(1))), peerId(1));
    const { members } = await twice('POST', () => arbiter.register('a', peerId(1)));
    assert.deepEqual([...members], [[peerId(1), 'a']]);
    assert.equal(await twice('POST', () => arbiter.executor(peerId(1))), peerId(1));
    const removed = await twice('PATCH', () => arbiter.remove('a', peerId(1)));
    assert.equal(removed.members.size, 0);
  });

  test('an API server that is busy, broken or silent is no answer, which says what', async () => {
    const namespace = await createNamespace();
    const api = plane.openClient('peer', 200);
    const arbiter = openArbiter(namespace, { api });
    const cases = [
      [refuseWith(429, { 'retry-after': '1' }), /can't list leases.*429 Too Many Requests/],
      [refuseWith(500), /500 Internal Server Error: refused by the test/],
      [refuseWith(503), /503 Service Unavailable/],
      [refuseWith(200), /the answer is no JSON/],
      [() => undefined, /no answer within 200 ms/],
    ] as const;
    for (const [fault, message] of cases) {
      plane.proxy.onNext('GET', fault);
      await assert.rejects(arbiter.list(), unavailable(message));
    }
    plane.proxy.onNext('GET', refuseWith(401));
    await assert.rejects(arbiter.list(), unavailable(/does not know this peer.* list leases/));
    assert.equal((await openArbiter(namespace).list()).members.size, 0);
  });

  test('a verb that is not allowed is named, and works once it is', async () => {
    for (const missing of LEASE_VERBS.filter((verb) => verb !== 'list')) {
      const namespace = await createNamespace(LEASE_VERBS.filter((verb) => verb !== missing));
      await openArbiter(namespace, { api: admin }).register('a', peerId(1));
      const arbiter = openArbiter(namespace);
      const work = async (): Promise<void> => {
        await arbiter.register('a', peerId(2), peerId(1));
        await arbiter.genesis(peerId(2));
      };
      const forbidden = `may not ${missing} leases.coordination.k8s.io in the namespace "${namespace}"`;
      await assert.rejects(work(), unavailable(new RegExp(forbidden)));
    }
  });

  test('a namespace that is not there is said to be missing', async () => {
    const arbiter = openArbiter('weft-nowhere', { api: admin });
    await assert.rejects(arbiter.register('a', peerId(1)), unavailable(/"weft-nowhere" not found/));
  });

  test('a Lease that somebody has spoilt is named, and nothing is decided', async () => {
    const namespace = await createNamespace();
    const arbiter = openArbiter(namespace);
    await arbiter.register('a', peerId(1));
    await post(admin, leasesPath(namespace), { metadata: { name: 'peer-b' } });
    await assert.rejects(arbiter.list(), unavailable(/Lease "peer-b" can't be read/));
    await admin.request({ method: 'DELETE', path: `${leasesPath(namespace)}/peer-b` });
    assert.equal((await arbiter.list()).members.size, 1);
  });

  test('a list of several pages is whole while others register, and its revision never goes back', async () => {
    const namespace = await createNamespace();
    for (let n = 1; n <= PAGE_LEASES; n++) {
      const name = `peer-node-${n}`;
      const lease = { metadata: { name }, spec: { holderIdentity: peerId(n) } };
      await post(admin, leasesPath(namespace), lease);
    }
    const arbiter = openArbiter(namespace);
    const last = PAGE_LEASES + 40;
    const register = async (n: number): Promise<void> => {
      const { members } = await arbiter.register(`node-${n}`, peerId(n));
      assert.ok(members.has(peerId(1)) && members.has(peerId(n)));
      if (n + 4 <= last) await register(n + 4);
    };
    await Promise.all([1, 2, 3, 4].map((n) => register(PAGE_LEASES + n)));
    assert.equal((await arbiter.list()).members.size, last);
  });

  test('deleting a Node removes its member, and another becomes the executor', async () => {
    plane.startGarbageCollector();
    const namespace = await createNamespace();
    const arbiters = await Promise.all(
      ['a', 'b'].map(async (name) => {
        const node = { name, uid: await createNode(admin, name) };
        return openArbiter(namespace, { node });
      }),
    );
    const [a, b] = arbiters;
    assert.ok(a !== undefined && b !== undefined);
    await a.register('a', peerId(1));
    const before = await b.register('b', peerId(2));
    assert.equal(await a.executor(peerId(1)), peerId(1));
    await deleteNode(admin, 'a');
    await eventuallyTrue('the Lease goes with its Node', async () => {
      return !(await b.list()).members.has(peerId(1));
    });
    const view = await b.list();
    assert.deepEqual([...view.members], [[peerId(2), 'b']]);
    assert.ok(view.rev > before.rev);
    assert.equal(await b.executor(peerId(2)), peerId(2));
    await plane.kill('kube-controller-manager');
  });

  test('etcd and API server killed: no answer meanwhile, and nothing forgotten', async () => {
    const namespace = await createNamespace();
    const arbiter = openArbiter(namespace);
    await arbiter.genesis(peerId(1));
    const before = await arbiter.register('a', peerId(1));
    await plane.kill('kube-apiserver');
    await plane.kill('etcd');
    await assert.rejects(arbiter.list(), unavailable(/no answer from the API server/));
    plane.startEtcd();
    await plane.startApiServer();
    const later = await arbiter.list();
    assert.deepEqual(later.members, before.members);
    assert.ok(later.rev >= before.rev);
    assert.equal(await arbiter.genesis(peerId(2)), peerId(1));
  });

  test('etcd restored from a backup is noticed, by who was there and by who remembers', async () => {
    const namespace = await createNamespace();
    const [a, b] = [new Remembering(), new Remembering()];
    const arbiter = openArbiter(namespace, { memory: a });
    await arbiter.register('a', peerId(1));
    await openArbiter(namespace, { memory: b }).list();
    await restartWith(() => plane.backUpEtcd());
    await openArbiter(namespace).register('b', peerId(2));
    a.list = await arbiter.list();
    const { rev } = await arbiter.list();
    await restartWith(() => plane.restoreEtcd());
    b.directory.set(peerId(1), a);
    // By the revision, where that is not past it yet, or by the marks.
    await assert.rejects(arbiter.executor(peerId(1)), unavailable(/history went back/));
    await growPast(namespace, rev);
    for (const memory of [a, b]) {
      const restarted = openArbiter(namespace, { memory });
      await assert.rejects(restarted.list(), unavailable(/went back.*weft\/accepted=/));
    }
    await assert.rejects(
      openArbiter(namespace, { memory: b }).register('c', peerId(3)),
      unavailable(/went back/),
    );
    const annotations = { 'weft/accepted': '10009' };
    const path = `${leasesPath(namespace)}/history`;
    await admin.request({ method: 'PATCH', path, body: { metadata: { annotations } } });
    for (const memory of [a, b]) {
      const { members } = await openArbiter(namespace, { memory }).list();
      assert.ok(members.has(peerId(1)) && !members.has(peerId(2)));
    }
  });

  test('marks stand in a Lease of their own, and are made once for each change', async () => {
    const namespace = await createNamespace();
    const arbiter = openArbiter(namespace);
    await arbiter.register('a', peerId(1));
    await arbiter.genesis(peerId(1));
    await arbiter.executor(peerId(1));
    const { rev } = await arbiter.list();
    assert.equal((await arbiter.list()).rev, rev);
    const history = await admin.request({
      method: 'GET',
      path: `${leasesPath(namespace)}/history`,
    });
    const { all } = readMarks(parseLease(history));
    assert.ok(all.length >= 1 && all.length <= 3, `${all.length} marks`);
  });
});

/** More than what a start of the API server itself writes. */
async function growPast(namespace: string, rev: bigint): Promise<void> {
  const store = new ApiLeaseStore({ api: admin, namespace, timing: systemTiming });
  for (let n = 0; (await store.revision()) <= rev; n++) {
    const body = { metadata: { labels: { n: String(n) } } };
    await admin.request({ method: 'PATCH', path: `${leasesPath(namespace)}/peer-a`, body });
  }
}

/** Asks a second time after the answer to the first was lost. */
async function twice<T>(method: string, ask: () => Promise<T>): Promise<T> {
  plane.proxy.onNext(method, loseAnswer);
  await assert.rejects(ask(), unavailable(/no answer from the API server/));
  return await ask();
}

async function restartWith(change: () => void): Promise<void> {
  await plane.kill('kube-apiserver');
  await plane.kill('etcd');
  change();
  plane.startEtcd();
  await plane.startApiServer();
}
