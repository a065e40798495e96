/**
 * Two nodes for tests of the overlay: namespaces joined by a veth pair, each with a kernel port of
 * its own and the input that would make them reach each other.
 */
import assert from 'node:assert/strict';
import type { Address, Cidr, Family } from '#peer/ipam/cidr.ts';
import { parseAddress, parseCidr } from '#peer/ipam/parse.ts';
import type { Kernel, OperationResult } from '#peer/kernel/kernel.ts';
import { LinuxKernel } from '#peer/kernel/linux-kernel.ts';
import { openNotifications } from '#peer/kernel/netlink/notifications.ts';
import { openNetlink } from '#peer/kernel/netlink/socket.ts';
import { processSysctls } from '#peer/kernel/sysctl.ts';
import type { Vtep } from '#peer/mesh/record.ts';
import { desiredState } from '#peer/overlay/desired-state.ts';
import type { OverlayInput, RemotePeer } from '#peer/overlay/input.ts';
import { type Operation, planChanges } from '#peer/overlay/plan.ts';
import { UNIVERSE } from '#test/support/overlay-inputs.ts';
import { createNamespace, joinNamespaces, type Namespace } from '#test/support/namespace.ts';

/** One node of two, numbered 1 and 2, with an IPv4 and an IPv6 block. */
export interface OverlayNode {
  readonly namespace: Namespace;
  readonly kernel: Kernel;
  readonly input: OverlayInput;
}

const VNI = 6784;
export const PORT = 6784;

function underlayOf(family: Family, number: number): Address {
  return parseAddress(family === 4 ? `192.0.2.${number}` : `2001:db8::${number}`);
}

export function vtepOf(family: Family, number: number): Vtep {
  return {
    underlay: underlayOf(family, number),
    port: PORT,
    mac: `02:00:00:00:00:0${number}`,
    overlay: [parseAddress(`10.32.${number}.1`), parseAddress(`fd32:${number}::1`)],
  };
}

export function blocksOf(number: number): readonly Cidr[] {
  return [parseCidr(`10.32.${number}.0/24`), parseCidr(`fd32:${number}::/64`)];
}

export function remoteOf(vtep: Vtep, blocks: readonly Cidr[]): RemotePeer {
  return { name: vtep.mac, vtep, blocks: blocks.map((cidr) => ({ cidr, term: 2 })) };
}

export function inputOf(family: Family, number: number): OverlayInput {
  const other = 3 - number;
  return {
    local: { ...vtepOf(family, number), vni: VNI, mtu: 1400 },
    holdings: blocksOf(number),
    universe: UNIVERSE,
    remotes: [remoteOf(vtepOf(family, other), blocksOf(other))],
    attachments: [],
    settled: true,
  };
}

export function openKernel(namespace: Namespace): Kernel {
  return new LinuxKernel({
    netlink: namespace.enter(openNetlink),
    notifications: namespace.enter(openNotifications),
    sysctls: {
      read: (name) => namespace.enter(() => processSysctls.read(name)),
      write: (name, value) => namespace.enter(() => processSysctls.write(name, value)),
    },
  });
}

export function plan(node: OverlayNode, input = node.input): readonly Operation[] {
  const observed = node.kernel.observe();
  return planChanges({ desired: desiredState(input), observed, settled: input.settled });
}

/** Applies what the plan says and fails with the kernel's reason if anything was refused. */
export function converge(node: OverlayNode, input = node.input): readonly Operation[] {
  const operations = plan(node, input);
  const refused = node.kernel.apply(operations).filter(({ error }) => error !== undefined);
  assert.deepEqual(refused.map(textOf), []);
  return operations;
}

export function textOf({ operation, error }: OperationResult): string {
  return `${operation.action} ${operation.key}: ${error}`;
}

export function keysOf(operations: readonly Operation[]): readonly string[] {
  return operations.map(({ action, key }) => `${action} ${key}`);
}

export async function makeNodes(
  family: Family,
  use: (nodes: readonly [OverlayNode, OverlayNode]) => Promise<void>,
) {
  await using a = await createNamespace();
  await using b = await createNamespace();
  const length = family === 4 ? 24 : 64;
  const text = (number: number) => `${family === 4 ? '192.0.2.' : '2001:db8::'}${number}/${length}`;
  await joinNamespaces(
    { namespace: a, device: 'eth0', address: text(1) },
    { namespace: b, device: 'eth0', address: text(2) },
  );
  using resources = new DisposableStack();
  const make = (namespace: Namespace, number: number): OverlayNode => {
    const kernel = resources.adopt(openKernel(namespace), (it) => it.close());
    return { namespace, kernel, input: inputOf(family, number) };
  };
  await use([make(a, 1), make(b, 2)]);
}

/** A pod of the node: a namespace behind a veth pair, wired by hand as the plugin does it. */
export async function attachPod(
  node: OverlayNode,
  pod: Namespace,
  number: number,
): Promise<OverlayInput> {
  const device = `weft-pod${number}`;
  const mac = { host: '0a:58:a9:fe:01:01', pod: `0a:58:00:00:00:0${number}` };
  const peer = ['peer', 'name', 'eth0', 'address', mac.pod, 'netns', pod.name];
  await node.namespace.exec(
    'ip',
    'link',
    'add',
    device,
    'address',
    mac.host,
    'type',
    'veth',
    ...peer,
  );
  const addresses = [`10.32.${number}.9`, `fd32:${number}::9`];
  await pod.exec('ip', 'link', 'set', 'eth0', 'up');
  for (const [i, gateway] of ['169.254.1.1', 'fe80::1'].entries()) {
    await pod.exec('ip', 'addr', 'add', addresses[i] ?? '', 'dev', 'eth0', 'nodad');
    await pod.exec('ip', 'neigh', 'add', gateway, 'lladdr', mac.host, 'dev', 'eth0');
    await pod.exec('ip', 'route', 'add', 'default', 'via', gateway, 'dev', 'eth0', 'onlink');
  }
  const attachment = {
    containerId: `pod${number}`,
    interfaceName: 'eth0',
    addresses: addresses.map(parseAddress),
    hostInterface: device,
    podMac: mac.pod,
    podName: '',
  };
  return { ...node.input, attachments: [attachment] };
}

export async function ping(from: Namespace, to: string): Promise<void> {
  await from.exec('ping', '-n', '-c', '2', '-i', '0.05', '-W', '2', to);
}
