/** Who is at the other end of a socket, by address. */
import type { Socket } from 'node:net';
import { type Address, type Family, formatAddress, formatCidr, rangeAround } from '../ipam/cidr.ts';
import { parseAddress } from '../ipam/parse.ts';
import type { Endpoint } from '../mesh/record.ts';

/** Bits of an IPv6 address that name its link: whoever has one address of it has all. */
const LINK_LENGTH = 64;
/** What one site has: the usual subnet of IPv4, and the most that a site is given of IPv6 (RFC 6177). */
const NETWORK_LENGTHS: Readonly<Record<Family, number>> = { 4: 24, 6: 48 };

/** Undefined when the connection is gone already. */
export function remoteEndpoint({ remoteAddress, remotePort }: Socket): Endpoint | undefined {
  if (remoteAddress === undefined || remotePort === undefined) return undefined;
  // A link-local address may come with the interface behind it.
  const [text = ''] = remoteAddress.split('%');
  return { address: parseAddress(text), port: remotePort };
}

/** What counts as one address where strangers are counted: one of IPv4, a /64 of IPv6. */
export function addressGroup(address: Address): string {
  if (address.family === 4) return formatAddress(address);
  return formatCidr(rangeAround(address, LINK_LENGTH));
}

/** What counts as one network where strangers share places: a /24 of IPv4, a /48 of IPv6. */
export function networkGroup(address: Address): string {
  return formatCidr(rangeAround(address, NETWORK_LENGTHS[address.family]));
}
