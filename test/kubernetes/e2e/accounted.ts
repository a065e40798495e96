/** Whether every address of the cluster is accounted for: by its peers, and by the pods that the API server knows. */
import type { Report } from '#peer/http/report.ts';
import { findAccountFaults, holdersIn } from '#test/support/accounts.ts';
import { eventually, eventuallyTrue } from '#test/support/eventually.ts';
import { findOwnershipFaults } from '#test/support/ownership.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { readReport } from './peer.ts';

export interface Expected {
  /** Nodes that are up: each one's peer is asked. */
  readonly nodes: readonly string[];
  /** Ids of peers of which nothing may be left. */
  readonly gone: readonly string[];
  readonly withinMs: number;
}

interface PodObject {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: { readonly nodeName?: string; readonly hostNetwork?: boolean };
  readonly status: { readonly phase: string; readonly podIP?: string };
}

/** Waits until all of these peers count each address as held, once; their reports. Fails with what is wrong. */
export async function accountedFor(
  cluster: Cluster,
  { nodes, gone, withinMs }: Expected,
): Promise<readonly Report[]> {
  let faults: readonly string[] = [];
  const probe = async (): Promise<readonly Report[] | undefined> => {
    const reports = await Promise.all(nodes.map((node) => readReport(cluster, node)));
    faults = [
      ...reports.flatMap(findAccountFaults),
      ...findOwnershipFaults(reports),
      ...reports.flatMap((report) => findGone(report, gone)),
    ];
    return faults.length === 0 ? reports : undefined;
  };
  const instead = (): string => faults.join('\n');
  return await eventually('all addresses are held', probe, { withinMs, everyMs: 500, instead });
}

/**
 * Waits until each running pod has the address that its node's peer gave it, and nobody else has, by
 * what the API server knows: a kubelet tells it late. Fails with what is wrong.
 */
export async function podsAccountedFor(
  cluster: Cluster,
  { nodes, withinMs }: Pick<Expected, 'nodes' | 'withinMs'>,
): Promise<void> {
  let faults: readonly string[] = [];
  const probe = async (): Promise<boolean> => {
    const reports = await Promise.all(nodes.map((node) => readReport(cluster, node)));
    faults = findPodFaults(await listRunning(cluster), reports);
    return faults.length === 0;
  };
  const instead = (): string => faults.join('\n');
  await eventuallyTrue('each pod has its address', probe, { withinMs, everyMs: 500, instead });
}

/** Those that have a network of their own. */
async function listRunning(cluster: Cluster): Promise<readonly PodObject[]> {
  const answer = await cluster.kubectl(['get', 'pods', '--all-namespaces', '-o', 'json']);
  const { items } = JSON.parse(answer) as { readonly items: readonly PodObject[] };
  return items.filter(
    ({ spec, status }) => spec.hostNetwork !== true && status.phase === 'Running',
  );
}

function findPodFaults(
  running: readonly PodObject[],
  reports: readonly Report[],
): readonly string[] {
  const byAddress = Map.groupBy(running, ({ status }) => status.podIP ?? 'no address');
  const shared = [...byAddress].filter(([, pods]) => pods.length > 1);
  return [
    ...shared.map(([address, pods]) => `${address} is ${pods.map(nameOf).join(' and ')}'s`),
    ...running.flatMap((pod) => findStray(pod, reports)),
  ];
}

function findStray(pod: PodObject, reports: readonly Report[]): readonly string[] {
  const { nodeName = '' } = pod.spec;
  const report = reports.find(({ peer }) => peer.name === nodeName);
  const attached = report?.attachments.find(({ podName }) => podName === nameOf(pod));
  if (attached?.addresses.includes(pod.status.podIP ?? '') === true) return [];
  return [
    `${nameOf(pod)} on ${nodeName} has ${pod.status.podIP}, and its peer gave it ${attached?.addresses.join() ?? 'nothing'}`,
  ];
}

function nameOf({ metadata }: PodObject): string {
  return `${metadata.namespace}/${metadata.name}`;
}

function findGone(report: Report, gone: readonly string[]): readonly string[] {
  const holders = holdersIn(report);
  return gone
    .filter((peer) => holders.includes(peer))
    .map((peer) => `${report.peer.name}: ${peer}, which was removed, holds something`);
}
