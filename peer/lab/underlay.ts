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

function cableCommands(
  { name, namespace }: NodePlan,
  { underlayMtu: mtu }: LabPlan,
): readonly string[] {
  return [
    `link add ${name} mtu ${mtu} type veth peer name ${NODE_INTERFACE} mtu ${mtu} netns ${namespace}`,
    `link set ${name} master ${LAN_BRIDGE} up`,
  ];
}

function interfaceCommands({ underlay }: NodePlan, plan: LabPlan): readonly string[] {
  // Duplicate address detection would keep an IPv6 address tentative for a second.
  const flags = plan.family === 6 ? ' nodad' : '';
  return [
    'link set lo up',
    `address add ${underlay}/${plan.underlayPrefixLength} dev ${NODE_INTERFACE}${flags}`,
    `link set ${NODE_INTERFACE} up`,
  ];
}
