/** Who is at the other end of a socket, by address. */
import type { Socket } from 'node:net';
import { type Address, formatAddress } from '../ipam/cidr.ts';
import { parseAddress } from '../ipam/parse.ts';
import type { Endpoint } from '../mesh/record.ts';

/** Bits of an IPv6 address that tell hosts of one link apart: whoever has one of these has all. */
const INTERFACE_BITS = 64n;

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
  const network = (address.value >> INTERFACE_BITS) << INTERFACE_BITS;
  return `${formatAddress({ family: 6, value: network })}/64`;
}
