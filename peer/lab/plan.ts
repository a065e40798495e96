/**
 * What a lab consists of: every namespace, address, file and process flag, derived from the options.
 * Names start with `weft-lab` and files lie under one directory, which is how teardown knows them.
 */
import type { Family } from '../ipam/cidr.ts';
import type { LabOptions } from './options.ts';

export const NAMESPACE_PREFIX = 'weft-lab';
export const LAB_DIRECTORY = '/run/weft-lab';
export const RESULT_FILE = `${LAB_DIRECTORY}/result.json`;
export const KEY_FILE = `${LAB_DIRECTORY}/key`;
export const LAN_NAMESPACE = `${NAMESPACE_PREFIX}-lan`;

/** The status address that peers serve inside their own namespace. */
export const STATUS_ADDRESS = '127.0.0.1:6784';

/** A node is a namespace with one interface to the underlay and one peer in it. */
export interface NodePlan {
  readonly name: string;
  readonly namespace: string;
  /** Its underlay address, without a prefix length. */
  readonly underlay: string;
  readonly directory: string;
  readonly stateDirectory: string;
  readonly cniSocket: string;
  readonly cniQueue: string;
  /** The peer's status, served on a unix socket as well, so that it is read without entering the namespace. */
  readonly httpSocket: string;
  readonly logFile: string;
  readonly pidFile: string;
  /** A script that starts the peer: the lab runs it, and so may the reader after a kill. */
  readonly startFile: string;
}

/** A pod is a namespace that its node's launcher attaches. */
export interface PodPlan {
  readonly name: string;
  readonly namespace: string;
  readonly containerId: string;
  readonly node: NodePlan;
}

export interface LabPlan {
  readonly family: Family;
  readonly underlayMtu: number;
  readonly underlayPrefixLength: number;
  readonly universe: string;
  /** Underlay addresses of the seeds: one, three or five of the first nodes. */
  readonly seeds: readonly string[];
  readonly nodes: readonly NodePlan[];
  readonly pods: readonly PodPlan[];
}

/** RFC 2544 sets 198.18.0.0/15 aside for testing networks; fd77:6c61:6200::/48 is a random ULA (RFC 4193). */
const UNDERLAY = {
  4: { prefix: '198.18.0.', prefixLength: 15 },
  6: { prefix: 'fd77:6c61:6200::', prefixLength: 64 },
} as const;
const UNIVERSE = { 4: '10.32.0.0/12', 6: 'fd00:10:32::/64' } as const;

/** Five seeds survive the loss of two; more only makes their majority slower. */
const SEEDS_MAX = 5;

/** Derives the whole lab from its options. */
export function planLab(options: LabOptions): LabPlan {
  const nodes = Array.from({ length: options.nodes }, (_, i) => planNode(i + 1, options.family));
  return {
    family: options.family,
    underlayMtu: options.underlayMtu,
    underlayPrefixLength: UNDERLAY[options.family].prefixLength,
    universe: UNIVERSE[options.family],
    seeds: nodes.slice(0, seedCount(options.nodes)).map((node) => node.underlay),
    nodes,
    pods: nodes.flatMap((node) =>
      Array.from({ length: options.pods }, (_, i) => planPod(node, i + 1)),
    ),
  };
}

/** The largest odd number that is neither above the nodes nor above SEEDS_MAX: an even one adds no majority. */
function seedCount(nodes: number): number {
  const most = Math.min(nodes, SEEDS_MAX);
  return most % 2 === 1 ? most : most - 1;
}

function planNode(number: number, family: Family): NodePlan {
  const name = `node${number}`;
  const directory = `${LAB_DIRECTORY}/${name}`;
  return {
    name,
    namespace: `${NAMESPACE_PREFIX}-${name}`,
    underlay: `${UNDERLAY[family].prefix}${family === 4 ? number : number.toString(16)}`,
    directory,
    stateDirectory: `${directory}/state`,
    cniSocket: `${directory}/cni.sock`,
    cniQueue: `${directory}/cni-queue`,
    httpSocket: `${directory}/http.sock`,
    logFile: `${directory}/peer.log`,
    pidFile: `${directory}/peer.pid`,
    startFile: `${directory}/start-peer`,
  };
}

function planPod(node: NodePlan, number: number): PodPlan {
  const name = `${node.name}-pod${number}`;
  return { name, namespace: `${NAMESPACE_PREFIX}-${name}`, containerId: name, node };
}
