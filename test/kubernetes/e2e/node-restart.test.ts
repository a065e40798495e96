/** A node whose power was cut: it is the same peer afterwards, and its pods are served again. */
import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import { type Cluster, openCluster } from '../cluster/cluster.ts';
import { readReport, rolledOut } from './peer.ts';
import { deployWeb, exec, onePerNode, type Pod, WEB_PORT } from './workload.ts';

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
  await cluster.kubectl(['wait', 'node', third.node, '--for=condition=Ready', '--timeout=90s']);
  await rolledOut(cluster);
  const restarted = await deployWeb(cluster);
  const after = await readReport(cluster, third.node);
  assert.equal(after.peer.id, before.peer.id);
  assert.deepEqual(rangesOf(after), rangesOf(before));
  assert.notEqual(after.peer.epoch, before.peer.epoch);
  for (const { name, address } of restarted.filter(({ node }) => node === third.node)) {
    const url = `http://${address}:${WEB_PORT}/hostname`;
    assert.equal(await exec(cluster, first.name, ['curl', '-gsSm', '5', url]), name);
  }
});

function rangesOf({ holdings }: Awaited<ReturnType<typeof readReport>>): readonly string[] {
  return holdings.map(({ cidr }) => cidr);
}
