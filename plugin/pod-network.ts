/**
 * What an attachment is called and looks like: names, MAC and addresses of the two ends of its veth
 * pair, all derived from the key and the addresses, so that nothing has to be remembered.
 */
import { createHash } from 'node:crypto';
import { type AttachmentKey, attachmentKey } from '../peer/ipam/attachment.ts';
import { type Address, addressBytes, type Family } from '../peer/ipam/cidr.ts';
import { parseAddress } from '../peer/ipam/parse.ts';
import { HOST_INTERFACE_PREFIX, POD_GATEWAY } from '../peer/overlay/names.ts';

/** With the prefix this makes 15 characters, all that an interface name may have. */
const HASH_HEX_DIGITS = 10;

/** Locally administered; the habit of container networks since OpenShift SDN. */
const POD_MAC_PREFIX = [0x0a, 0x58];

/** IFALIASZ of linux/if.h, without the zero byte. */
const ALIAS_BYTES_MAX = 255;

const GATEWAYS = { 4: parseAddress(POD_GATEWAY.v4), 6: parseAddress(POD_GATEWAY.v6) } as const;

export function podGateway(family: Family): Address {
  return GATEWAYS[family];
}

/** The host end's name: 40 bits of the key's SHA-256, so that it is found again without any state. */
export function hostInterfaceName(key: AttachmentKey): string {
  const hash = createHash('sha256').update(attachmentKey(key)).digest('hex');
  return HOST_INTERFACE_PREFIX + hash.slice(0, HASH_HEX_DIGITS);
}

/** 0a:58 and the IPv4 address; for a pod with IPv6 alone, a hash of that. */
export function podMac(addresses: readonly Address[]): string {
  const v4 = addresses.find(({ family }) => family === 4);
  const bytes = v4 === undefined ? hashAddresses(addresses) : addressBytes(v4);
  return [...POD_MAC_PREFIX, ...bytes.subarray(0, 4)]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join(':');
}

/** The host end's alias, by which people find a pod's interface; pod names are ASCII. */
export function podAlias(podName: string): string {
  return podName.slice(0, ALIAS_BYTES_MAX);
}

function hashAddresses(addresses: readonly Address[]): Uint8Array {
  const hash = createHash('sha256');
  for (const address of addresses) hash.update(addressBytes(address));
  return hash.digest();
}
