/** The kernel settings that the overlay needs, and no other. Values are what /proc/sys shows. */
import type { Sysctl } from './kernel-state.ts';
import { VXLAN_DEVICE } from './names.ts';

/** There if, and only if, the kernel has IPv6. */
export const IPV6_FORWARDING = 'net/ipv6/conf/all/forwarding';

/** Below it an interface has no IPv6, and none of its settings (RFC 8200 §5). */
export const IPV6_MTU_MIN = 1280;

/** Whether the overlay uses IPv6, and the MTU of its interfaces. */
export interface Ipv6Use {
  readonly ipv6: boolean;
  readonly mtu: number;
}

/** Settings of the host as a whole: it has to forward between pods and tunnel. */
export function hostSysctls({ ipv6 }: { readonly ipv6: boolean }): readonly Sysctl[] {
  const forward4: Sysctl = { kind: 'sysctl', name: 'net/ipv4/ip_forward', value: '1' };
  const forward6: Sysctl = { kind: 'sysctl', name: IPV6_FORWARDING, value: '1' };
  return ipv6 ? [forward4, forward6] : [forward4];
}

/**
 * Settings of the VXLAN device. Reverse path filter loose: a remote node may send from its underlay
 * address, whose way back is not the tunnel; a strict filter would drop that.
 */
export function tunnelSysctls(use: Ipv6Use): readonly Sysctl[] {
  const device = VXLAN_DEVICE;
  return [
    { kind: 'sysctl', name: `net/ipv4/conf/${device}/rp_filter`, value: '2', device },
    ...ipv6Sysctls(device, use),
  ];
}

/** Settings of the host end of a pod's veth pair. */
export function hostInterfaceSysctls(device: string, use: Ipv6Use): readonly Sysctl[] {
  return ipv6Sysctls(device, use);
}

/**
 * No router may be announced on our interfaces: a pod could give the host a default route. This
 * holds even where we use no IPv6. Hosts that switch IPv6 off by default get it back on ours.
 */
function ipv6Sysctls(device: string, { ipv6, mtu }: Ipv6Use): readonly Sysctl[] {
  if (mtu < IPV6_MTU_MIN) return [];
  const path = `net/ipv6/conf/${device}`;
  const refuse: Sysctl = { kind: 'sysctl', name: `${path}/accept_ra`, value: '0', device };
  const enable: Sysctl = { kind: 'sysctl', name: `${path}/disable_ipv6`, value: '0', device };
  return ipv6 ? [enable, refuse] : [refuse];
}
