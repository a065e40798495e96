/** Peers as in pods, told of each other by an API server alone; and started again without it. */
import assert from 'node:assert/strict';
import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { eventually, eventuallyTrue } from '#test/support/eventually.ts';
import { LEASES, NODES, SECRETS } from '#test/support/fake-cluster.ts';
import { type FakeNode, FakeNodes } from '#test/support/fake-nodes.ts';

/** Of the whole of `kubectl apply` to three ready pods 10 s may go by; this is the peers' part of it. */
const FIRST_START_MS = 5_000;

const nodes = await FakeNodes.create();
after(() => nodes[Symbol.asyncDispose]());
const { cluster } = nodes;
const all = [await nodes.add(), await nodes.add(), await nodes.add()];
const [first] = all as [FakeNode];

function unavailable(): { status: number; body: string } {
  return { status: 503, body: 'no API server here' };
}

async function linked(): Promise<boolean> {
  const reports = await Promise.all(all.map(({ peer }) => peer.report()));
  return reports.every(({ links }) => links.length === all.length - 1);
}

it('three that start at once find each other, with one key and one founder', async () => {
  const startedMs = performance.now();
  for (const { peer } of all) peer.start();
  const reports = await Promise.all(all.map(({ peer }) => peer.ready()));
  const tookMs = performance.now() - startedMs;
  await eventuallyTrue('all are linked', linked);
  assert.ok(tookMs < FIRST_START_MS, `${tookMs} ms`);
  for (const { peer, problems } of reports) {
    assert.deepEqual([peer.arbiter, problems], ['kubernetes', []]);
  }
  const holders = all.map(({ name }) => cluster.objects.get(`${LEASES}/peer-${name}`)?.['spec']);
  assert.deepEqual(
    holders.map((spec) => (spec as { holderIdentity: string }).holderIdentity),
    reports.map(({ peer }) => peer.id),
  );
});

it('each looks for its own Lease by itself, once it is a member', async () => {
  // The first look of a member that starts again is at once; the next ones are a minute apart.
  const { name, peer } = first;
  await peer.end('SIGTERM');
  const before = cluster.asked.length;
  peer.start();
  await peer.ready();
  await eventuallyTrue('it looks', () =>
    cluster.asked.slice(before).includes(`GET ${LEASES}/peer-${name}`),
  );
  assert.deepEqual((await peer.report()).problems, []);
});

it('nobody asks for the list of Nodes', () => {
  assert.ok(!cluster.asked.includes(`GET ${NODES}`));
});

it('each Node is told that its network is available, once', async () => {
  for (const { name } of all) {
    const condition = await eventually(`the condition of ${name}`, () => {
      const { status } = cluster.objects.get(`${NODES}/${name}`) as {
        status: { conditions?: readonly Record<string, string>[] };
      };
      return status.conditions?.[0];
    });
    const { type, status, reason } = condition;
    assert.deepEqual([type, status, reason], ['NetworkUnavailable', 'False', 'WeftServes']);
  }
});

it('what it was told is kept so that only its owner reads it', () => {
  const { mode } = statSync(join(first.peer.stateDirectory, 'kubernetes.json'));
  assert.equal(mode & 0o777, 0o600);
});

it('a peer that is started again serves without the API server, says so, and stops saying it', async () => {
  const before = await first.peer.report();
  await first.peer.end('SIGKILL');
  cluster.fault = unavailable;
  first.peer.start();
  const report = await first.peer.ready();
  assert.equal(report.peer.id, before.peer.id);
  assert.match(report.problems.join('\n'), /this peer goes by what it knows from before.*503/);
  cluster.fault = () => undefined;
  await eventuallyTrue('it says nothing of it any more', async () => {
    return (await first.peer.report()).problems.length === 0;
  });
});

it('the same when the API server takes connections and says nothing', async () => {
  await first.peer.end('SIGTERM');
  cluster.fault = () => 'hang';
  first.peer.start();
  const report = await first.peer.ready();
  assert.match(report.problems.join('\n'), /no answer within 3000 ms/);
  cluster.fault = () => undefined;
  await first.peer.end('SIGTERM');
});

it('a Secret that was deleted is made again with the same keys, by who remembers them', async () => {
  const path = `${SECRETS}/weft-cluster-key`;
  const { data } = cluster.objects.get(path) ?? {};
  cluster.delete(path);
  first.peer.start();
  await first.peer.ready();
  assert.deepEqual(cluster.objects.get(path)?.['data'], data);
  await eventuallyTrue('all are linked', linked);
});

it('a key that was changed meanwhile is taken over when the API server is back', async () => {
  await first.peer.end('SIGTERM');
  const path = `${SECRETS}/weft-cluster-key`;
  const secret = cluster.objects.get(path) ?? {};
  cluster.fault = unavailable;
  first.peer.start();
  await first.peer.ready();
  cluster.put(path, {
    ...secret,
    data: { keys: Buffer.from('another key of the test\n').toString('base64') },
  });
  cluster.fault = () => undefined;
  await eventuallyTrue('it logs the change', () =>
    first.peer.log().includes('the cluster keys were changed'),
  );
  cluster.put(path, secret);
});

it('a peer that has lost its disk takes its name again without waiting for itself', async () => {
  const before = await first.peer.report();
  await first.peer.end('SIGKILL');
  rmSync(first.peer.stateDirectory, { recursive: true });
  const startedMs = performance.now();
  first.peer.start();
  const after = await first.peer.ready();
  assert.notEqual(after.peer.id, before.peer.id);
  assert.ok(performance.now() - startedMs < FIRST_START_MS);
});

it('a peer whose Lease is gone ends once, and starts again as a new one that says so', async () => {
  const before = await first.peer.report();
  cluster.delete(`${LEASES}/peer-${first.name}`);
  await first.peer.end('SIGTERM');
  first.peer.start();
  assert.deepEqual(await first.peer.ended(), { exitCode: 1, signal: null });
  first.peer.start();
  const after = await first.peer.ready();
  assert.notEqual(after.peer.id, before.peer.id);
  assert.match(after.problems.join('\n'), /was removed from the cluster/);
});

it('the same for one whose Node was deleted and made again under its name', async () => {
  const before = await first.peer.report();
  await first.peer.end('SIGTERM');
  const path = `${NODES}/${first.name}`;
  cluster.put(path, { ...cluster.objects.get(path), metadata: { uid: 'another' } });
  first.peer.start();
  const after = await first.peer.ready();
  assert.notEqual(after.peer.id, before.peer.id);
  assert.match(after.problems.join('\n'), /another machine or Node \(id uid-of-node1\)/);
});
