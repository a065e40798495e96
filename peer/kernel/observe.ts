/**
 * Reads what is ours from the kernel: netlink dumps and sysctls, made into a KernelState. What the
 * kernel makes on its own (link-local addresses, neighbours that it found out, local and multicast
 * routes) is left out here, so that nobody takes it for drift.
 */
import {
  type ForwardingEntry,
  type HostInterface,
  keyOf,
  type KernelState,
  kernelState,
  type OverlayAddress,
  type OwnRoute,
  type PermanentNeighbour,
  type Sysctl,
  type VxlanDevice,
} from '../overlay/kernel-state.ts';
import { HOST_INTERFACE_PREFIX, ROUTE_PROTOCOL, VXLAN_DEVICE } from '../overlay/names.ts';
import {
  IPV6_MTU_MIN,
  hostInterfaceSysctls,
  hostSysctls,
  tunnelSysctls,
} from '../overlay/sysctl-settings.ts';
import { dumpAddresses, parseInterfaceAddress, Scope } from './netlink/address.ts';
import { AddressGeneration, dumpLinks, type Link, parseLink } from './netlink/link.ts';
import {
  dumpForwardingEntries,
  dumpNeighbours,
  parseForwardingEntry,
  parseNeighbour,
} from './netlink/neighbour.ts';
import type { Message } from './netlink/message.ts';
import { dumpRoutes, type ObservedRoute, parseRoute } from './netlink/route.ts';
import type { Netlink } from './netlink/socket.ts';
import type { Sysctls } from './sysctl.ts';

export interface Observation {
  readonly state: KernelState;
  /** All interfaces, for a route of ours may be on any. */
  readonly links: readonly Link[];
}

/** Throws NetlinkError when the kernel can't be read. */
export function observeKernel(netlink: Netlink, sysctls: Sysctls): Observation {
  const links = parseAll(netlink.dump(dumpLinks()), parseLink);
  const own = links.filter(({ name }) => isOurs(name));
  const tunnel = own.find(({ name }) => name === VXLAN_DEVICE);
  const hostEnds = own.filter((link) => link !== tunnel);
  const state = kernelState([
    ...(tunnel === undefined ? [] : [readDevice(tunnel)]),
    ...readSysctls(
      sysctls,
      own.map(({ name }) => name),
    ),
    ...hostEnds.map(readHostInterface),
    ...(tunnel === undefined ? [] : readAddresses(netlink, tunnel)),
    ...readNeighbours(netlink, own),
    ...(tunnel === undefined ? [] : readForwarding(netlink, tunnel)),
    ...readRoutes(netlink, links),
  ]);
  return { state, links };
}

/** Is it the VXLAN device or the host end of a pod's veth pair, by its name? */
export function isOurs(name: string): boolean {
  return name === VXLAN_DEVICE || name.startsWith(HOST_INTERFACE_PREFIX);
}

function readDevice({ mac, mtu, up, vxlan, addressGeneration }: Link): VxlanDevice {
  const { vni = 0, port = 0, local, learning = false } = vxlan ?? {};
  const linkLocal =
    addressGeneration === undefined ? undefined : addressGeneration !== AddressGeneration.none;
  return { kind: 'device', vni, port, local, mac, mtu, up, learning, linkLocal };
}

function readHostInterface({ name, up, index }: Link): HostInterface {
  return { kind: 'host-interface', name, up, index };
}

function readAddresses(netlink: Netlink, { index }: Link): readonly OverlayAddress[] {
  return parseAll(netlink.dump(dumpAddresses({ index })), parseInterfaceAddress)
    .filter((it) => it.index === index && it.scope !== Scope.link)
    .map(({ address, prefixLength }) => ({ kind: 'address', address, prefixLength }));
}

function readNeighbours(netlink: Netlink, links: readonly Link[]): readonly PermanentNeighbour[] {
  const names = new Map(links.map(({ index, name }) => [index, name]));
  return parseAll(netlink.dump(dumpNeighbours()), parseNeighbour).flatMap(
    ({ index, address, mac, permanent }) => {
      const device = names.get(index);
      return permanent && device !== undefined ? [{ kind: 'neighbour', device, address, mac }] : [];
    },
  );
}

/** The kernel tells each destination apart: they are gathered by MAC, in the kernel's order. */
function readForwarding(netlink: Netlink, { index }: Link): readonly ForwardingEntry[] {
  const byMac = new Map<string, ForwardingEntry>();
  const entries = parseAll(netlink.dump(dumpForwardingEntries({ index })), parseForwardingEntry);
  for (const { index: ofIndex, mac, ...destination } of entries) {
    if (ofIndex !== index) continue;
    const destinations = [...(byMac.get(mac)?.destinations ?? []), destination];
    byMac.set(mac, { kind: 'fdb', mac, destinations });
  }
  return [...byMac.values()];
}

function readRoutes(netlink: Netlink, links: readonly Link[]): readonly OwnRoute[] {
  const names = new Map(links.map(({ index, name }) => [index, name]));
  const seen = new Map<string, number>();
  return ([4, 6] as const)
    .flatMap((family) =>
      parseAll(netlink.dump(dumpRoutes(family, { protocol: ROUTE_PROTOCOL })), parseRoute),
    )
    .filter(({ protocol, selective }) => protocol === ROUTE_PROTOCOL && !selective)
    .map((route) => numberDuplicate(readRoute(route, names), seen));
}

function readRoute(route: ObservedRoute, names: ReadonlyMap<number, string>): OwnRoute {
  const { destination, priority = 0, type, scope, onlink, gateway, source, mtu, index } = route;
  // IPv6 tells the loopback device for routes that lead nowhere.
  const device = type === 'unicast' && index !== undefined ? names.get(index) : undefined;
  return {
    kind: 'route',
    destination,
    priority,
    type,
    scope,
    onlink,
    ...(device === undefined ? {} : { device }),
    ...(gateway === undefined ? {} : { gateway }),
    ...(source === undefined ? {} : { source }),
    ...(mtu === undefined ? {} : { mtu }),
  };
}

/** Only one route of a destination and priority is wanted; any further one must be seen to go. */
function numberDuplicate(route: OwnRoute, seen: Map<string, number>): OwnRoute {
  const key = keyOf(route);
  const count = (seen.get(key) ?? 0) + 1;
  seen.set(key, count);
  return count === 1 ? route : { ...route, duplicate: count };
}

function readSysctls(sysctls: Sysctls, devices: readonly string[]): readonly Sysctl[] {
  // All that may ever be wanted: what isn't there can't be read, and is left out below.
  const use = { ipv6: true, mtu: IPV6_MTU_MIN };
  const settings = [
    ...hostSysctls(use),
    ...devices.flatMap((device) =>
      device === VXLAN_DEVICE ? tunnelSysctls(use) : hostInterfaceSysctls(device, use),
    ),
  ];
  return settings.flatMap((setting) => {
    const value = sysctls.read(setting.name);
    return value === undefined ? [] : [{ ...setting, value }];
  });
}

function parseAll<Parsed extends object>(
  messages: readonly Message[],
  parse: (message: Message) => Parsed | undefined,
): readonly Parsed[] {
  return messages.map(parse).filter((parsed) => parsed !== undefined);
}
