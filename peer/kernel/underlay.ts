/** What the host has already: the underlay's interface, its MTU, and routes that ours would clash with. */
import {
  type Address,
  type Cidr,
  contains,
  equalAddresses,
  type Family,
  formatCidr,
  overlaps,
} from '../ipam/cidr.ts';
import { ROUTE_PROTOCOL } from '../overlay/names.ts';
import {
  dumpAddresses,
  parseInterfaceAddress,
  type ObservedAddress,
  Scope,
} from './netlink/address.ts';
import { dumpLinks, type Link, parseLink } from './netlink/link.ts';
import { dumpRoutes, type ObservedRoute, parseRoute } from './netlink/route.ts';
import type { Netlink } from './netlink/socket.ts';
import { isOurs } from './observe.ts';

export interface UnderlayInterface {
  readonly name: string;
  readonly index: number;
  readonly mtu: number;
}

/** The interface that holds the address; undefined if none does. Throws NetlinkError. */
export function findUnderlay(netlink: Netlink, address: Address): UnderlayInterface | undefined {
  const holder = readAddresses(netlink).find((it) => equalAddresses(it.address, address));
  const link = readLinks(netlink).find(({ index }) => index === holder?.index);
  return link && { name: link.name, index: link.index, mtu: link.mtu };
}

/**
 * The address that other hosts most likely reach us at: that of the default route (the IPv4 one
 * first), else the first global one of an interface that is not ours. Throws NetlinkError.
 */
export function defaultUnderlayAddress(netlink: Netlink): Address | undefined {
  const own = new Set(
    readLinks(netlink)
      .filter(({ name }) => isOurs(name))
      .map(({ index }) => index),
  );
  const addresses = readAddresses(netlink).filter(
    ({ index, scope }) => scope === Scope.universe && !own.has(index),
  );
  for (const family of [4, 6] as const) {
    const address = addressOfDefaultRoute(readRoutes(netlink, family), addresses, family);
    if (address !== undefined) return address;
  }
  return addresses[0]?.address;
}

/** RTPROT_KERNEL of linux/rtnetlink.h: the kernel made it, for the network that an address is in. */
const ROUTE_PROTOCOL_KERNEL = 2;

/**
 * Routes of the host, not ours, to a range itself or to a part of it, as text for people; and the
 * host's own networks that the range is a part of. Other routes around it, as a VPN's 0.0.0.0/1, are no
 * conflict: ours are more specific and win. Throws NetlinkError.
 */
export function conflictingRoutes(netlink: Netlink, ranges: readonly Cidr[]): readonly string[] {
  const links = readLinks(netlink);
  const own = new Set(links.filter(({ name }) => isOurs(name)).map(({ index }) => index));
  const families = [...new Set(ranges.map(({ family }) => family))];
  return families
    .flatMap((family) => readRoutes(netlink, family))
    .filter(({ protocol, index }) => protocol !== ROUTE_PROTOCOL && !own.has(index ?? 0))
    .filter(({ destination, protocol }) =>
      ranges.some((range) =>
        protocol === ROUTE_PROTOCOL_KERNEL
          ? overlaps(range, destination)
          : contains(range, destination),
      ),
    )
    .map((route) => describeRoute(route, links));
}

function addressOfDefaultRoute(
  routes: readonly ObservedRoute[],
  addresses: readonly ObservedAddress[],
  family: Family,
): Address | undefined {
  const [route] = routes
    .filter(({ destination, index }) => destination.length === 0 && index !== undefined)
    .sort((a, b) => (a.priority ?? 0) - (b.priority ?? 0));
  if (route === undefined) return undefined;
  const onIt = addresses.find(
    ({ index, address }) => index === route.index && address.family === family,
  );
  return route.source ?? onIt?.address;
}

function describeRoute({ destination, index }: ObservedRoute, links: readonly Link[]): string {
  const name = links.find((link) => link.index === index)?.name;
  return formatCidr(destination) + (name === undefined ? '' : ` dev ${name}`);
}

function readLinks(netlink: Netlink): readonly Link[] {
  return netlink
    .dump(dumpLinks())
    .map(parseLink)
    .filter((link) => link !== undefined);
}

function readAddresses(netlink: Netlink): readonly ObservedAddress[] {
  return netlink
    .dump(dumpAddresses())
    .map(parseInterfaceAddress)
    .filter((address) => address !== undefined);
}

function readRoutes(netlink: Netlink, family: Family): readonly ObservedRoute[] {
  return netlink
    .dump(dumpRoutes(family))
    .map(parseRoute)
    .filter((route) => route !== undefined);
}
