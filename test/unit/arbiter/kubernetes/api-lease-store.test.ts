/** What the store of Leases asks the API server, and what it makes of its answers and errors. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { ApiLeaseStore } from '#peer/arbiter/kubernetes/api-lease-store.ts';
import { ApiError } from '#peer/kubernetes/api-error.ts';
import type { ApiRequest } from '#peer/kubernetes/api-client.ts';
import { peerId } from '../suite.ts';

const LEASES = '/apis/coordination.k8s.io/v1/namespaces/weft/leases';
const DRAFT = {
  name: 'peer-a',
  holder: peerId(1),
  node: 'a',
  retired: undefined,
  owner: { name: 'a', uid: 'uid-of-a' },
};

type Answer = unknown;

/** A store whose API server gives these answers, one after the other; an ApiError is thrown. */
function openStore(answers: readonly Answer[], sleeping?: Promise<void>) {
  const requests: ApiRequest[] = [];
  const sleeps: number[] = [];
  const rest = [...answers];
  const store = new ApiLeaseStore({
    namespace: 'weft',
    api: {
      request: async (request) => {
        requests.push(request);
        const answer = rest.shift();
        if (answer instanceof Error) throw answer;
        return answer;
      },
    },
    timing: {
      sleep: async (ms) => {
        sleeps.push(ms);
        await sleeping;
      },
      random: () => 0,
    },
  });
  return { store, requests, sleeps };
}

function refusal(status: number | undefined, reason: string, retryAfterMs?: number): ApiError {
  return new ApiError(`GET /x: ${status} ${reason}: because`, { status, reason, retryAfterMs });
}

function page(rev: string, names: readonly string[], next?: string): unknown {
  const items = names.map((name) => ({ metadata: { name, resourceVersion: '7' }, spec: {} }));
  return { metadata: { resourceVersion: rev, continue: next }, items };
}

test('a Lease is created with what is there, and changed at the version that was read', async () => {
  const { store, requests } = openStore([{}, {}]);
  assert.equal(await store.create(DRAFT), true);
  assert.equal(await store.update({ ...DRAFT, holder: undefined, owner: undefined }, '7'), true);
  const [created, patched] = requests;
  assert.deepEqual(JSON.parse(JSON.stringify(created)), {
    method: 'POST',
    path: LEASES,
    body: {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: {
        name: 'peer-a',
        annotations: { 'weft/node': 'a' },
        ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'a', uid: 'uid-of-a' }],
      },
      spec: { holderIdentity: peerId(1) },
    },
  });
  assert.deepEqual(patched, {
    method: 'PATCH',
    path: `${LEASES}/peer-a`,
    body: {
      metadata: {
        name: 'peer-a',
        annotations: { 'weft/node': 'a', 'weft/retired': null },
        resourceVersion: '7',
      },
      spec: { holderIdentity: null },
    },
  });
});

test('a lost race and what is not there are answers, not errors', async () => {
  const { store } = openStore([
    refusal(409, 'AlreadyExists'),
    refusal(409, 'Conflict'),
    refusal(404, 'NotFound'),
    refusal(404, 'NotFound'),
  ]);
  assert.equal(await store.create(DRAFT), false);
  assert.equal(await store.update(DRAFT, '7'), false);
  assert.equal(await store.update(DRAFT, '7'), false);
  assert.equal(await store.get('peer-a'), undefined);
});

test("a proxy's 404 does not mean that there is no Lease", async () => {
  const { store } = openStore([refusal(404, 'Not Found')]);
  await assert.rejects(store.get('genesis'), { name: 'ArbiterUnavailable', message: /can't get/ });
});

test('a list is read page by page at one revision', async () => {
  const { store, requests } = openStore([page('40', ['a', 'b'], 'token'), page('40', ['c'])]);
  const { rev, leases } = await store.list();
  assert.equal(rev, 40n);
  assert.deepEqual(
    leases.map(({ name }) => name),
    ['a', 'b', 'c'],
  );
  assert.deepEqual(
    requests.map(({ query }) => query),
    [{ limit: '500' }, { limit: '500', continue: 'token' }],
  );
});

test('a list whose revision has expired is begun again, but not for ever', async () => {
  const expired = [page('40', ['a'], 'token'), refusal(410, 'Expired')];
  const { store } = openStore([...expired, page('50', ['b'])]);
  const { rev, leases } = await store.list();
  assert.equal(rev, 50n);
  assert.deepEqual(
    leases.map(({ name }) => name),
    ['b'],
  );
  const again = openStore([...expired, ...expired, ...expired]);
  await assert.rejects(again.store.list(), { name: 'ArbiterUnavailable', message: /Expired/ });
});

test('a list that never ends is given up', async () => {
  const { store } = openStore(Array.from({ length: 100 }, () => page('40', ['a'], 'token')));
  await assert.rejects(store.list(), { name: 'ArbiterUnavailable', message: /more than 20000/ });
});

test('the revision is asked for with the shortest list', async () => {
  const { store, requests } = openStore([page('18446744073709551615', [])]);
  assert.equal(await store.revision(), 18_446_744_073_709_551_615n);
  assert.deepEqual(requests[0]?.query, { limit: '1' });
});

test('an answer that is no Lease and no list is said to be none', async () => {
  const noLists = [undefined, [], {}, page('-1', []), page('1e3', []), { metadata: {}, items: 1 }];
  const notLeases = [{ metadata: { resourceVersion: '1' }, items: [{}] }, page('', ['a'])];
  for (const answer of [...noLists, ...notLeases]) {
    const { store } = openStore([answer, answer]);
    const message = /the answer to "list leases" can't be read/;
    await assert.rejects(store.list(), { name: 'ArbiterUnavailable', message });
    await assert.rejects(store.get('a'), { name: 'ArbiterUnavailable' });
  }
});

test('a missing permission is named: which verb, which resource, which namespace', async () => {
  for (const [status, text] of [
    [403, 'this peer may not'],
    [401, 'does not know this peer'],
  ] as const) {
    const { store } = openStore(Array.from({ length: 4 }, () => refusal(status, 'Forbidden')));
    const asked = [
      [store.get('genesis'), 'get'],
      [store.list(), 'list'],
      [store.create(DRAFT), 'create'],
      [store.update(DRAFT, '1'), 'patch'],
    ] as const;
    for (const [answer, verb] of asked) {
      const what = `${verb} leases.coordination.k8s.io in the namespace "weft": GET /x`;
      const message = new RegExp(`${text}.*${what}`);
      await assert.rejects(answer, { name: 'ArbiterUnavailable', message });
    }
  }
});

test('a server that is too busy is left alone for as long as it asks, by every request', async () => {
  const over = Promise.withResolvers<void>();
  const busy = refusal(429, 'TooManyRequests', 2_000);
  const { store, requests, sleeps } = openStore([busy, page('1', [])], over.promise);
  await assert.rejects(store.list(), { name: 'ArbiterUnavailable', message: /429/ });
  const next = store.revision();
  await setImmediate();
  assert.deepEqual(sleeps, [2_000]);
  assert.equal(requests.length, 1);
  over.resolve();
  assert.equal(await next, 1n);
});

test('any other failure is no answer, with its reason', async () => {
  for (const error of [refusal(500, 'InternalError'), refusal(undefined, 'NoAnswer')]) {
    const { store } = openStore([error]);
    const failure = {
      name: 'ArbiterUnavailable',
      message: /can't create .*: because/,
      cause: error,
    };
    await assert.rejects(store.create(DRAFT), failure);
  }
});
