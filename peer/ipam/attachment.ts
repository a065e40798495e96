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

/**
 * The key of an attachment that was found by its host interface alone: whose it is was lost. No
 * runtime's container id is empty, so it is nobody else's.
 */
export function foundKey(hostInterface: string): AttachmentKey {
  return { containerId: '', interfaceName: hostInterface };
}

/** One string a key, for maps. Neither part may hold a space. */
export function attachmentKey({ containerId, interfaceName }: AttachmentKey): string {
  return `${containerId} ${interfaceName}`;
}
