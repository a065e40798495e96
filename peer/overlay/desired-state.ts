/**
 * From what the peer knows to what its kernel should hold. O(peers + blocks + own attachments).
 *
 * Per remote peer: one forwarding entry (VTEP MAC to underlay address), one neighbour per overlay
 * address and one route per block, as far as remotes.ts lets them stand. Our own objects come first,
 * and of two objects with the same key the first one stands.
 */
import type { Attachment } from '../ipam/attachment.ts';
import { type Address, bits, type Cidr, type Family, hostRange } from '../ipam/cidr.ts';
import type { LocalVtep, OverlayInput, RemotePeer } from './input.ts';
import {
  type KernelObject,
  type KernelState,
  kernelState,
  type OwnRoute,
  type VxlanDevice,
} from './kernel-state.ts';
import { VXLAN_DEVICE } from './names.ts';
import { acceptRemotes } from './remotes.ts';
import { hostInterfaceSysctls, hostSysctls, tunnelSysctls } from './sysctl-settings.ts';

/** What the kernel takes where none is asked for: other routes of the host keep their rank. */
const ROUTE_PRIORITY = { 4: 0, 6: 1024 } as const;

/** Behind every other route of the same range; any large number would do. */
const UNREACHABLE_PRIORITY = 1_000_000;

export function desiredState(input: OverlayInput): KernelState {
  const { local, holdings, attachments } = input;
  const { remotes } = acceptRemotes(input);
  const ipv6 = usesIpv6({ ...input, remotes });
  return kernelState([
    vxlanDevice(local),
    ...hostSysctls({ ipv6 }),
    ...tunnelSysctls({ ipv6, mtu: local.mtu }),
    ...local.overlay.map(overlayAddress),
    ...attachments.flatMap((attachment) => attachmentObjects(attachment, { local, ipv6 })),
    ...holdings.map(unreachableRoute),
    ...remotes.flatMap((remote) => remoteObjects(remote, local)),
  ]);
}

function usesIpv6({ local, holdings, remotes, attachments }: OverlayInput): boolean {
  return (
    local.underlay.family === 6 ||
    local.overlay.some(({ family }) => family === 6) ||
    holdings.some(({ family }) => family === 6) ||
    attachments.some(({ addresses }) => addresses.some(({ family }) => family === 6)) ||
    remotes.some(({ blocks }) => blocks.some(({ cidr }) => cidr.family === 6))
  );
}

function vxlanDevice({ vni, port, underlay, mac, mtu }: LocalVtep): VxlanDevice {
  const fixed = { vni, port, local: underlay };
  return { kind: 'device', ...fixed, mac, mtu, up: true, learning: false, linkLocal: false };
}

/** A range of one address, so that no route to its surroundings appears with it. */
function overlayAddress(address: Address): KernelObject {
  return { kind: 'address', address, prefixLength: bits(address.family) };
}

function attachmentObjects(
  { hostInterface, addresses, podMac }: Attachment,
  { local, ipv6 }: { readonly local: LocalVtep; readonly ipv6: boolean },
): readonly KernelObject[] {
  const device = hostInterface;
  const perAddress = addresses.flatMap((address): KernelObject[] => [
    { kind: 'neighbour', device, address, mac: podMac },
    { ...podRoute(address, device), ...sourceOf(local, address.family) },
  ]);
  const hostEnd = { kind: 'host-interface', name: hostInterface, up: true } as const;
  return [hostEnd, ...hostInterfaceSysctls(device, { ipv6, mtu: local.mtu }), ...perAddress];
}

function podRoute(address: Address, device: string): OwnRoute {
  return {
    kind: 'route',
    destination: hostRange(address),
    priority: ROUTE_PRIORITY[address.family],
    type: 'unicast',
    // IPv6 has no scopes.
    scope: address.family === 4 ? 'link' : 'universe',
    onlink: false,
    device,
  };
}

/** Addresses without a pod answer "unreachable" instead of looping over the default route. */
function unreachableRoute(destination: Cidr): OwnRoute {
  return {
    kind: 'route',
    destination,
    priority: UNREACHABLE_PRIORITY,
    type: 'unreachable',
    scope: 'universe',
    onlink: false,
  };
}

function remoteObjects({ vtep, blocks }: RemotePeer, local: LocalVtep): readonly KernelObject[] {
  const { underlay, mac, overlay } = vtep;
  const port = vtep.port === local.port ? {} : { port: vtep.port };
  return [
    { kind: 'fdb', mac, destinations: [{ underlay, ...port }] },
    ...overlay.map((address): KernelObject => ({
      kind: 'neighbour',
      device: VXLAN_DEVICE,
      address,
      mac,
    })),
    ...blocks.flatMap(({ cidr }) => blockRoute(cidr, { gateways: overlay, local })),
  ];
}

/** None before both ends have an overlay address of the family: it is gateway there, source here. */
function blockRoute(
  destination: Cidr,
  { gateways, local }: { readonly gateways: readonly Address[]; readonly local: LocalVtep },
): readonly OwnRoute[] {
  const { family } = destination;
  const gateway = gateways.find((address) => address.family === family);
  const source = local.overlay.find((address) => address.family === family);
  if (gateway === undefined || source === undefined) return [];
  const priority = ROUTE_PRIORITY[family];
  const way = { type: 'unicast', scope: 'universe', onlink: true, device: VXLAN_DEVICE } as const;
  return [{ kind: 'route', destination, priority, ...way, gateway, source }];
}

function sourceOf(local: LocalVtep, family: Family): { readonly source?: Address } {
  const source = local.overlay.find((address) => address.family === family);
  return source === undefined ? {} : { source };
}
