/** Peers that come to a mesh which runs already: one that joins, and one with a name that is taken. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { judgeState } from '#peer/lab/claims.ts';
import { type NodeFacts, readNodeFacts } from '#peer/lab/node-facts.ts';
import { eventuallyTrue } from '#test/support/eventually.ts';
import { readKernelText } from '#test/support/kernel-text.ts';
import { startPing } from '#test/support/ping.ts';
import { LAN_BRIDGE, RealCluster, type RealNode } from '#test/support/real-cluster.ts';

/** A namesake waits 15 s for the other to turn out to be gone; the rest is a start on busy cores. */
const NAMESAKE_ENDS_MS = 25_000;
/** More than a link takes to come up, and than a peer once waited for its first one. */
const CABLE_LATE_MS = 4_000;

const cluster = await RealCluster.start(3);
after(() => cluster[Symbol.asyncDispose]());
const [first, second] = cluster.nodes as [RealNode, RealNode, RealNode];
const alice = await cluster.addPod(first, 'alice');
const address = await alice.attach();

/** The node as the lab looks at its own. */
async function readFacts({ name, address, namespace, peer }: RealNode): Promise<NodeFacts> {
  const { directory, stateDirectory, cniSocket, cniQueue, httpSocket, logFile, pidFile } = peer;
  const files = { directory, stateDirectory, cniSocket, cniQueue, httpSocket, logFile, pidFile };
  const node = { name, namespace: namespace.name, underlay: address, startFile: '', ...files };
  return await readNodeFacts(node, 4);
}

/**
 * What speaks against it that the nodes are one mesh and that their kernels say the same: holdings
 * that don't overlap, one FDB entry for each other peer, one route for each block, no drift.
 */
async function findFaults(nodes: readonly RealNode[]): Promise<readonly string[]> {
  const facts = await Promise.all(nodes.map(readFacts));
  return judgeState({ nodes: facts, pods: [] }).flatMap(({ findings }) => findings);
}

async function assertWhole(nodes: readonly RealNode[]): Promise<void> {
  const isWhole = async () => (await findFaults(nodes)).length === 0;
  const instead = async () => (await findFaults(nodes)).join('\n');
  await eventuallyTrue('the nodes are one mesh', isWhole, { instead });
}

/** Whether the node's port is on the bridge; its own end of the cable is up in any case. */
async function plug({ address }: RealNode, { isPlugged }: { isPlugged: boolean }): Promise<void> {
  const port = `port${address.split('.').at(-1)}`;
  const bridge = isPlugged ? ['master', LAN_BRIDGE] : ['nomaster'];
  await cluster.lan.exec('ip', 'link', 'set', port, ...bridge);
}

/** The second node of a name exits, says who has the name, and leaves its kernel as it was. */
async function assertTurnedAway(
  namesake: RealNode,
  { holder, kernel }: { readonly holder: RealNode; readonly kernel: string },
): Promise<void> {
  const ending = await namesake.peer.ended(NAMESAKE_ENDS_MS);
  assert.deepEqual(ending, { exitCode: 1, signal: null });
  const { id } = (await holder.peer.report()).peer;
  const message = `the name "${holder.name}" is taken by the peer ${id}, which is alive at ${holder.address}: give this peer another name, or stop that one`;
  assert.equal(namesake.peer.lastWords(), message);
  assert.equal(await readKernelText(namesake.namespace), kernel);
}

// At the same time: a namesake mostly waits.
describe('a mesh of three', { concurrency: true }, () => {
  it('takes a fourth node: it holds a part, and every kernel knows it once', async () => {
    const joiner = await cluster.addNode({ name: 'joiner' });
    joiner.peer.start();
    const { holdings } = await joiner.peer.ready();
    assert.ok(holdings.length > 0);
    await assertWhole([...cluster.nodes, joiner]);

    const pod = await cluster.addPod(joiner, 'dora');
    await pod.attach();
    await using pings = startPing(pod.namespace, { address, intervalMs: 5 });
    await pings.answers(20);
  });

  it('goes on when a peer is given a name that is taken, which says so and exits', async () => {
    await using pings = startPing(second.namespace, { address, intervalMs: 50 });
    const namesake = await cluster.addNode({ name: first.name });
    const kernel = await readKernelText(namesake.namespace);
    namesake.peer.start();
    await assertTurnedAway(namesake, { holder: first, kernel });
    await eventuallyTrue('nobody knows it any more', async () => {
      const reports = await Promise.all(cluster.nodes.map(({ peer }) => peer.report()));
      const said = reports.map(({ links, peers, problems }) => ({ links, peers, problems }));
      return !JSON.stringify(said).includes(namesake.address);
    });
    for (const { peer } of cluster.nodes) assert.deepEqual((await peer.report()).problems, []);
    assert.deepEqual((await pings.stop()).wrong, []);
  });

  it('keeps a peer whose name is given to another, even if the network of that one is late', async () => {
    const { id } = (await second.peer.report()).peer;
    const namesake = await cluster.addNode({ name: second.name });
    const kernel = await readKernelText(namesake.namespace);
    await plug(namesake, { isPlugged: false });
    namesake.peer.start();
    // Not to wait for something: that the time passes without a network is what is tested.
    await delay(CABLE_LATE_MS);
    await plug(namesake, { isPlugged: true });
    await assertTurnedAway(namesake, { holder: second, kernel });
    assert.ok(second.peer.isRunning());
    assert.equal((await second.peer.report()).peer.id, id);
  });
});

describe('two new nodes of one name that start together', () => {
  it('one becomes a member, and the other says that the name is taken and exits', async () => {
    const twins = [
      await cluster.addNode({ name: 'twin' }),
      await cluster.addNode({ name: 'twin' }),
    ];
    const kernels = await Promise.all(twins.map(({ namespace }) => readKernelText(namespace)));
    for (const { peer } of twins) peer.start();
    const isOver = () => twins.some(({ peer }) => !peer.isRunning());
    await eventuallyTrue('one of them ends', isOver, { withinMs: NAMESAKE_ENDS_MS });
    const ended = twins.findIndex(({ peer }) => !peer.isRunning());
    const [loser, holder, kernel] = [twins[ended], twins[1 - ended], kernels[ended]];
    assert.ok(loser !== undefined && holder !== undefined && kernel !== undefined);
    await holder.peer.ready();
    await assertTurnedAway(loser, { holder, kernel });
  });
});
