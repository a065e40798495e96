/** What operators get wrong: the peer says what and where, waits, and leaves the data plane alone. */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { eventuallyTrue } from '#test/support/eventually.ts';
import { type Cluster, openCluster } from '../cluster/cluster.ts';
import { peerPod, readReport, readStatus } from './peer.ts';
import { deployWeb, exec, onePerNode, type Pod, WEB_PORT } from './workload.ts';

/** The kubelet brings a changed ConfigMap into a pod within its sync period and the life of its cache. */
const CONFIG_MAP_MS = 120_000;

let cluster: Cluster;
let pods: readonly Pod[];
let knobs: string;

before(async () => {
  cluster = await openCluster();
  pods = await deployWeb(cluster);
  knobs = await cluster.kubectl([
    '-n',
    'weft',
    'get',
    'configmap',
    'weft',
    '-o',
    'jsonpath={.data}',
  ]);
});

after(async () => {
  await setKnobs(JSON.parse(knobs) as Knobs);
});

type Knobs = Readonly<Record<string, string>>;

async function setKnobs(data: Knobs): Promise<void> {
  const patch = JSON.stringify([{ op: 'replace', path: '/data', value: data }]);
  await cluster.kubectl(['-n', 'weft', 'patch', 'configmap', 'weft', '--type=json', '-p', patch]);
}

async function isReady(node: string): Promise<boolean> {
  const report = await readReport(cluster, node).catch(() => undefined);
  return report?.peer.state === 'ready';
}

/** Waits until the status says what matches; the pods of the node must be served all the while. */
async function assertTold(change: Knobs, expected: RegExp): Promise<void> {
  const [pod, other] = onePerNode(cluster, pods) as readonly [Pod, Pod];
  await setKnobs({ ...(JSON.parse(knobs) as Knobs), ...change });
  await eventuallyTrue(
    `the status of ${pod.node} says ${expected.source}`,
    async () => expected.test(await readStatus(cluster, pod.node).catch(() => '')),
    { withinMs: CONFIG_MAP_MS, instead: () => readStatus(cluster, pod.node) },
  );
  const name = await peerPod(cluster, pod.node);
  assert.match(await readMessages(name), expected);
  const url = `http://${other.address}:${WEB_PORT}/hostname`;
  assert.equal(await exec(cluster, pod.name, ['curl', '-gsSm', '5', url]), other.name);
}

/** What the peer logged, a message a line. */
async function readMessages(pod: string): Promise<string> {
  const log = await cluster.kubectl(['-n', 'weft', 'logs', pod]);
  const lines = log.trim().split('\n');
  return lines.map((line) => (JSON.parse(line) as { msg: string }).msg).join('\n');
}

async function restartsOf(pod: string): Promise<string> {
  const path = 'jsonpath={.status.containerStatuses[0].restartCount}';
  return await cluster.kubectl(['-n', 'weft', 'get', 'pod', pod, '-o', path]);
}

it('a wrong ConfigMap is told by key and value, waited for, and costs no pod its network', async () => {
  const { node } = pods[0] as Pod;
  await setKnobs({ ...(JSON.parse(knobs) as Knobs), univers: '10.32.0.0/12' });
  await cluster.kubectl(['-n', 'weft', 'delete', 'pod', await peerPod(cluster, node)]);
  await assertTold({ univers: '10.32.0.0/12' }, /"univers".*universe/);
  await assertTold({ universe: '10.96.0.0/12' }, /10\.96\.0\.0\/12.*10\.96\.0\.0\/16/);
  await assertTold({ universe: '192.168.0.0/16' }, /192\.168\.0\.0\/16.*192\.168\.77\./);
  await setKnobs(JSON.parse(knobs) as Knobs);
  await eventuallyTrue(`${node} serves again`, () => isReady(node), {
    withinMs: CONFIG_MAP_MS,
    instead: () => readStatus(cluster, node),
  });
  assert.equal(await restartsOf(await peerPod(cluster, node)), '0');
});
