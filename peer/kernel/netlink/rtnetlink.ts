/**
 * What the four kinds of rtnetlink objects share: message numbers and address families.
 * Source: rtnetlink(7), include/uapi/linux/rtnetlink.h.
 */
import type { Family } from '../../ipam/cidr.ts';

export const RtMessage = {
  newLink: 16,
  deleteLink: 17,
  getLink: 18,
  newAddress: 20,
  deleteAddress: 21,
  getAddress: 22,
  newRoute: 24,
  deleteRoute: 25,
  getRoute: 26,
  newNeighbour: 28,
  deleteNeighbour: 29,
  getNeighbour: 30,
} as const;

/** AF_BRIDGE: the family of forwarding database entries. */
export const BRIDGE_FAMILY = 7;

/** AF_INET and AF_INET6. */
export const ADDRESS_FAMILY = { 4: 2, 6: 10 } as const;

export function familyOf(addressFamily: number): Family | undefined {
  if (addressFamily === ADDRESS_FAMILY[4]) return 4;
  return addressFamily === ADDRESS_FAMILY[6] ? 6 : undefined;
}
