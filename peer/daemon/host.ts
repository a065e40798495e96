/** This host as the daemon finds it: the kernel, the underlay, and what stands in the way. */
import { constants } from 'node:os';
import type { Config } from '../config/config.ts';
import { ConfigError } from '../config/config.ts';
import {
  type Address,
  type Cidr,
  formatAddress,
  formatCidr,
  containsAddress,
} from '../ipam/cidr.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { openLinuxKernel } from '../kernel/linux-kernel.ts';
import { type HostEnd, readHostEnds } from '../kernel/host-ends.ts';
import { deleteLink } from '../kernel/netlink/link.ts';
import { type Netlink, openNetlink } from '../kernel/netlink/socket.ts';
import { defaultUnderlayAddress, findUnderlay, conflictingRoutes } from '../kernel/underlay.ts';
import { ENCAPSULATION_BYTES } from '../overlay/names.ts';
import { IPV6_MTU_MIN } from '../overlay/sysctl-settings.ts';

export interface Underlay {
  readonly address: Address;
  /** What of an underlay packet is left for the overlay, in bytes. */
  readonly mtu: number;
}

export class Host {
  readonly kernel: Kernel;
  readonly #netlink: Netlink;

  private constructor(kernel: Kernel, netlink: Netlink) {
    this.kernel = kernel;
    this.#netlink = netlink;
  }

  /** Throws NetlinkError. */
  static open({ sysctlDirectory }: Pick<Config, 'sysctlDirectory'>): Host {
    return new Host(openLinuxKernel({ sysctlDirectory }), openNetlink());
  }

  /**
   * `internal`: the addresses of the cluster's Node for this host. Unless one was given, the first
   * IPv4 one that is here is taken, else the first IPv6 one. Throws ConfigError when the address is
   * not on this host, none can be found, or it leaves no room.
   */
  underlay({ name, address, mtu, universe }: Config, internal?: readonly Address[]): Underlay {
    const found =
      address ??
      (internal === undefined
        ? defaultUnderlayAddress(this.#netlink)
        : this.#firstHere(name, internal));
    if (found === undefined) {
      throw new ConfigError('this host has no default route and no global address: give --address');
    }
    const on = findUnderlay(this.#netlink, found);
    if (on === undefined) {
      throw new ConfigError(`--address ${formatAddress(found)} is on no interface of this host`);
    }
    const taken = universe.find((range) => containsAddress(range, found));
    if (taken !== undefined) {
      throw new ConfigError(
        `the address ${formatAddress(found)} of this host is in the universe ${formatCidr(taken)}, so a pod could be given it: ` +
          'choose another --universe, the same on every peer',
      );
    }
    const left = on.mtu - ENCAPSULATION_BYTES[found.family];
    if (mtu > left) {
      throw new ConfigError(
        `--mtu ${mtu} does not fit: ${on.name} has ${on.mtu}, of which ${left} are left for the overlay`,
      );
    }
    const used = mtu === 0 ? left : mtu;
    if (used < IPV6_MTU_MIN && universe.some(({ family }) => family === 6)) {
      throw new ConfigError(
        `${on.name} has an MTU of ${on.mtu}, which leaves ${used} for the overlay: IPv6 needs ${IPV6_MTU_MIN}`,
      );
    }
    return { address: found, mtu: used };
  }

  /** Of the pods that run here. Throws NetlinkError. */
  hostEnds(): readonly HostEnd[] {
    return readHostEnds(this.#netlink);
  }

  /** The routes of the host that aren't ours and lead into the universe, as a sentence. Throws NetlinkError. */
  describeOverlap(universe: readonly Cidr[]): string | undefined {
    const routes = conflictingRoutes(this.#netlink, universe);
    if (routes.length === 0) return undefined;
    return (
      `the universe ${universe.map(formatCidr).join(', ')} overlaps routes of this host: ` +
      routes.join('; ')
    );
  }

  #firstHere(nodeName: string, internal: readonly Address[]): Address {
    // In which order a Node lists its families differs from node to node, and peers of which one
    // has an IPv4 underlay and the other an IPv6 one can't reach each other.
    const ordered = internal.toSorted((a, b) => a.family - b.family);
    const here = ordered.find((address) => findUnderlay(this.#netlink, address) !== undefined);
    if (here !== undefined) return here;
    throw new ConfigError(
      `none of the InternalIPs of the Node ${nodeName} is on an interface of this host: ` +
        `${internal.map(formatAddress).join(', ')}. See that the peer runs in the host's network, ` +
        "and what the node's kubelet reports",
    );
  }

  /** One that is not there is fine. */
  deleteInterface(name: string): void {
    const [reply] = this.#netlink.exchange([deleteLink({ name })]);
    if (reply?.error !== undefined && reply.error.errno !== constants.errno.ENODEV)
      throw reply.error;
  }

  [Symbol.dispose](): void {
    this.kernel.close();
    this.#netlink.close();
  }
}
