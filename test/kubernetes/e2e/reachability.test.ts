/** Twelve pods on three nodes: who reaches whom, by which name, and what the other side sees. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { type Cluster, openCluster } from '../cluster/cluster.ts';
import { readReport } from './peer.ts';
import { eventuallyTrue } from '#test/support/eventually.ts';
import {
  apply,
  deployWeb,
  exec,
  HOST_PORT,
  NAMESPACE,
  type Pod,
  PODS_PER_NODE,
  podManifest,
  removePods,
  TOOLS_IMAGE,
  WEB_PORT,
} from './workload.ts';

/** The chance that one of twelve is never chosen is 12 × (11/12)^200: one in three million. */
const SERVICE_CALLS = 200;

let cluster: Cluster;
let pods: readonly Pod[];

before(async () => {
  cluster = await openCluster();
  pods = await deployWeb(cluster);
});

/** What each address answers to one pod, in the order of the addresses; empty for no answer. */
async function fetchFrom(pod: Pod, urls: readonly string[]): Promise<readonly string[]> {
  const script = 'for url; do curl -gsSm 5 "$url" 2>/dev/null; echo; done';
  const output = await exec(cluster, pod.name, ['sh', '-c', script, 'sh', ...urls]);
  return output.split('\n').slice(0, urls.length);
}

async function fromEachPod(
  urls: readonly string[],
  check: (answers: readonly string[], from: Pod) => void,
): Promise<void> {
  assert.equal(pods.length, PODS_PER_NODE * cluster.nodes.length);
  for (const pod of pods) check(await fetchFrom(pod, urls), pod);
}

/** Without a port, and without the prefix of an IPv4 address in IPv6. */
function hostOf(clientAddress: string): string {
  return clientAddress.replace(/:\d+$/, '').replace('::ffff:', '');
}

describe('a pod', () => {
  it('reaches each pod, which sees its own address', async () => {
    const urls = pods.flatMap(({ address }) => [
      `http://${address}:${WEB_PORT}/hostname`,
      `http://${address}:${WEB_PORT}/clientip`,
    ]);
    await fromEachPod(urls, (answers, from) => {
      for (const [i, to] of pods.entries()) {
        assert.equal(answers[2 * i], to.name);
        assert.equal(hostOf(answers[2 * i + 1] ?? ''), from.address, `${from.name} to ${to.name}`);
      }
    });
  });

  it('reaches every node', async () => {
    const urls = cluster.nodes.map(({ address }) => `http://${address}:${HOST_PORT}/hostname`);
    const names = cluster.nodes.map(({ name }) => name);
    await fromEachPod(urls, (answers) => assert.deepEqual(answers, names));
  });

  it('reaches all pods of a Service by its name', async () => {
    const url = `http://web.${NAMESPACE}.svc.cluster.local/hostname`;
    const answers = await fetchFrom(
      pods[0] as Pod,
      Array.from({ length: SERVICE_CALLS }, () => url),
    );
    assert.deepEqual([...new Set(answers)].sort(), pods.map(({ name }) => name).sort());
  });

  it('finds a Service by its short name, and hears of a name that is not there', async () => {
    await fromEachPod(['http://web/hostname'], ([answer], { name }) => {
      assert.ok(
        pods.some((pod) => pod.name === answer),
        `${name} got "${answer}"`,
      );
    });
    const answer = exec(cluster, (pods[0] as Pod).name, ['curl', '-sS', 'http://nobody/']);
    await assert.rejects(answer, /Could not resolve host/);
  });

  it('reaches the API server through its Service, which proves who it is', async () => {
    const ca = '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt';
    for (const { name } of pods) {
      const url = 'https://kubernetes.default.svc.cluster.local/healthz';
      assert.equal(await exec(cluster, name, ['curl', '-sSm', '5', '--cacert', ca, url]), 'ok');
    }
  });

  it('reaches a host outside the cluster, which sees the address of the node', async () => {
    const { address, farAddress, port } = cluster.world;
    const urls = [address, farAddress].map((host) => `http://${host}:${port}/clientip`);
    await fromEachPod(urls, (answers, from) => {
      const node = cluster.nodes.find(({ name }) => name === from.node);
      for (const answer of answers) assert.equal(hostOf(answer), node?.address, from.name);
    });
  });

  it('is read and entered through the API server, and probed by its kubelet', async () => {
    const [pod] = pods as readonly [Pod];
    assert.equal((await exec(cluster, pod.name, ['hostname'])).trim(), pod.name);
    const log = await cluster.kubectl(['-n', NAMESPACE, 'logs', pod.name]);
    assert.match(log, /HTTP server/i);
    const failing = {
      name: 'web',
      image: TOOLS_IMAGE,
      args: ['pause'],
      readinessProbe: { httpGet: { path: '/', port: 9 }, periodSeconds: 1 },
    };
    const at = { name: 'never-ready', node: pod.node };
    await apply(cluster, [podManifest(at, { containers: [failing] })]);
    const events = ['-n', NAMESPACE, 'get', 'events', '-o', 'name', '--field-selector'];
    await eventuallyTrue('the kubelet tells of the probe', async () => {
      const filter = 'involvedObject.name=never-ready,reason=Unhealthy';
      return (await cluster.kubectl([...events, filter])) !== '';
    });
    await removePods(cluster, [at.name]);
  });
});

describe('a node', () => {
  it('reaches each pod under its own address, and is seen with one of its own', async () => {
    for (const node of cluster.nodes) {
      const overlay = (await readReport(cluster, node.name)).peers
        .filter(({ self }) => self)
        .flatMap(({ vtep }) => vtep.overlay);
      for (const { address, name } of pods) {
        const url = `http://${address}:${WEB_PORT}/clientip`;
        const answer = await cluster.insideNode(node.name, ['curl', '-gsSm', '5', url]);
        assert.ok(overlay.includes(hostOf(answer)), `${node.name} to ${name} came as ${answer}`);
      }
    }
  });

  it('passes what comes to a NodePort on to the Service, from outside too', async () => {
    const port = await cluster.kubectl([
      '-n',
      NAMESPACE,
      'get',
      'service',
      'web',
      '-o',
      'jsonpath={.spec.ports[0].nodePort}',
    ]);
    for (const { address } of cluster.nodes) {
      const url = `http://${address}:${port}/hostname`;
      const answer = await cluster.insideWorld(['curl', '-gsSm', '5', url]);
      assert.ok(
        pods.some(({ name }) => name === answer),
        `${url} answered "${answer}"`,
      );
    }
  });

  it('has the network marked as available', async () => {
    const filter = String.raw`{range .items[*]}{.status.conditions[?(@.type=="NetworkUnavailable")].status} {end}`;
    const statuses = await cluster.kubectl(['get', 'nodes', '-o', `jsonpath=${filter}`]);
    assert.deepEqual(
      statuses.trim().split(' '),
      cluster.nodes.map(() => 'False'),
    );
  });
});

it("a deleted pod's address is free again", async () => {
  const pod = pods.at(-1) as Pod;
  const held = async () =>
    (await readReport(cluster, pod.node)).attachments.map(addressesOf).flat();
  assert.ok((await held()).includes(pod.address));
  await cluster.kubectl(['-n', NAMESPACE, 'delete', 'pod', pod.name]);
  await eventuallyTrue(
    'the address is given back',
    async () => !(await held()).includes(pod.address),
  );
});

function addressesOf({ addresses }: { readonly addresses: readonly string[] }): readonly string[] {
  return addresses;
}
