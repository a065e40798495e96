/**
 * Peers that are removed by `weft rmpeer`, in a mesh of five with the seeds' arbiter: how the others
 * hear of it, that what a dead one held comes back to them, and what a living one does.
 */
import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import type { OwnershipReport, Report } from '#peer/http/report.ts';
import { eventually, eventuallyTrue } from '#test/support/eventually.ts';
import { startPing } from '#test/support/ping.ts';
import { RealCluster, type RealNode } from '#test/support/real-cluster.ts';
import { rmpeer } from '#test/support/rmpeer.ts';

/** Who looks at the list by itself does so each 15 s, and a fifth more. */
const RECLAIMED_MS = 60_000;

const cluster = await RealCluster.create(5, { 'log-level': 'debug' });
after(() => cluster[Symbol.asyncDispose]());
await cluster.startPeers();
await cluster.linked();
const [first, second, third, fourth, fifth] = cluster.nodes as [
  RealNode,
  RealNode,
  RealNode,
  RealNode,
  RealNode,
];
const [alice, bob] = [await cluster.addPod(first, 'alice'), await cluster.addPod(second, 'bob')];
const addresses = { alice: await alice.attach(), bob: await bob.attach() };

function reportsOf(nodes: readonly RealNode[]): Promise<readonly Report[]> {
  return Promise.all(nodes.map(({ peer }) => peer.report()));
}

/** What is not held by members that are up, of all ranges: nothing when all is well. */
function astray({ ownership }: Report): readonly string[] {
  return (ownership?.ranges ?? []).flatMap(({ range, addresses, totals }) => {
    const sum = Object.values(totals).reduce((total, count) => total + BigInt(count), 0n);
    assert.equal(String(sum), addresses, `the accounts of ${range} don't sum up`);
    return totals.held === addresses ? [] : [`${range}: ${JSON.stringify(totals)}`];
  });
}

function holdersOf({ ownership }: Report): readonly string[] {
  const ranges: OwnershipReport['ranges'] = ownership?.ranges ?? [];
  return [...new Set(ranges.flatMap(({ holders }) => holders.map(({ peer }) => peer)))].sort();
}

/** Every one of the nodes counts all of the universe as held by members, and none as `gone`'s. */
async function reclaimed(nodes: readonly RealNode[], gone: string): Promise<void> {
  const isReclaimed = async () => {
    const reports = await reportsOf(nodes);
    return reports.every((report) => {
      const isKnown = report.ownership !== undefined && astray(report).length === 0;
      return isKnown && !holdersOf(report).includes(gone);
    });
  };
  const instead = async () => {
    const reports = await reportsOf(nodes);
    return reports
      .map((report) => `${report.peer.name}: ${JSON.stringify(report.ownership, undefined, 1)}`)
      .join('\n');
  };
  await eventuallyTrue('all of the universe is held', isReclaimed, {
    withinMs: RECLAIMED_MS,
    instead,
  });
}

function linesOf({ peer }: RealNode, message: string): number {
  return peer.log().split(`"msg":"${message}"`).length - 1;
}

it('who is not known to be down, or not known at all, is not removed', async () => {
  const alive = await rmpeer(first.peer, fifth.name);
  assert.equal(alive.exitCode, 1);
  assert.match(alive.printed, /is not known to be down: stop it first/);
  const unknown = await rmpeer(first.peer, 'node55');
  assert.equal(unknown.exitCode, 1);
  assert.match(unknown.printed, /no member is named "node55": did you mean .*node5/);
});

it('what a dead peer held comes back to the others, and none of them is started again', async () => {
  const nodes = [first, second, third, fourth];
  const before = await reportsOf(nodes);
  const { id } = (await fifth.peer.report()).peer;
  await using pings = startPing(alice.namespace, { address: addresses.bob, intervalMs: 20 });
  await fifth.peer.end('SIGKILL');
  await eventually('it is down for the first', async () => {
    const { peers } = await first.peer.report();
    return peers.find((peer) => peer.id === id)?.reachable === false ? true : undefined;
  });

  const { exitCode, printed } = await rmpeer(first.peer, fifth.name);
  assert.equal(exitCode, 0, printed);
  await reclaimed(nodes, id);

  const reports = await reportsOf(nodes);
  for (const [i, { peer, peers }] of reports.entries()) {
    assert.deepEqual([peer.id, peer.epoch], [before[i]?.peer.id, before[i]?.peer.epoch]);
    assert.ok(!peers.some((other) => other.id === id), `${peer.name} still counts it`);
  }
  assert.deepEqual((await pings.stop()).wrong, []);
});

it('a living peer that is removed ends, and comes back as a new one with its pods', async () => {
  const carol = await cluster.addPod(fourth, 'carol');
  const address = await carol.attach();
  const { id } = (await fourth.peer.report()).peer;
  const { exitCode, printed } = await rmpeer(first.peer, fourth.name, '--even-if-alive');
  assert.equal(exitCode, 0, printed);
  assert.deepEqual(await fourth.peer.ended(), { exitCode: 1, signal: null });
  assert.match(fourth.peer.log(), /"level":60.*removed from the cluster/);

  fourth.peer.start();
  const { peer, attachments } = await fourth.peer.ready();
  assert.notEqual(peer.id, id);
  assert.deepEqual(
    attachments.map((one) => [one.containerId, one.addresses]),
    [['carol', [address]]],
  );
  await reclaimed([first, second, third, fourth], id);
});

it('of the lists that were adopted some came from other peers, for which two had signed', () => {
  const told = cluster.nodes.map((node) => linesOf(node, 'a peer told its list of members'));
  const sum = told.reduce((total, count) => total + count, 0);
  assert.ok(sum > 0, `told by peers: ${told.join()}`);
});
