/** The removal as INSTALL.md has it, and an installation on nodes that had Weft before. */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { type Cluster, openCluster } from './cluster/cluster.ts';

const WEFT = ['-f', 'manifests/weft.yaml'] as const;
const REMOVAL = ['-f', 'manifests/remove.yaml'] as const;
/** What a node is asked for: each prints something only as long as there is something. */
const LEFTOVERS: readonly (readonly string[])[] = [
  ['sh', '-c', 'ip -o link show dev weft0 2>/dev/null || true'],
  ['sh', '-c', 'ip route show | grep weft || true'],
  ['sh', '-c', 'nft list table inet weft 2>/dev/null || true'],
  ['sh', '-c', 'ls -d /etc/cni/net.d/*weft* /opt/cni/bin/weft 2>/dev/null || true'],
  ['sh', '-c', 'ls -A /var/lib/weft /var/lib/cni/weft 2>/dev/null | grep -v ":$" || true'],
];

let cluster: Cluster;

before(async () => {
  cluster = await openCluster();
});

// Somebody may want to look at the cluster: pods that lost their network are made anew.
after(async () => {
  await install();
  const attached = ['--all-namespaces', '--field-selector=spec.hostNetwork=false'];
  await cluster.kubectl(['delete', 'pod', ...attached, '--wait=false']);
});

it('takes from every node what Weft has left there, and Weft can be installed again', async () => {
  await install();
  assert.notDeepEqual(await findLeftovers(), []);
  await remove();
  assert.deepEqual(await findLeftovers(), []);
  await cluster.kubectl(['delete', ...REMOVAL]);
  await cluster.kubectl(['delete', ...WEFT, '--ignore-not-found']);
  await install();
});

async function install(): Promise<void> {
  await cluster.kubectl(['apply', ...WEFT]);
  await cluster.kubectl(['-n', 'weft', 'rollout', 'status', 'daemonset/weft', '--timeout=60s']);
  await cluster.kubectl(['wait', '--for=condition=Ready', 'node', '--all', '--timeout=60s']);
}

async function remove(): Promise<void> {
  await cluster.kubectl(['-n', 'weft', 'delete', 'daemonset', 'weft', '--cascade=foreground']);
  await cluster.kubectl(['apply', ...REMOVAL]);
  const done = ['rollout', 'status', 'daemonset/weft-remove', '--timeout=60s'];
  await cluster.kubectl(['-n', 'weft', ...done]);
}

/** A line for each node and thing. */
async function findLeftovers(): Promise<readonly string[]> {
  const questions = cluster.nodes.flatMap(({ name }) =>
    LEFTOVERS.map(async (command) => {
      const found = (await cluster.insideNode(name, command)).trim();
      return found === '' ? [] : [`${name}: ${found}`];
    }),
  );
  return (await Promise.all(questions)).flat();
}
