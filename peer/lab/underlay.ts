/**
 * The network between the nodes: a bridge in a namespace of its own and a veth pair from it to each
 * node. Everything lives inside the lab's namespaces, so the host's own network sees nothing of it.
 */
import { mapConcurrently, runIpBatch } from './command.ts';
import { LAN_NAMESPACE, type LabPlan, type NodePlan } from './plan.ts';

/** The node's interface on the underlay. */
const NODE_INTERFACE = 'eth0';
/** The bridge in the LAN's namespace: the place to watch all traffic between nodes. */
export const LAN_BRIDGE = 'lan';

/** Locally administered (IEEE 802), and `weft` in ASCII. */
const MAC_PREFIX = '02:77:65:66:74';

/**
 * Up to here nodes resolve each other as they would anywhere. The kernel keeps what was resolved in
 * one table for all namespaces of the machine, of 1,024 entries unless told otherwise (gc_thresh3),
 * and 33 nodes that all talk to all others have that many; permanent entries don't count there.
 */
const RESOLVING_NODES_MAX = 20;

/** Two cores: more `ip` processes at a time only wait for each other. */
const CONCURRENCY = 4;

/** Makes all namespaces of the plan, pods' included, and joins the nodes by the underlay. */
export async function createUnderlay(plan: LabPlan): Promise<void> {
  const namespaces = [
    LAN_NAMESPACE,
    ...plan.nodes.map((n) => n.namespace),
    ...plan.pods.map((p) => p.namespace),
  ];
  await runIpBatch(namespaces.map((namespace) => `netns add ${namespace}`));
  await runIpBatch(
    [...bridgeCommands(plan), ...plan.nodes.flatMap((node) => cableCommands(node, plan))],
    LAN_NAMESPACE,
  );
  await mapConcurrently(plan.nodes, CONCURRENCY, (node) =>
    runIpBatch(interfaceCommands(node, plan), node.namespace),
  );
}

function bridgeCommands({ underlayMtu }: LabPlan): readonly string[] {
  // Without snooping the bridge floods multicast, so IPv6 neighbour discovery needs no querier.
  return [
    `link add ${LAN_BRIDGE} mtu ${underlayMtu} type bridge mcast_snooping 0`,
    `link set ${LAN_BRIDGE} up`,
  ];
}

function cableCommands(node: NodePlan, plan: LabPlan): readonly string[] {
  const { name, namespace } = node;
  const mtu = plan.underlayMtu;
  const inside = `${NODE_INTERFACE} address ${macOf(node, plan)} mtu ${mtu} netns ${namespace}`;
  return [
    `link add ${name} mtu ${mtu} type veth peer name ${inside}`,
    `link set ${name} master ${LAN_BRIDGE} up`,
  ];
}

function interfaceCommands(node: NodePlan, plan: LabPlan): readonly string[] {
  // Duplicate address detection would keep an IPv6 address tentative for a second.
  const flags = plan.family === 6 ? ' nodad' : '';
  return [
    'link set lo up',
    `address add ${node.underlay}/${plan.underlayPrefixLength} dev ${NODE_INTERFACE}${flags}`,
    `link set ${NODE_INTERFACE} up`,
    ...neighbourCommands(node, plan),
  ];
}

/** In a large lab nodes are told of each other what they would resolve. */
export function neighbourCommands(node: NodePlan, plan: LabPlan): readonly string[] {
  const { nodes } = plan;
  if (nodes.length <= RESOLVING_NODES_MAX) return [];
  return nodes
    .filter((other) => other !== node)
    .map(
      (other) =>
        `neighbour add ${other.underlay} lladdr ${macOf(other, plan)} dev ${NODE_INTERFACE} nud permanent`,
    );
}

function macOf(node: NodePlan, { nodes }: LabPlan): string {
  const number = nodes.indexOf(node) + 1;
  return `${MAC_PREFIX}:${number.toString(16).padStart(2, '0')}`;
}
