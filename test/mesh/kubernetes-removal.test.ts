/** Nodes that are deleted from a Kubernetes cluster, and an API server whose history went back. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, it } from 'node:test';
import type { Report } from '#peer/http/report.ts';
import { eventually, eventuallyTrue } from '#test/support/eventually.ts';
import { LEASES, NODES } from '#test/support/fake-cluster.ts';
import { type FakeNode, FakeNodes } from '#test/support/fake-nodes.ts';

/** Of issue 6: within a minute when the others are up. */
const REMOVED_MS = 60_000;
/** Who looks at the list does so each 15 s, and a fifth more. */
const WATCHED_MS = 40_000;

const nodes = await FakeNodes.create();
after(() => nodes[Symbol.asyncDispose]());
const { cluster } = nodes;
const all = [await nodes.add(), await nodes.add(), await nodes.add(), await nodes.add()];
const [first, second, dead, living] = all as [FakeNode, FakeNode, FakeNode, FakeNode];
const before = cluster.backup();

/** The garbage collector takes the Lease with its owner. */
function deleteNode({ name }: FakeNode): void {
  cluster.delete(`${NODES}/${name}`);
  cluster.delete(`${LEASES}/peer-${name}`);
}

function holdersIn({ ownership }: Report): readonly string[] {
  return (ownership?.ranges ?? []).flatMap(({ holders }) => holders.map(({ peer }) => peer));
}

/** Whether all of the universe is held by members that are up, and nothing of it by `gone`. */
function isReclaimed(report: Report, gone: readonly string[]): boolean {
  const ranges = report.ownership?.ranges ?? [];
  const holders = holdersIn(report);
  return (
    ranges.length > 0 &&
    ranges.every(({ addresses, totals }) => totals.held === addresses) &&
    gone.every((peer) => !holders.includes(peer))
  );
}

it("what deleted nodes held is the others' within a minute, and a peer that still ran there ends", async () => {
  for (const { peer } of all) peer.start();
  const reports = await Promise.all(all.map(({ peer }) => peer.ready()));
  await eventuallyTrue('all are linked', async () => {
    const now = await Promise.all(all.map(({ peer }) => peer.report()));
    return now.every(({ links }) => links.length === all.length - 1);
  });
  const gone = [2, 3].map((n) => reports[n]?.peer.id ?? '');
  await dead.peer.end('SIGKILL');
  const startedMs = performance.now();
  deleteNode(dead);
  deleteNode(living);

  const ending = await living.peer.ended(REMOVED_MS);
  assert.deepEqual(ending, { exitCode: 1, signal: null });
  assert.match(living.peer.log(), /"level":60.*removed from the cluster/);
  const rest = [first, second];
  const areReclaimed = async () => {
    const now = await Promise.all(rest.map(({ peer }) => peer.report()));
    return now.every((report) => isReclaimed(report, gone));
  };
  const instead = async () => JSON.stringify((await first.peer.report()).ownership, undefined, 1);
  await eventuallyTrue('what they held is held', areReclaimed, {
    withinMs: REMOVED_MS - (performance.now() - startedMs),
    instead,
  });
  for (const [n, { peer }] of rest.entries()) {
    assert.equal((await peer.report()).peer.epoch, reports[n]?.peer.epoch);
  }
});

it('nodes that come back under their names, with the old disk and without, are new peers, and all is accounted for', async () => {
  const before = await Promise.all([first, second].map(({ peer }) => peer.report()));
  const known = new Set(before.flatMap((report) => report.peers.map(({ id }) => id)));
  rmSync(living.peer.stateDirectory, { recursive: true });
  for (const { name, address, peer } of [dead, living]) {
    cluster.put(`${NODES}/${name}`, {
      metadata: { uid: `the second ${name}` },
      status: { addresses: [{ type: 'InternalIP', address }] },
    });
    peer.start();
  }
  const back = await Promise.all([dead, living].map(({ peer }) => peer.ready()));
  assert.match(back[0]?.problems.join() ?? '', /it was written on another machine or Node/);
  for (const { peer } of back) assert.ok(!known.has(peer.id));
  const ids = [...before, ...back].map(({ peer }) => peer.id).sort();
  await eventuallyTrue('all hold a part, and nobody else does', async () => {
    const reports = await Promise.all(all.map(({ peer }) => peer.report()));
    return reports.every((report) => {
      return isReclaimed(report, []) && holdersIn(report).toSorted().join() === ids.join();
    });
  });
});

it('a node that comes back while what it held is being taken back finds it in one place', async () => {
  const gone = (await dead.peer.report()).peer.id;
  await dead.peer.end('SIGKILL');
  deleteNode(dead);
  // The others have not heard of it yet, or have just begun to ask each other.
  cluster.put(`${NODES}/${dead.name}`, {
    metadata: { uid: `the third ${dead.name}` },
    status: { addresses: [{ type: 'InternalIP', address: dead.address }] },
  });
  dead.peer.start();
  await dead.peer.ready();
  const areReclaimed = async () => {
    const reports = await Promise.all(all.map(({ peer }) => peer.report()));
    return reports.every((report) => isReclaimed(report, [gone]));
  };
  await eventuallyTrue('what it held is held', areReclaimed, { withinMs: REMOVED_MS });
});

it('a list from before is told in the status, and nobody is removed by it', async () => {
  const known = await first.peer.report();
  // Of a cluster without any peers.
  cluster.restore(before);
  const told =
    /the arbiter .*the API server's history went back: it is at (mark \d+, and lacks the mark \d+-[0-9a-f]{16} |revision \d+ and was at \d+)/;
  const problem = await eventually(
    'one of them looks',
    async () => {
      const reports = await Promise.all([first, second].map(({ peer }) => peer.report()));
      return reports.flatMap(({ problems }) => problems).find((text) => told.test(text));
    },
    { withinMs: WATCHED_MS },
  );
  assert.match(problem, /nothing is decided by it/);
  const after = await first.peer.report();
  assert.deepEqual(holdersIn(after), holdersIn(known));
  assert.ok(first.peer.isRunning() && second.peer.isRunning());
  assert.equal(after.peers.length, 4);
});
