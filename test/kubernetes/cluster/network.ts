/**
 * The machines' network: a LAN (a bridge in a namespace of its own), a namespace for each node, and the
 * world, which is the nodes' gateway. None of it is joined to the machine's own network.
 */
import { runCommand, runIpBatch } from './command.ts';
import {
  type ClusterPlan,
  LAN_NAMESPACE,
  LAN_PREFIX_LENGTH,
  type NodePlan,
  type WorldPlan,
} from './plan.ts';

export const LAN_BRIDGE = 'lan0';
/** What a machine's first Ethernet interface is called. */
const INTERFACE = 'eth0';

/** Makes the LAN, the world and every node's namespace. */
export async function makeNetwork({ nodes, world }: ClusterPlan): Promise<void> {
  await runIpBatch([`netns add ${LAN_NAMESPACE}`]);
  await runIpBatch(
    [`link add ${LAN_BRIDGE} type bridge`, `link set ${LAN_BRIDGE} up`],
    LAN_NAMESPACE,
  );
  await connectWorld(world);
  for (const node of nodes) await connectNode(node, world);
}

/** Makes the node's namespace, with nothing in it but its end of the LAN. */
export async function connectNode(node: NodePlan, world: WorldPlan): Promise<void> {
  await connect(node);
  await runIpBatch([`route add default via ${world.address}`], node.namespace);
  // As any machine that is to be a node has it: Kubernetes asks for it before it is installed.
  await writeSysctl(node.namespace, 'net/ipv4/ip_forward', '1');
}

export async function disconnectNode({ name, namespace }: NodePlan): Promise<void> {
  // The namespace's own end is some milliseconds behind its name's, and would take the link with it.
  await runIpBatch([`link delete ${name}`], LAN_NAMESPACE);
  await runIpBatch([`netns delete ${namespace}`]);
}

/** Pulls the node's cable out of the switch: its own end stays up, so nothing tells it. */
export async function unplugNode({ name }: NodePlan): Promise<void> {
  await runIpBatch([`link set ${name} nomaster`], LAN_NAMESPACE);
}

export async function plugNode({ name }: NodePlan): Promise<void> {
  await runIpBatch([`link set ${name} master ${LAN_BRIDGE}`], LAN_NAMESPACE);
}

async function connectWorld(world: WorldPlan): Promise<void> {
  await connect({ name: 'world', ...world });
  await runIpBatch([`addr add ${world.farAddress}/32 dev lo`], world.namespace);
}

interface Host {
  readonly name: string;
  readonly namespace: string;
  readonly address: string;
}

async function connect({ name, namespace, address }: Host): Promise<void> {
  await runIpBatch([`netns add ${namespace}`]);
  await runIpBatch(
    [
      `link add ${name} type veth peer name ${INTERFACE} netns ${namespace}`,
      `link set ${name} master ${LAN_BRIDGE} up`,
    ],
    LAN_NAMESPACE,
  );
  await runIpBatch(
    [
      'link set lo up',
      `addr add ${address}/${LAN_PREFIX_LENGTH} dev ${INTERFACE}`,
      `link set ${INTERFACE} up`,
    ],
    namespace,
  );
}

async function writeSysctl(namespace: string, name: string, value: string): Promise<void> {
  await runCommand(['ip', 'netns', 'exec', namespace, 'tee', `/proc/sys/${name}`], {
    input: value,
  });
}
