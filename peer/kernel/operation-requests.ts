/** One operation of the plan as the netlink requests that do it. Sysctls are not netlink's. */
import { constants } from 'node:os';
import { assert, AssertionFailure, unreachable } from '../assert.ts';
import type {
  ForwardingEntry,
  OverlayAddress,
  OwnRoute,
  PermanentNeighbour,
  VxlanDevice,
} from '../overlay/kernel-state.ts';
import { ROUTE_PROTOCOL, VXLAN_DEVICE } from '../overlay/names.ts';
import type { Operation } from '../overlay/plan.ts';
import { deleteAddress, newAddress } from './netlink/address.ts';
import {
  AddressGeneration,
  changeLink,
  deleteLink,
  newVxlan,
  setLinkUp,
  stopVxlanLearning,
} from './netlink/link.ts';
import {
  deleteForwardingEntry,
  deleteNeighbour,
  newForwardingEntry,
  newNeighbour,
} from './netlink/neighbour.ts';
import {
  deleteRoute,
  newRoute,
  replaceRoute,
  type Route,
  type RouteType,
} from './netlink/route.ts';

/** The index of an interface; undefined if there is none of that name. */
export type IndexOf = (device: string) => number | undefined;

const TUNNEL = { name: VXLAN_DEVICE };

export class NoInterfaceError extends Error {
  override readonly name = 'NoInterfaceError';

  constructor(device: string) {
    super(`there is no interface ${device}`);
  }
}

/** One request, and the errors (errno) that mean as much as success. */
export interface Step {
  readonly request: Uint8Array;
  readonly harmless: readonly number[];
}

const { EADDRNOTAVAIL, EAFNOSUPPORT, ENODEV, ENOENT, EOPNOTSUPP, ESRCH } = constants.errno;

/** What was to be removed is gone already: by a person, or by the kernel along with something else. */
const GONE: readonly number[] = [ENOENT, ESRCH, EADDRNOTAVAIL, ENODEV];

/** How a kernel without IPv6 refuses a setting of IPv6. */
const NO_IPV6: readonly number[] = [EAFNOSUPPORT, EOPNOTSUPP];

/** In order, all to be sent. Throws NoInterfaceError. */
export function stepsFor(operation: Operation, indexOf: IndexOf): readonly Step[] {
  const object = operation.action === 'remove' ? operation.before : operation.object;
  switch (object.kind) {
    case 'device':
      return deviceSteps(operation, object);
    case 'address':
      return [addressStep(operation, object, indexOf)];
    case 'host-interface':
      return [must(setLinkUp({ name: object.name }))];
    case 'neighbour':
      return [neighbourStep(operation, object, indexOf)];
    case 'fdb':
      return forwardingSteps(operation, object, indexOf);
    case 'route':
      return [routeStep(operation, object, indexOf)];
    case 'sysctl':
      throw new AssertionFailure(`${object.name} is no netlink object`);
    default:
      return unreachable(object);
  }
}

function must(request: Uint8Array): Step {
  return { request, harmless: [] };
}

function remove(request: Uint8Array): Step {
  return { request, harmless: GONE };
}

function deviceSteps(operation: Operation, device: VxlanDevice): readonly Step[] {
  const { vni, port, local, mac, mtu } = device;
  const before = operation.action === 'change' ? operation.before : undefined;
  if (before?.kind === 'device') return deviceChangeSteps(device, before);
  assert(local !== undefined, 'a VXLAN device without an underlay address');
  const made = [
    must(newVxlan(VXLAN_DEVICE, { vni, port, local })),
    must(changeLink(TUNNEL, { mac, mtu })),
    withoutLinkLocal(),
    must(setLinkUp(TUNNEL)),
  ];
  return operation.action === 'recreate' ? [remove(deleteLink(TUNNEL)), ...made] : made;
}

/** Only what differs: even the same MAC once more makes the kernel forget the neighbours. */
function deviceChangeSteps(wanted: VxlanDevice, before: VxlanDevice): readonly Step[] {
  const { mac, mtu } = wanted;
  return [
    ...(mac === before.mac ? [] : [must(changeLink(TUNNEL, { mac }))]),
    ...(mtu === before.mtu ? [] : [must(changeLink(TUNNEL, { mtu }))]),
    ...(before.learning ? [must(stopVxlanLearning(TUNNEL))] : []),
    ...(before.linkLocal ? [withoutLinkLocal()] : []),
    ...(before.up ? [] : [must(setLinkUp(TUNNEL))]),
  ];
}

function withoutLinkLocal(): Step {
  const request = changeLink(TUNNEL, { addressGeneration: AddressGeneration.none });
  return { request, harmless: NO_IPV6 };
}

function addressStep(
  { action }: Operation,
  { address, prefixLength }: OverlayAddress,
  indexOf: IndexOf,
): Step {
  const wanted = { index: mustFind(VXLAN_DEVICE, indexOf), address, prefixLength };
  if (action === 'remove') return remove(deleteAddress(wanted));
  return must(newAddress({ ...wanted, noDad: true }));
}

function neighbourStep(
  { action }: Operation,
  { device, address, mac }: PermanentNeighbour,
  indexOf: IndexOf,
): Step {
  const index = mustFind(device, indexOf);
  if (action === 'remove') return remove(deleteNeighbour({ index, address }));
  return must(newNeighbour({ index, address, mac, permanent: true }));
}

/** One MAC has several destinations only where a stranger gave a group's MAC some: all must go. */
function forwardingSteps(
  { action }: Operation,
  { mac, destinations }: ForwardingEntry,
  indexOf: IndexOf,
): readonly Step[] {
  const index = mustFind(VXLAN_DEVICE, indexOf);
  const entries = destinations.map((destination) => ({ index, mac, ...destination }));
  if (action === 'remove') return entries.map((entry) => remove(deleteForwardingEntry(entry)));
  return entries.map((entry) => must(newForwardingEntry(entry)));
}

function routeStep({ action }: Operation, route: OwnRoute, indexOf: IndexOf): Step {
  const { destination, priority, type, scope, onlink, device, gateway, source, mtu } = route;
  const request: Route = {
    destination,
    priority,
    // SAFETY: every type in a state is ours or was read by parseRoute.
    type: type as RouteType,
    scope,
    onlink,
    protocol: ROUTE_PROTOCOL,
    ...(device === undefined ? {} : { index: mustFind(device, indexOf) }),
    ...(gateway === undefined ? {} : { gateway }),
    ...(source === undefined ? {} : { source }),
    ...(mtu === undefined ? {} : { mtu }),
  };
  if (action === 'remove') return remove(deleteRoute(request));
  return must(action === 'create' ? newRoute(request) : replaceRoute(request));
}

function mustFind(device: string, indexOf: IndexOf): number {
  const index = indexOf(device);
  if (index === undefined) throw new NoInterfaceError(device);
  return index;
}
