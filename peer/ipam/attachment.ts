/** One (container id, interface name) on the network, with its addresses. Durable from ADD to DEL. */
import type { Address } from './cidr.ts';

export interface AttachmentKey {
  readonly containerId: string;
  readonly interfaceName: string;
}

export interface Attachment extends AttachmentKey {
  /** At most one address of each family, IPv4 first. */
  readonly addresses: readonly Address[];
  /** The veth's end on the host. */
  readonly hostInterface: string;
  /** The pod's MAC, lower case with colons. */
  readonly podMac: string;
  /** "namespace/name" when the runtime told it; empty otherwise. */
  readonly podName: string;
}

/** One string a key, for maps. Neither part may hold a space. */
export function attachmentKey({ containerId, interfaceName }: AttachmentKey): string {
  return `${containerId} ${interfaceName}`;
}
