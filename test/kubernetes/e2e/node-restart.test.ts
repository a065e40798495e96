/** A node whose power was cut: it is the same peer afterwards, and its pods are served again. */
import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import type { Report } from '#peer/http/report.ts';
import { eventually, eventuallyTrue } from '#test/support/eventually.ts';
import { type Cluster, openCluster } from '../cluster/cluster.ts';
import { readReport, rolledOut } from './peer.ts';
import { deployWeb, exec, listPods, onePerNode, type Pod, WEB_PORT } from './workload.ts';

/** containerd, kubelet, the peer, then four pods, on two cores. */
const RESTART = { withinMs: 90_000 };

let cluster: Cluster;

before(async () => {
  cluster = await openCluster();
});

it('a node that was switched off and on keeps its identity and holding, and its pods are reachable', async () => {
  const [first, , third] = onePerNode(cluster, await deployWeb(cluster)) as readonly [
    Pod,
    Pod,
    Pod,
  ];
  const before = await readReport(cluster, third.node);
  await cluster.stopNode(third.node);
  await cluster.startNode(third.node);
  // Not what the API server says: it has not even noticed that the node was gone.
  const after = await eventually('its peer serves', () => readyReport(third.node), RESTART);
  assert.equal(after.peer.id, before.peer.id);
  assert.deepEqual(rangesOf(after), rangesOf(before));
  assert.notEqual(after.peer.epoch, before.peer.epoch);
  await eventuallyTrue('its pods are reachable', () => servesPods(first, third.node), RESTART);
  await rolledOut(cluster);
});

async function readyReport(node: string): Promise<Report | undefined> {
  const report = await readReport(cluster, node).catch(() => undefined);
  return report?.peer.state === 'ready' ? report : undefined;
}

/** Whether each pod of the node that the API server knows answers under the address that it has now. */
async function servesPods(from: Pod, node: string): Promise<boolean> {
  const pods = (await listPods(cluster, 'app=web')).filter((pod) => pod.node === node);
  const answers = await Promise.all(
    pods.map(({ address }) => {
      const url = `http://${address}:${WEB_PORT}/hostname`;
      return exec(cluster, from.name, ['curl', '-gsSm', '2', url]).catch(() => '');
    }),
  );
  return pods.length > 0 && pods.every(({ name }, i) => answers[i] === name);
}

function rangesOf({ holdings }: Report): readonly string[] {
  return holdings.map(({ cidr }) => cidr);
}
