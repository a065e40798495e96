/** Routes of the main table: requests and the reader of answers. Source: rtnetlink.h. */
import {
  type Address,
  addressBytes,
  addressFromBytes,
  bits,
  type Cidr,
  type Family,
} from '../../ipam/cidr.ts';
import {
  type Attributes,
  bytesAttribute,
  nestedAttribute,
  parseAttributes,
  readUint32,
  uint32Attribute,
  viewOf,
} from './attribute.ts';
import { Scope } from './address.ts';
import { encodeRequest, Flag, type Message } from './message.ts';
import { ADDRESS_FAMILY, familyOf, RtMessage } from './rtnetlink.ts';

const HEADER_BYTES = 12;
const Rta = {
  destination: 1,
  outInterface: 4,
  gateway: 5,
  priority: 6,
  source: 7,
  metrics: 8,
  multipath: 9,
  table: 15,
} as const;
const METRIC_MTU = 2;
const MAIN_TABLE = 254;

/** The gateway is on this link whatever the address says. */
const FLAG_ONLINK = 4;

/** A route that the kernel made for one destination, from another route (IPv6). */
const FLAG_CLONED = 0x200;

const TYPES = [
  'unspecified',
  'unicast',
  'local',
  'broadcast',
  'anycast',
  'multicast',
  'blackhole',
  'unreachable',
  'prohibit',
] as const;
export type RouteType = (typeof TYPES)[number];

export interface Route {
  readonly destination: Cidr;
  readonly type: RouteType;
  /** rtm_protocol: who made it. */
  readonly protocol: number;
  /** `link` where the destination is on the link itself; IPv6 has no scopes and always tells universe. */
  readonly scope: 'universe' | 'link';
  readonly onlink: boolean;
  readonly gateway?: Address;
  /** The interface. */
  readonly index?: number;
  /** The source address of what this host itself sends. */
  readonly source?: Address;
  /** Lower ones win. Left out: 0 for IPv4; 1024 for IPv6. */
  readonly priority?: number;
  readonly mtu?: number;
}

export interface ObservedRoute extends Route {
  /** More than one next hop, which are not told here. */
  readonly multipath: boolean;
  /** Only for packets of one type of service or from one range: another route than a plain one. */
  readonly selective: boolean;
}

/** Fails with EEXIST if there is a route of the same destination and priority. */
export function newRoute(route: Route): Uint8Array {
  return routeRequest(RtMessage.newRoute, Flag.create | Flag.exclusive, route);
}

/** Puts the route in the place of the one of the same destination and priority, with no gap. */
export function replaceRoute(route: Route): Uint8Array {
  return routeRequest(RtMessage.newRoute, Flag.create | Flag.replace, route);
}

export function deleteRoute(route: Route): Uint8Array {
  return routeRequest(RtMessage.deleteRoute, 0, route);
}

/** The routes of the main table; only those of `protocol` if it is given. */
export function dumpRoutes(
  family: Family,
  { protocol = 0 }: { readonly protocol?: number } = {},
): Uint8Array {
  const header = new Uint8Array(HEADER_BYTES);
  header[0] = ADDRESS_FAMILY[family];
  header[4] = MAIN_TABLE;
  header[5] = protocol;
  const attributes = [uint32Attribute(Rta.table, MAIN_TABLE)];
  return encodeRequest({ type: RtMessage.getRoute, flags: Flag.dump, header, attributes });
}

/** The main table's route that a message tells of (also of its end); undefined for other messages. */
export function parseRoute({ type, payload }: Message): ObservedRoute | undefined {
  if (type !== RtMessage.newRoute && type !== RtMessage.deleteRoute) return undefined;
  if (payload.length < HEADER_BYTES) return undefined;
  const attributes = parseAttributes(payload.subarray(HEADER_BYTES));
  const family = familyOf(payload[0] ?? 0);
  const flags = viewOf(payload).getUint32(8, true);
  const table = readUint32(attributes.get(Rta.table)) ?? payload[4];
  if (family === undefined || table !== MAIN_TABLE || (flags & FLAG_CLONED) !== 0) return undefined;
  return {
    destination: readDestination(family, payload[1] ?? 0, attributes),
    type: TYPES[payload[7] ?? 0] ?? 'unspecified',
    protocol: payload[5] ?? 0,
    scope: payload[6] === Scope.link ? 'link' : 'universe',
    onlink: (flags & FLAG_ONLINK) !== 0,
    multipath: attributes.has(Rta.multipath),
    selective: payload[2] !== 0 || payload[3] !== 0,
    ...readOptional(attributes),
  };
}

function readDestination(family: Family, length: number, attributes: Attributes): Cidr {
  const address = addressFromBytes(
    attributes.get(Rta.destination) ?? new Uint8Array(bits(family) / 8),
  );
  return { family, address: address?.value ?? 0n, length };
}

function readOptional(attributes: Attributes): Partial<Route> {
  const gateway = addressFromBytes(attributes.get(Rta.gateway) ?? new Uint8Array());
  const source = addressFromBytes(attributes.get(Rta.source) ?? new Uint8Array());
  const index = readUint32(attributes.get(Rta.outInterface));
  const priority = readUint32(attributes.get(Rta.priority));
  const metrics = parseAttributes(attributes.get(Rta.metrics) ?? new Uint8Array());
  const mtu = readUint32(metrics.get(METRIC_MTU));
  return {
    ...(gateway === undefined ? {} : { gateway }),
    ...(source === undefined ? {} : { source }),
    ...(index === undefined ? {} : { index }),
    ...(priority === undefined ? {} : { priority }),
    ...(mtu === undefined ? {} : { mtu }),
  };
}

function routeRequest(type: number, flags: number, route: Route): Uint8Array {
  return encodeRequest({
    type,
    flags,
    header: routeHeader(route),
    attributes: routeAttributes(route),
  });
}

/** rtmsg. */
function routeHeader({ destination, type, protocol, scope, onlink }: Route): Uint8Array {
  const out = new Uint8Array(HEADER_BYTES);
  out[0] = ADDRESS_FAMILY[destination.family];
  out[1] = destination.length;
  out[4] = MAIN_TABLE;
  out[5] = protocol;
  out[6] = Scope[scope];
  out[7] = TYPES.indexOf(type);
  viewOf(out).setUint32(8, onlink ? FLAG_ONLINK : 0, true);
  return out;
}

function routeAttributes(route: Route): Uint8Array[] {
  const { destination, gateway, index, source, priority, mtu } = route;
  const { family, address: value } = destination;
  const attributes = [bytesAttribute(Rta.destination, addressBytes({ family, value }))];
  if (gateway !== undefined) attributes.push(bytesAttribute(Rta.gateway, addressBytes(gateway)));
  if (index !== undefined) attributes.push(uint32Attribute(Rta.outInterface, index));
  if (source !== undefined) attributes.push(bytesAttribute(Rta.source, addressBytes(source)));
  if (priority !== undefined) attributes.push(uint32Attribute(Rta.priority, priority));
  if (mtu !== undefined)
    attributes.push(nestedAttribute(Rta.metrics, [uint32Attribute(METRIC_MTU, mtu)]));
  return attributes;
}
