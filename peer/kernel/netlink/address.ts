/** Addresses of interfaces: requests and the reader of answers. Source: if_addr.h. */
import { type Address, addressBytes, addressFromBytes } from '../../ipam/cidr.ts';
import {
  bytesAttribute,
  parseAttributes,
  readUint32,
  uint32Attribute,
  viewOf,
} from './attribute.ts';
import { encodeRequest, Flag, type Message } from './message.ts';
import { ADDRESS_FAMILY, RtMessage } from './rtnetlink.ts';

const HEADER_BYTES = 8;
const Ifa = { address: 1, local: 2, flags: 8 } as const;

/** No duplicate address detection (IPv6; the kernel ignores it for IPv4). */
const FLAG_NO_DAD = 0x02;

/** rt_scope_t values that addresses and routes use. */
export const Scope = { universe: 0, link: 253, host: 254 } as const;

export interface InterfaceAddress {
  /** The interface. */
  readonly index: number;
  readonly address: Address;
  readonly prefixLength: number;
}

export interface NewAddress extends InterfaceAddress {
  /** Usable at once: nobody else can have the address. */
  readonly noDad: boolean;
  /** One of Scope; universe unless told otherwise. */
  readonly scope?: number;
}

export interface ObservedAddress extends InterfaceAddress {
  readonly scope: number;
}

/** Fails with EEXIST if the interface has it already. */
export function newAddress(wanted: NewAddress): Uint8Array {
  const attributes = addressAttributes(wanted.address);
  if (wanted.noDad) attributes.push(uint32Attribute(Ifa.flags, FLAG_NO_DAD));
  return encodeRequest({
    type: RtMessage.newAddress,
    flags: Flag.create | Flag.exclusive,
    header: addressHeader(wanted),
    attributes,
  });
}

export function deleteAddress(unwanted: InterfaceAddress): Uint8Array {
  return encodeRequest({
    type: RtMessage.deleteAddress,
    flags: 0,
    header: addressHeader(unwanted),
    attributes: addressAttributes(unwanted.address),
  });
}

/** The addresses of both families, of one interface if `index` is given. */
export function dumpAddresses({ index = 0 }: { readonly index?: number } = {}): Uint8Array {
  const header = new Uint8Array(HEADER_BYTES);
  viewOf(header).setUint32(4, index, true);
  return encodeRequest({ type: RtMessage.getAddress, flags: Flag.dump, header, attributes: [] });
}

/** The address that a message tells of (also of its end); undefined for other messages. */
export function parseInterfaceAddress({ type, payload }: Message): ObservedAddress | undefined {
  if (type !== RtMessage.newAddress && type !== RtMessage.deleteAddress) return undefined;
  if (payload.length < HEADER_BYTES) return undefined;
  const attributes = parseAttributes(payload.subarray(HEADER_BYTES));
  // On a point-to-point link IFA_ADDRESS is the other end's; IFA_LOCAL is ours where it is given.
  const own = attributes.get(Ifa.local) ?? attributes.get(Ifa.address);
  const address = own && addressFromBytes(own);
  if (address === undefined) return undefined;
  const index = readUint32(payload.subarray(4)) ?? 0;
  return { index, address, prefixLength: payload[1] ?? 0, scope: payload[3] ?? 0 };
}

function addressHeader(wanted: InterfaceAddress & { readonly scope?: number }): Uint8Array {
  const { index, address, prefixLength, scope = Scope.universe } = wanted;
  const out = new Uint8Array(HEADER_BYTES);
  out.set([ADDRESS_FAMILY[address.family], prefixLength, 0, scope]);
  viewOf(out).setUint32(4, index, true);
  return out;
}

function addressAttributes(address: Address): Uint8Array[] {
  const bytes = addressBytes(address);
  return [bytesAttribute(Ifa.local, bytes), bytesAttribute(Ifa.address, bytes)];
}
