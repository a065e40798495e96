/** Peers that go and come while pods talk: the data plane is the kernel's, and stays. */
import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import { type Cluster, openCluster } from '../cluster/cluster.ts';
import { peerPod, readReport, rolledOut } from './peer.ts';
import { Traffic } from './traffic.ts';
import { deployWeb, onePerNode, type Pod } from './workload.ts';

/** A peer ends and comes back in a few seconds; a rollout restart takes one after the other. */
const ONE_PEER_SECONDS = 10;
const ALL_PEERS_SECONDS = 20;

let cluster: Cluster;
let pods: readonly Pod[];

before(async () => {
  cluster = await openCluster();
  pods = await deployWeb(cluster);
});

async function startTraffic(seconds: number): Promise<Traffic> {
  const [from, to] = onePerNode(cluster, pods) as readonly [Pod, Pod];
  return await Traffic.start(cluster, {
    from: from.node,
    to: to.node,
    target: to.address,
    seconds,
  });
}

async function identities(): Promise<readonly string[]> {
  const reports = cluster.nodes.map(({ name }) => readReport(cluster, name));
  return (await Promise.all(reports)).map(({ peer }) => peer.id);
}

it("nobody notices when a peer's pod is deleted, and its node keeps its identity", async () => {
  const before = await identities();
  const traffic = await startTraffic(ONE_PEER_SECONDS);
  for (const { name } of cluster.nodes.slice(0, 2)) {
    await cluster.kubectl(['-n', 'weft', 'delete', 'pod', await peerPod(cluster, name)]);
  }
  await rolledOut(cluster);
  await traffic.assertUnharmed();
  assert.deepEqual(await identities(), before);
});

it('nobody notices when all peers are replaced', async () => {
  const before = await identities();
  const traffic = await startTraffic(ALL_PEERS_SECONDS);
  await cluster.kubectl(['-n', 'weft', 'rollout', 'restart', 'daemonset/weft']);
  await rolledOut(cluster);
  await traffic.assertUnharmed();
  assert.deepEqual(await identities(), before);
});
