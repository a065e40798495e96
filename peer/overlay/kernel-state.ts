/**
 * The part of the kernel that is ours, as data: one type for what is desired and what is observed.
 * A state maps the key of each object to the object. Two objects are the same when their
 * descriptions are; the description is also what logs and reports show.
 *
 * Ours are: the VXLAN device and all on it, routes of ROUTE_PROTOCOL, permanent neighbours on host
 * ends of veth pairs, and a few sysctls. Nothing else is ever in a state.
 */
import { unreachable } from '../assert.ts';
import { type Address, type Cidr, formatAddress, formatCidr } from '../ipam/cidr.ts';
import { VXLAN_DEVICE } from './names.ts';

export interface VxlanDevice {
  readonly kind: 'device';
  /** VNI, port and underlay address are fixed for the life of a device. */
  readonly vni: number;
  readonly port: number;
  /** Undefined only where something else than our VXLAN device bears the name. */
  readonly local: Address | undefined;
  readonly mac: string;
  readonly mtu: number;
  readonly up: boolean;
  readonly learning: boolean;
  /** Does the kernel make link-local addresses on it? Undefined: it has no IPv6. */
  readonly linkLocal: boolean | undefined;
}

/** The host end of a pod's veth pair. Made and deleted by the plugin, never from here. */
export interface HostInterface {
  readonly kind: 'host-interface';
  readonly name: string;
  readonly up: boolean;
  /** Tells two interfaces of the same name apart in time. Only observed. */
  readonly index?: number;
}

export interface OverlayAddress {
  readonly kind: 'address';
  readonly address: Address;
  readonly prefixLength: number;
}

export interface PermanentNeighbour {
  readonly kind: 'neighbour';
  readonly device: string;
  readonly address: Address;
  readonly mac: string;
}

export interface TunnelDestination {
  readonly underlay: Address;
  /** Port and VNI only where they differ from the device's own. */
  readonly port?: number;
  readonly vni?: number;
}

/** A forwarding entry of the VXLAN device. One destination is desired; a group's MAC may have more. */
export interface ForwardingEntry {
  readonly kind: 'fdb';
  readonly mac: string;
  readonly destinations: readonly TunnelDestination[];
}

export interface OwnRoute {
  readonly kind: 'route';
  readonly destination: Cidr;
  /** Lower ones win. */
  readonly priority: number;
  /** `unicast` and `unreachable` are desired; another name of rtnetlink may be observed. */
  readonly type: string;
  readonly scope: 'universe' | 'link';
  readonly onlink: boolean;
  readonly device?: string;
  readonly gateway?: Address;
  readonly source?: Address;
  readonly mtu?: number;
  /** 2 and up for further routes of the same destination and priority. Only observed. */
  readonly duplicate?: number;
}

export interface Sysctl {
  readonly kind: 'sysctl';
  /** With slashes, as below /proc/sys. */
  readonly name: string;
  readonly value: string;
  /** The interface that it is of, if it is of one. */
  readonly device?: string;
}

export type KernelObject =
  | VxlanDevice
  | HostInterface
  | OverlayAddress
  | PermanentNeighbour
  | ForwardingEntry
  | OwnRoute
  | Sysctl;

export type ObjectKind = KernelObject['kind'];

export type KernelState = ReadonlyMap<string, KernelObject>;

/** The objects by key. Of two with the same key the first one stands. */
export function kernelState(objects: Iterable<KernelObject>): KernelState {
  const state = new Map<string, KernelObject>();
  for (const object of objects) {
    const key = keyOf(object);
    if (!state.has(key)) state.set(key, object);
  }
  return state;
}

/** What tells the object from all others; stays when its value changes. */
export function keyOf(object: KernelObject): string {
  switch (object.kind) {
    case 'device':
      return `device ${VXLAN_DEVICE}`;
    case 'host-interface':
      return `host-interface ${object.name}`;
    case 'address':
      return `address ${formatAddress(object.address)}/${object.prefixLength}`;
    case 'neighbour':
      return `neighbour ${formatAddress(object.address)} dev ${object.device}`;
    case 'fdb':
      return `fdb ${object.mac}`;
    case 'route':
      return `route ${formatCidr(object.destination)} metric ${object.priority}${word('#', object.duplicate)}`;
    case 'sysctl':
      return `sysctl ${object.name}`;
    default:
      return unreachable(object);
  }
}

/** Key and value as one line of text. */
export function describeObject(object: KernelObject): string {
  return `${keyOf(object)}${describeValue(object)}`;
}

/** The interface without which the object can't be; undefined if it needs none. */
export function deviceOf(object: KernelObject): string | undefined {
  switch (object.kind) {
    case 'device':
      return undefined;
    case 'address':
    case 'fdb':
      return VXLAN_DEVICE;
    case 'host-interface':
      return object.name;
    case 'neighbour':
    case 'route':
    case 'sysctl':
      return object.device;
    default:
      return unreachable(object);
  }
}

function describeValue(object: KernelObject): string {
  switch (object.kind) {
    case 'device':
      return describeDevice(object);
    case 'host-interface':
      return object.up ? ' up' : ' down';
    case 'address':
      return '';
    case 'neighbour':
      return ` mac ${object.mac}`;
    case 'fdb':
      return object.destinations.map(describeDestination).join('');
    case 'route':
      return describeRoute(object);
    case 'sysctl':
      return ` = ${object.value}`;
    default:
      return unreachable(object);
  }
}

function describeDevice({
  vni,
  port,
  local,
  mac,
  mtu,
  up,
  learning,
  linkLocal,
}: VxlanDevice): string {
  const flags = `${up ? ' up' : ' down'}${learning ? ' learning' : ''}${linkLocal ? ' link-local' : ''}`;
  return ` vni ${vni} port ${port}${addressWord('local', local)} mac ${mac} mtu ${mtu}${flags}`;
}

function describeDestination({ underlay, port, vni }: TunnelDestination): string {
  return ` to ${formatAddress(underlay)}${word(' port ', port)}${word(' vni ', vni)}`;
}

function describeRoute({ type, scope, onlink, device, gateway, source, mtu }: OwnRoute): string {
  return (
    ` ${type}${addressWord('via', gateway)}${word(' dev ', device)}${onlink ? ' onlink' : ''}` +
    `${scope === 'link' ? ' scope link' : ''}${addressWord('src', source)}${word(' mtu ', mtu)}`
  );
}

function word(label: string, value: string | number | undefined): string {
  return value === undefined ? '' : `${label}${value}`;
}

function addressWord(label: string, address: Address | undefined): string {
  return address === undefined ? '' : ` ${label} ${formatAddress(address)}`;
}
