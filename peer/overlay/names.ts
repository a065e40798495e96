/** Names and numbers in the kernel by which we know our own objects. Specification constants. */

/** The VXLAN device. */
export const VXLAN_DEVICE = 'weft0';

/** Host ends of veth pairs: this, then a hash of the attachment's key; 15 characters in all. */
export const HOST_INTERFACE_PREFIX = 'weft-';

/** rtm_protocol of every route of ours (see rtnetlink(7); values above 4 are free to use). */
export const ROUTE_PROTOCOL = 119;

/** The pod's default gateway: link-local, the same on every node, answered by a fixed neighbour. */
export const POD_GATEWAY = { v4: '169.254.1.1', v6: 'fe80::1' } as const;

/** MAC of every host end (0a:58 and the IPv4 gateway), so that the pod's neighbour entry is a constant. */
export const HOST_INTERFACE_MAC = '0a:58:a9:fe:01:01';

/** Bytes that VXLAN adds on an IPv4 and an IPv6 underlay: outer IP, UDP, VXLAN, inner Ethernet. */
export const ENCAPSULATION_BYTES = { 4: 50, 6: 70 } as const;
