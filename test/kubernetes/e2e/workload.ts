/**
 * What the tests put on the cluster: pods with a web server each, spread over the nodes, a Service over
 * all of them, and pods that run one command. The servers stay when a test is over, for the next one:
 * starting twelve pods takes longer than most of what is asked of them.
 */
import type { Cluster } from '../cluster/cluster.ts';
import { TOOLS_IMAGE } from '../parts/images.ts';

export { TOOLS_IMAGE };

export const PODS_PER_NODE = 4;
export const NAMESPACE = 'e2e';
export const WEB_PORT = 8080;
export const HOST_PORT = 8081;
/** Image there, address given, probe answered: seconds, on two cores that twelve pods start on. */
const READY_TIMEOUT = '90s';

export interface Pod {
  readonly name: string;
  readonly node: string;
  readonly address: string;
}

type Manifest = Readonly<Record<string, unknown>>;

/** A web server on every node four times, and on each node's own network once. Gives the former. */
export async function deployWeb(cluster: Cluster): Promise<readonly Pod[]> {
  const pods = cluster.nodes.flatMap(({ name }) =>
    Array.from({ length: PODS_PER_NODE }, (_, i) => webPod(`web-${name}-${i}`, name)),
  );
  const onHosts = cluster.nodes.map(({ name }) => hostPod(`host-${name}`, name));
  await apply(cluster, [namespace(), webService()]);
  // A controller makes it a moment later, and no pod is admitted without.
  const account = ['wait', 'serviceaccount/default', '--for=create', '--timeout=30s'];
  await cluster.kubectl(['-n', NAMESPACE, ...account]);
  await apply(cluster, [...pods, ...onHosts]);
  await podsReady(cluster, 'app in (web, host)', READY_TIMEOUT);
  return await listPods(cluster, 'app=web');
}

/** The first of each node's, in the order of the nodes. */
export function onePerNode({ nodes }: Cluster, pods: readonly Pod[]): readonly Pod[] {
  return nodes.map(({ name }) => {
    const pod = pods.find(({ node }) => node === name);
    if (pod === undefined) throw new Error(`there is no pod on ${name}`);
    return pod;
  });
}

/** Waits for all pods of the selector; the timeout is kubectl's, such as `90s`. */
export async function podsReady(
  cluster: Cluster,
  selector: string,
  timeout: string,
): Promise<void> {
  const wait = ['wait', 'pod', '-l', selector, '--for=condition=Ready', `--timeout=${timeout}`];
  await cluster.kubectl(['-n', NAMESPACE, ...wait]);
}

export async function apply(cluster: Cluster, items: readonly Manifest[]): Promise<void> {
  const list = { apiVersion: 'v1', kind: 'List', items };
  await cluster.kubectl(['apply', '-f', '-'], { input: JSON.stringify(list) });
}

/** Those of the selector that have an address. */
export async function listPods(cluster: Cluster, selector: string): Promise<readonly Pod[]> {
  const output = await cluster.kubectl([
    '-n',
    NAMESPACE,
    'get',
    'pods',
    '-l',
    selector,
    '-o',
    String.raw`jsonpath={range .items[*]}{.metadata.name} {.spec.nodeName} {.status.podIP}{"\n"}{end}`,
  ]);
  return output
    .trim()
    .split('\n')
    .map((line) => {
      const [name = '', node = '', address = ''] = line.split(' ');
      return { name, node, address };
    });
}

/** Runs the command once on the node; its output is the pod's log. */
export async function startCommand(
  cluster: Cluster,
  pod: { readonly name: string; readonly node: string },
  command: readonly string[],
): Promise<void> {
  const container = { name: 'command', image: TOOLS_IMAGE, command };
  await apply(cluster, [podManifest(pod, { containers: [container], restartPolicy: 'Never' })]);
}

/** The pod's log, once its command has ended well. Throws if it failed. */
export async function outputOf(
  cluster: Cluster,
  pod: string,
  { withinSeconds }: { readonly withinSeconds: number },
): Promise<string> {
  await cluster.kubectl([
    '-n',
    NAMESPACE,
    'wait',
    'pod',
    pod,
    `--timeout=${withinSeconds}s`,
    '--for=jsonpath={.status.phase}=Succeeded',
  ]);
  return await cluster.kubectl(['-n', NAMESPACE, 'logs', pod]);
}

export async function exec(
  cluster: Cluster,
  pod: string,
  command: readonly string[],
): Promise<string> {
  return await cluster.kubectl(['-n', NAMESPACE, 'exec', pod, '--', ...command]);
}

/** Resolves when they are gone. */
export async function removePods(cluster: Cluster, names: readonly string[]): Promise<void> {
  await cluster.kubectl(['-n', NAMESPACE, 'delete', 'pod', ...names]);
}

export function podManifest(
  {
    name,
    node,
    app = name,
  }: { readonly name: string; readonly node: string; readonly app?: string },
  spec: Manifest,
): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: NAMESPACE, labels: { app } },
    spec: { nodeName: node, terminationGracePeriodSeconds: 0, ...spec },
  };
}

function webPod(name: string, node: string): Manifest {
  return podManifest({ name, node, app: 'web' }, { containers: [webServer(WEB_PORT)] });
}

/** On the node's own network. */
function hostPod(name: string, node: string): Manifest {
  const spec = { hostNetwork: true, containers: [webServer(HOST_PORT)] };
  return podManifest({ name, node, app: 'host' }, spec);
}

function webServer(port: number): Manifest {
  return {
    name: 'web',
    image: TOOLS_IMAGE,
    args: ['netexec', `--http-port=${port}`, '--udp-port=-1'],
    readinessProbe: { httpGet: { path: '/hostname', port }, periodSeconds: 1 },
  };
}

function namespace(): Manifest {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } };
}

function webService(): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: NAMESPACE },
    spec: {
      type: 'NodePort',
      selector: { app: 'web' },
      ports: [{ port: 80, targetPort: WEB_PORT }],
    },
  };
}
