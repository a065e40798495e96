/**
 * What a test cluster consists of: every namespace, address, cgroup and path, derived from a few
 * options. Names start with `weft-kubernetes` and files lie under one directory, which is how whoever
 * takes the cluster down knows them. Nothing is made here.
 */

export const NAMESPACE_PREFIX = 'weft-kubernetes';
/** Not below /var/lib, /etc, /opt, /run: of those each node has its own, and all nodes see this one. */
export const CLUSTER_DIRECTORY = '/var/cache/weft-kubernetes';
/** Below the root of every hierarchy. Whatever runs in it is the cluster's. */
export const CLUSTER_CGROUP = 'weft-kubernetes';
/** Those of the command that makes the cluster, and whatever it started and did not yet end. */
export const BUILDER_CGROUP = `${CLUSTER_CGROUP}/up`;
export const WORLD_CGROUP = `${CLUSTER_CGROUP}/world`;

export const LAN_NAMESPACE = `${NAMESPACE_PREFIX}-lan`;
export const WORLD_NAMESPACE = `${NAMESPACE_PREFIX}-world`;

/** Apart from the pods' 10.32.0.0/12 and the Services' addresses. */
const LAN_PREFIX = '192.168.77.';
export const LAN_PREFIX_LENGTH = 24;
/** The LAN's first address: the nodes' gateway, behind which the world lies. */
const WORLD_HOST = 1;
const FIRST_NODE_HOST = 11;

export const SERVICE_RANGE = '10.96.0.0/16';
/** The first of the range is the API server's own Service. */
export const API_SERVICE_ADDRESS = '10.96.0.1';
export const DNS_SERVICE_ADDRESS = '10.96.0.10';
export const CLUSTER_DOMAIN = 'cluster.local';
export const API_PORT = 6443;

export type ProxyMode = 'iptables' | 'nftables';

export interface ClusterOptions {
  readonly nodes: number;
  readonly proxyMode: ProxyMode;
}

export interface NodePlan {
  /** The name of the Kubernetes Node, and of the host. */
  readonly name: string;
  /** On the LAN. */
  readonly address: string;
  readonly namespace: string;
  /** Of the node's first processes. */
  readonly systemCgroup: string;
  /** Holds that one and the pods'. */
  readonly cgroup: string;
  /** All that the node writes. */
  readonly directory: string;
}

/** A host outside the cluster: the nodes' gateway, which knows no way to a pod. */
export interface WorldPlan {
  readonly namespace: string;
  /** On the LAN. */
  readonly address: string;
  /** Of its web server, which says at /clientip who asked. */
  readonly port: number;
  /** Beyond the LAN: reached through the nodes' default route. RFC 5737 sets it aside for such use. */
  readonly farAddress: string;
}

export interface ClusterPlan {
  readonly proxyMode: ProxyMode;
  readonly nodes: readonly NodePlan[];
  readonly world: WorldPlan;
  readonly apiAddress: string;
}

/** Derives everything from the options. */
export function planCluster({ nodes, proxyMode }: ClusterOptions): ClusterPlan {
  const plans = Array.from({ length: nodes }, (_, index) => planNode(index));
  return {
    proxyMode,
    nodes: plans,
    world: {
      namespace: WORLD_NAMESPACE,
      address: `${LAN_PREFIX}${WORLD_HOST}`,
      port: 80,
      farAddress: '203.0.113.1',
    },
    apiAddress: `${LAN_PREFIX}${FIRST_NODE_HOST}`,
  };
}

function planNode(index: number): NodePlan {
  const name = `node${index + 1}`;
  return {
    name,
    address: `${LAN_PREFIX}${FIRST_NODE_HOST + index}`,
    namespace: `${NAMESPACE_PREFIX}-${name}`,
    cgroup: `${CLUSTER_CGROUP}/${name}`,
    systemCgroup: `${CLUSTER_CGROUP}/${name}/system`,
    directory: `${CLUSTER_DIRECTORY}/${name}`,
  };
}

/** Whether a network namespace of this name is one that some cluster made. */
export function isClusterNamespace(name: string): boolean {
  return /^weft-kubernetes-(?:lan|world|node\d+)$/.test(name);
}

/** Where a component of the control plane runs: nothing else does in there. */
export function componentCgroup(component: string): string {
  return `${CLUSTER_CGROUP}/control-plane/${component}`;
}

/** Logs of one node's components, or of the control plane. */
export function logDirectory(where: string): string {
  return `${CLUSTER_DIRECTORY}/logs/${where}`;
}
