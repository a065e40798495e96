/**
 * From desired and observed state to the operations that turn the one into the other, in an order
 * in which no packet finds half a way: the device, its settings and address; neighbours and
 * forwarding entries before the routes that use them; what goes, goes last and in reverse order.
 *
 * The kernel takes things away on its own when a device or its MAC changes. The plan knows which,
 * and makes them again in the same go.
 */
import type { OverlayInput } from './input.ts';
import {
  describeObject,
  deviceOf,
  type HostInterface,
  type KernelObject,
  type KernelState,
  keyOf,
  kernelState,
  type ObjectKind,
  type PermanentNeighbour,
  type VxlanDevice,
} from './kernel-state.ts';
import { VXLAN_DEVICE } from './names.ts';
import { IPV6_FORWARDING } from './sysctl-settings.ts';

export interface Creation {
  readonly action: 'create';
  readonly kind: ObjectKind;
  readonly key: string;
  readonly object: KernelObject;
}

/** `change` keeps the object in place without a gap; `recreate` (device only) does not. */
export interface Change {
  readonly action: 'change' | 'recreate';
  readonly kind: ObjectKind;
  readonly key: string;
  readonly object: KernelObject;
  readonly before: KernelObject;
}

export interface Removal {
  readonly action: 'remove';
  readonly kind: ObjectKind;
  readonly key: string;
  readonly before: KernelObject;
}

export type Operation = Creation | Change | Removal;

export interface PlanInput extends Pick<OverlayInput, 'settled' | 'isAwaited'> {
  readonly desired: KernelState;
  readonly observed: KernelState;
}

const KIND_ORDER = [
  'device',
  'sysctl',
  'address',
  'host-interface',
  'neighbour',
  'fdb',
  'route',
] as const;

/** Devices, host ends and sysctls are brought into shape, never taken away. */
const REMOVABLE: readonly ObjectKind[] = ['address', 'neighbour', 'fdb', 'route'];

export function planChanges(input: PlanInput): readonly Operation[] {
  const { desired, observed, settled } = input;
  const possible = possibleState(desired, observed);
  const device = planDevice(possible, observed);
  const left = stateAfter(device, observed);
  const additions = KIND_ORDER.flatMap((kind) => planKind(kind, { possible, left }));
  return [...device, ...additions, ...(settled ? planRemovals(input, left) : [])];
}

/**
 * The part of what is desired that can be: without what sits on host ends that don't exist, and
 * without the IPv6 settings of a kernel that has no IPv6.
 */
export function possibleState(desired: KernelState, observed: KernelState): KernelState {
  const missing = new Set(missingInterfaces(desired, observed));
  const hasIpv6 = observed.has(`sysctl ${IPV6_FORWARDING}`);
  const isPossible = (object: KernelObject): boolean =>
    !missing.has(deviceOf(object) ?? '') &&
    (hasIpv6 || object.kind !== 'sysctl' || !object.name.startsWith('net/ipv6/'));
  return kernelState([...desired.values()].filter(isPossible));
}

/** Host ends that attachments name and the kernel does not have (yet, or any more). */
export function missingInterfaces(desired: KernelState, observed: KernelState): readonly string[] {
  const isMissing = ([key, object]: [string, KernelObject]): boolean =>
    object.kind === 'host-interface' && !observed.has(key);
  return [...desired].filter(isMissing).map(([, object]) => (object as HostInterface).name);
}

function planDevice(desired: KernelState, observed: KernelState): readonly Operation[] {
  const key = `device ${VXLAN_DEVICE}`;
  const [object, before] = [desired.get(key), observed.get(key)];
  if (object?.kind !== 'device') return [];
  if (before?.kind !== 'device') return [{ action: 'create', kind: 'device', key, object }];
  if (describeObject(object) === describeObject(before)) return [];
  const action = hasSameFixedPart(object, before) ? 'change' : 'recreate';
  return [{ action, kind: 'device', key, object, before }];
}

function hasSameFixedPart(a: VxlanDevice, b: VxlanDevice): boolean {
  const fixed = ({ vni, port, local }: VxlanDevice): string =>
    describeObject({ ...a, vni, port, local });
  return fixed(a) === fixed(b);
}

/** What is left of the observed state once the device operation has been done. */
function stateAfter([operation]: readonly Operation[], observed: KernelState): KernelState {
  if (operation === undefined || operation.action === 'remove') return observed;
  const objects = [...observed.values()];
  if (operation.action !== 'change') return kernelState(objects.flatMap(withoutDevice));
  const { object, before } = operation;
  if (object.kind !== 'device' || before.kind !== 'device' || object.mac === before.mac)
    return observed;
  return kernelState(objects.filter((it) => !isTunnelNeighbour(it)));
}

/** A new MAC makes the kernel forget all neighbours of the device, permanent ones too. */
function isTunnelNeighbour(object: KernelObject): object is PermanentNeighbour {
  return object.kind === 'neighbour' && object.device === VXLAN_DEVICE;
}

/**
 * With the device goes its address, and with that every IPv4 route, on whatever device, that has
 * it for its source; an IPv6 route stays and loses the source.
 */
function withoutDevice(object: KernelObject): readonly KernelObject[] {
  if (object.kind === 'device' || deviceOf(object) === VXLAN_DEVICE) return [];
  if (object.kind !== 'route' || object.source === undefined) return [object];
  if (object.destination.family === 4) return [];
  const { source: _, ...rest } = object;
  return [rest];
}

function planKind(
  kind: ObjectKind,
  { possible, left }: { readonly possible: KernelState; readonly left: KernelState },
): readonly Operation[] {
  if (kind === 'device') return [];
  const wanted = [...possible].filter(([, object]) => object.kind === kind);
  return wanted.flatMap(([key, object]): Operation[] => {
    const before = left.get(key);
    if (before === undefined) return [{ action: 'create', kind, key, object }];
    if (describeObject(before) === describeObject(object)) return [];
    return [{ action: 'change', kind, key, object, before }];
  });
}

function planRemovals({ desired, isAwaited }: PlanInput, left: KernelState): readonly Operation[] {
  const isToStay = (object: KernelObject): boolean => {
    const mac = remoteMac(object, (key) => desired.get(key) ?? left.get(key));
    return mac !== undefined && isAwaited?.(mac) === true;
  };
  const unwanted = [...left].filter(([key, object]) => !desired.has(key) && !isToStay(object));
  return KIND_ORDER.toReversed()
    .filter((kind) => REMOVABLE.includes(kind))
    .flatMap((kind) => unwanted.filter(([, object]) => object.kind === kind))
    .map(([key, before]) => ({ action: 'remove', kind: before.kind, key, before }));
}

/** The MAC of the VTEP that the object leads to: a route does by the neighbour that is its gateway. */
function remoteMac(
  object: KernelObject,
  find: (key: string) => KernelObject | undefined,
): string | undefined {
  if (object.kind === 'fdb' || isTunnelNeighbour(object)) return object.mac;
  if (object.kind !== 'route' || object.gateway === undefined) return undefined;
  const gateway = { device: VXLAN_DEVICE, address: object.gateway, mac: '' } as const;
  const neighbour = find(keyOf({ kind: 'neighbour', ...gateway }));
  return neighbour?.kind === 'neighbour' ? neighbour.mac : undefined;
}
