/** The peers in the cluster's DaemonSet: what they say of themselves, and their pods. */
import type { Report } from '#peer/http/report.ts';
import type { Cluster } from '../cluster/cluster.ts';

const STATUS_URL = 'http://127.0.0.1:6784';

/** Asks on the node itself: that works without the API server. */
export async function readReport(cluster: Cluster, node: string): Promise<Report> {
  return JSON.parse(
    await cluster.insideNode(node, ['curl', '-sSm', '5', `${STATUS_URL}/report`]),
  ) as Report;
}

export async function readStatus(cluster: Cluster, node: string): Promise<string> {
  return await cluster.insideNode(node, ['curl', '-sSm', '5', `${STATUS_URL}/status`]);
}

/** The name of the node's peer's pod. */
export async function peerPod(cluster: Cluster, node: string): Promise<string> {
  return await cluster.kubectl([
    '-n',
    'weft',
    'get',
    'pods',
    '-l',
    'app.kubernetes.io/name=weft',
    `--field-selector=spec.nodeName=${node}`,
    '-o',
    'jsonpath={.items[0].metadata.name}',
  ]);
}

/** Resolves when every node's peer is of the newest template and ready. */
export async function rolledOut(cluster: Cluster): Promise<void> {
  await cluster.kubectl(['-n', 'weft', 'rollout', 'status', 'daemonset/weft', '--timeout=120s']);
}
