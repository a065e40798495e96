/** The result of an ADD, in the form that each version of the specification gives it. */
import {
  type Address,
  type Family,
  formatAddress,
  formatCidr,
  hostRange,
} from '../peer/ipam/cidr.ts';
import { HOST_INTERFACE_MAC } from '../peer/overlay/names.ts';
import type { Dns } from './network-config.ts';
import { podGateway } from './pod-network.ts';
import { type CniVersion, isAtLeast } from './versions.ts';

/** What was attached, apart from any version. */
export interface PodResult {
  readonly hostInterface: string;
  readonly podInterface: string;
  readonly podMac: string;
  /** The namespace's path. */
  readonly sandbox: string;
  /** Bytes, of both ends. */
  readonly mtu: number;
  /** At most one of each family. */
  readonly addresses: readonly Address[];
  readonly dns: Dns;
}

/** Where the pod's end is in `interfaces`. */
const POD_INTERFACE_INDEX = 1;

export function resultDocument(cniVersion: CniVersion, result: PodResult): object {
  return isAtLeast(cniVersion, '0.3.0')
    ? { cniVersion, ...listResult(cniVersion, result) }
    : { cniVersion, ...familyResult(result) };
}

/** 0.1.0 and 0.2.0: one object a family, and no interfaces. */
function familyResult({ addresses, dns }: PodResult): object {
  const entries = addresses.map((address) => [
    `ip${address.family}`,
    { ip: hostCidr(address), gateway: gatewayOf(address), routes: [defaultRoute(address.family)] },
  ]);
  return { ...Object.fromEntries(entries), dns };
}

/** From 0.3.0 on: lists. `ips[].version` went with 1.0.0, `interfaces[].mtu` came with 1.1.0. */
function listResult(cniVersion: CniVersion, result: PodResult): object {
  const { addresses, dns, hostInterface, podInterface, podMac, sandbox } = result;
  const mtu = isAtLeast(cniVersion, '1.1.0') ? { mtu: result.mtu } : {};
  const hasFamily = !isAtLeast(cniVersion, '1.0.0');
  return {
    interfaces: [
      { name: hostInterface, mac: HOST_INTERFACE_MAC, ...mtu },
      { name: podInterface, mac: podMac, ...mtu, sandbox },
    ],
    ips: addresses.map((address) => ({
      ...(hasFamily ? { version: String(address.family) } : {}),
      interface: POD_INTERFACE_INDEX,
      address: hostCidr(address),
      gateway: gatewayOf(address),
    })),
    routes: addresses.map(({ family }) => defaultRoute(family)),
    dns,
  };
}

function defaultRoute(family: Family): { dst: string; gw: string } {
  const dst = formatCidr({ family, address: 0n, length: 0 });
  return { dst, gw: formatAddress(podGateway(family)) };
}

function hostCidr(address: Address): string {
  return formatCidr(hostRange(address));
}

function gatewayOf({ family }: Address): string {
  return formatAddress(podGateway(family));
}
