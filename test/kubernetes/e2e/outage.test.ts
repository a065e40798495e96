/** A minute without the API server: what runs goes on, and what starts meanwhile is served. */
import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type Cluster, openCluster, type StaticPod } from '../cluster/cluster.ts';
import { readReport, readStatus, rolledOut } from './peer.ts';
import { Traffic } from './traffic.ts';
import { eventually, eventuallyTrue } from '#test/support/eventually.ts';
import {
  deployWeb,
  NAMESPACE,
  onePerNode,
  podsReady,
  type Pod,
  TOOLS_IMAGE,
  WEB_PORT,
} from './workload.ts';

const OUTAGE_MS = 60_000;
/** The outage, and the tests' own work before and after it. */
const TRAFFIC_SECONDS = 80;
/** A kubelet looks at its manifests every 20 s, and a container that was killed comes back with backoff. */
const KUBELET_MS = 45_000;
/** Kubelets and controllers take up to 90 s to take everything for Ready again; peers have nothing to do with it. */
const RECOVERY_TIMEOUT = '180s';
/** Who has asked the arbiter in vain does so again within two minutes. */
const ASKED_AGAIN_MS = 150_000;
const STATIC_POD = 'static-web';

let cluster: Cluster;
let pods: readonly Pod[];

before(async () => {
  cluster = await openCluster();
  pods = await deployWeb(cluster);
});

/** The address of the static pod's attachment, from the peer: there is nobody else to ask. */
async function staticPodAddress(node: string): Promise<string | undefined> {
  const { attachments } = await readReport(cluster, node);
  return attachments.find(({ podName }) => podName === `${NAMESPACE}/${STATIC_POD}-${node}`)
    ?.addresses[0];
}

async function reaches(node: string, address: string): Promise<boolean> {
  const url = `http://${address}:${WEB_PORT}/hostname`;
  const curl = ['curl', '-gsSm', '5', '-o', '/dev/null', url];
  return await cluster.insideNode(node, curl).then(
    () => true,
    () => false,
  );
}

it('without the API server traffic goes on, a static pod is attached, a killed peer comes back', async () => {
  const [first, second, third] = onePerNode(cluster, pods) as readonly [Pod, Pod, Pod];
  const traffic = await Traffic.start(cluster, {
    from: first.node,
    to: second.node,
    target: second.address,
    seconds: TRAFFIC_SECONDS,
  });
  const before = await readReport(cluster, third.node);
  await cluster.stopApiServer();
  const stoppedMs = performance.now();
  try {
    await cluster.addStaticPod(third.node, staticPod());
    const wait = { withinMs: KUBELET_MS, instead: () => readStatus(cluster, third.node) };
    const address = await eventually(
      'the static pod has an address',
      () => staticPodAddress(third.node),
      wait,
    );
    await eventuallyTrue('it is reachable', () => reaches(first.node, address));

    await cluster.killContainerProcess(third.node, 'weft', 'peer');
    await eventuallyTrue(
      'the killed peer serves again',
      async () => {
        const report = await readReport(cluster, third.node).catch(() => undefined);
        return report?.peer.state === 'ready' && report.peer.epoch !== before.peer.epoch;
      },
      wait,
    );
    assert.equal((await readReport(cluster, third.node)).peer.id, before.peer.id);
    assert.ok(await reaches(first.node, address));
    await delay(Math.max(0, OUTAGE_MS - (performance.now() - stoppedMs)));
  } finally {
    await cluster.startApiServer();
  }
  await rolledOut(cluster);
  await traffic.assertUnharmed();
  await podsReady(cluster, 'app', RECOVERY_TIMEOUT);
  const nodes = ['node', '--all', '--for=condition=Ready', `--timeout=${RECOVERY_TIMEOUT}`];
  await cluster.kubectl(['wait', ...nodes]);
  for (const { node } of pods) {
    const problems = async () => (await readReport(cluster, node)).problems;
    await eventuallyTrue(
      `the peer of ${node} has no problems`,
      async () => (await problems()).length === 0,
      { withinMs: ASKED_AGAIN_MS, instead: async () => (await problems()).join('\n') },
    );
  }
  await cluster.removeStaticPod(third.node, STATIC_POD);
});

function staticPod(): StaticPod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: STATIC_POD, namespace: NAMESPACE },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: 'web',
          image: TOOLS_IMAGE,
          args: ['netexec', `--http-port=${WEB_PORT}`, '--udp-port=-1'],
        },
      ],
    },
  };
}
