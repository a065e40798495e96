/**
 * The host ends of pods' veth pairs as the kernel has them, with the addresses that we routed to
 * them. They outlive the peer and its state, so they tell which addresses are in use on this node.
 */
import { type Address, bits, equalAddresses, type Family } from '../ipam/cidr.ts';
import { ROUTE_PROTOCOL, VXLAN_DEVICE } from '../overlay/names.ts';
import { dumpLinks, type Link, parseLink } from './netlink/link.ts';
import { dumpNeighbours, type Neighbour, parseNeighbour } from './netlink/neighbour.ts';
import { dumpRoutes, type ObservedRoute, parseRoute } from './netlink/route.ts';
import type { Netlink } from './netlink/socket.ts';
import { isOurs } from './observe.ts';

export interface HostEnd {
  readonly name: string;
  /** The pod's name, when there was one at its ADD. */
  readonly alias: string;
  /** At most one of each family, IPv4 first. */
  readonly addresses: readonly Address[];
  /** The pod's; undefined when no neighbour entry tells it. */
  readonly podMac: string | undefined;
}

type Families = Readonly<Record<Family, readonly ObservedRoute[]>>;

/** Sorted by name. Throws NetlinkError. */
export function readHostEnds(netlink: Netlink): readonly HostEnd[] {
  const links = netlink.dump(dumpLinks()).map(parseLink).filter(isDefined).filter(isHostEnd);
  if (links.length === 0) return [];
  const neighbours = netlink.dump(dumpNeighbours()).map(parseNeighbour).filter(isDefined);
  const routes = { 4: podRoutes(netlink, 4), 6: podRoutes(netlink, 6) };
  return links
    .map((link) => hostEnd(link, { routes, neighbours }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function isHostEnd({ name, kind }: Link): boolean {
  return isOurs(name) && name !== VXLAN_DEVICE && kind === 'veth';
}

function hostEnd(
  { index, name, alias }: Link,
  known: { readonly routes: Families; readonly neighbours: readonly Neighbour[] },
): HostEnd {
  const neighbours = known.neighbours.filter((one) => one.index === index && one.permanent);
  const addresses = ([4, 6] as const).flatMap((family) => {
    const route = known.routes[family].find((one) => one.index === index);
    // Without its route, which somebody may have deleted, the neighbour tells the address, too.
    const neighbour = neighbours.find(({ address }) => address.family === family);
    return route === undefined ? (neighbour?.address ?? []) : addressOf(route);
  });
  const podMac = neighbours.find(({ address }) =>
    addresses.some((one) => equalAddresses(one, address)),
  )?.mac;
  return { name, alias, addresses, podMac };
}

/** Our routes to one address each. */
function podRoutes(netlink: Netlink, family: Family): readonly ObservedRoute[] {
  const request = dumpRoutes(family, { protocol: ROUTE_PROTOCOL });
  const routes = netlink.dump(request).map(parseRoute).filter(isDefined);
  return routes.filter(
    ({ protocol, type, destination }) =>
      protocol === ROUTE_PROTOCOL && type === 'unicast' && destination.length === bits(family),
  );
}

function addressOf({ destination }: ObservedRoute): Address {
  return { family: destination.family, value: destination.address };
}

function isDefined<Value>(value: Value | undefined): value is Value {
  return value !== undefined;
}
