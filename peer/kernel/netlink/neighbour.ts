/**
 * Neighbours (address to MAC) and forwarding entries of a VXLAN device (MAC to underlay address):
 * the kernel keeps both as one kind of message. Source: include/uapi/linux/neighbour.h.
 */
import { type Address, addressBytes, addressFromBytes } from '../../ipam/cidr.ts';
import {
  bytesAttribute,
  parseAttributes,
  portAttribute,
  readPort,
  readUint32,
  uint32Attribute,
  viewOf,
} from './attribute.ts';
import { formatMac, macBytes } from './mac.ts';
import { encodeRequest, Flag, type Message } from './message.ts';
import { ADDRESS_FAMILY, BRIDGE_FAMILY, RtMessage } from './rtnetlink.ts';

const HEADER_BYTES = 12;
const Nda = { destination: 1, mac: 2, port: 6, vni: 7, interfaceIndex: 8 } as const;
const STATE_REACHABLE = 0x02;
const STATE_PERMANENT = 0x80;

/** The entry is of the device itself, not of a bridge above it. */
const FLAG_SELF = 0x02;

export interface Neighbour {
  /** The interface. */
  readonly index: number;
  readonly address: Address;
  readonly mac: string;
  /** False: it may age, and the kernel then asks for it again. */
  readonly permanent: boolean;
}

/** Where a VXLAN device sends what goes to a MAC. */
export interface ForwardingEntry {
  readonly index: number;
  readonly mac: string;
  readonly underlay: Address;
  /** UDP port, only where it differs from the device's own. */
  readonly port?: number;
  /** Only where it differs from the device's own. */
  readonly vni?: number;
}

/** Makes the neighbour, or makes the one that is there as told. */
export function newNeighbour({ index, address, mac, permanent }: Neighbour): Uint8Array {
  const family = ADDRESS_FAMILY[address.family];
  const state = permanent ? STATE_PERMANENT : STATE_REACHABLE;
  return encodeRequest({
    type: RtMessage.newNeighbour,
    flags: Flag.create | Flag.replace,
    header: neighbourHeader({ family, index, state }),
    attributes: [
      bytesAttribute(Nda.destination, addressBytes(address)),
      bytesAttribute(Nda.mac, macBytes(mac)),
    ],
  });
}

export function deleteNeighbour({
  index,
  address,
}: Omit<Neighbour, 'mac' | 'permanent'>): Uint8Array {
  return encodeRequest({
    type: RtMessage.deleteNeighbour,
    flags: 0,
    header: neighbourHeader({ family: ADDRESS_FAMILY[address.family], index }),
    attributes: [bytesAttribute(Nda.destination, addressBytes(address))],
  });
}

/** Makes the entry, or turns the one of the same MAC to the new destination. */
export function newForwardingEntry(entry: ForwardingEntry): Uint8Array {
  return encodeRequest({
    type: RtMessage.newNeighbour,
    flags: Flag.create | Flag.replace,
    header: forwardingHeader(entry.index),
    attributes: forwardingAttributes(entry),
  });
}

export function deleteForwardingEntry(entry: ForwardingEntry): Uint8Array {
  return encodeRequest({
    type: RtMessage.deleteNeighbour,
    flags: 0,
    header: forwardingHeader(entry.index),
    attributes: forwardingAttributes(entry),
  });
}

/** The neighbours of both families, of one interface if `index` is given. */
export function dumpNeighbours({ index }: { readonly index?: number } = {}): Uint8Array {
  return encodeRequest({
    type: RtMessage.getNeighbour,
    flags: Flag.dump,
    header: neighbourHeader({ family: 0, index: 0 }),
    attributes: index === undefined ? [] : [uint32Attribute(Nda.interfaceIndex, index)],
  });
}

/** The forwarding entries of one device. */
export function dumpForwardingEntries({ index }: { readonly index: number }): Uint8Array {
  return encodeRequest({
    type: RtMessage.getNeighbour,
    flags: Flag.dump,
    header: neighbourHeader({ family: BRIDGE_FAMILY, index }),
    attributes: [],
  });
}

/** The neighbour that a message tells of (also of its end); undefined without a MAC and for other messages. */
export function parseNeighbour(message: Message): Neighbour | undefined {
  if (!isNeighbourMessage(message) || message.payload[0] === BRIDGE_FAMILY) return undefined;
  const attributes = parseAttributes(message.payload.subarray(HEADER_BYTES));
  const address = addressFromBytes(attributes.get(Nda.destination) ?? new Uint8Array());
  const mac = attributes.get(Nda.mac);
  if (address === undefined || mac?.length !== 6) return undefined;
  const permanent = (viewOf(message.payload).getUint16(8, true) & STATE_PERMANENT) !== 0;
  return { index: neighbourIndex(message), address, mac: formatMac(mac), permanent };
}

/** The forwarding entry that a message tells of; undefined without a destination and for other messages. */
export function parseForwardingEntry(message: Message): ForwardingEntry | undefined {
  if (!isNeighbourMessage(message) || message.payload[0] !== BRIDGE_FAMILY) return undefined;
  const attributes = parseAttributes(message.payload.subarray(HEADER_BYTES));
  const underlay = addressFromBytes(attributes.get(Nda.destination) ?? new Uint8Array());
  const mac = attributes.get(Nda.mac);
  if (underlay === undefined || mac?.length !== 6) return undefined;
  const port = readPort(attributes.get(Nda.port));
  const vni = readUint32(attributes.get(Nda.vni));
  return {
    index: neighbourIndex(message),
    mac: formatMac(mac),
    underlay,
    ...(port === undefined ? {} : { port }),
    ...(vni === undefined ? {} : { vni }),
  };
}

/** The interface that a message is about for which isNeighbourMessage holds. */
export function neighbourIndex({ payload }: Message): number {
  return viewOf(payload).getInt32(4, true);
}

export function isNeighbourMessage({ type, payload }: Message): boolean {
  const isOne = type === RtMessage.newNeighbour || type === RtMessage.deleteNeighbour;
  return isOne && payload.length >= HEADER_BYTES;
}

function forwardingHeader(index: number): Uint8Array {
  return neighbourHeader({
    family: BRIDGE_FAMILY,
    index,
    state: STATE_PERMANENT,
    flags: FLAG_SELF,
  });
}

function forwardingAttributes({ mac, underlay, port, vni }: ForwardingEntry): Uint8Array[] {
  return [
    bytesAttribute(Nda.mac, macBytes(mac)),
    bytesAttribute(Nda.destination, addressBytes(underlay)),
    ...(port === undefined ? [] : [portAttribute(Nda.port, port)]),
    ...(vni === undefined ? [] : [uint32Attribute(Nda.vni, vni)]),
  ];
}

/** ndmsg. */
function neighbourHeader(fields: {
  readonly family: number;
  readonly index: number;
  readonly state?: number;
  readonly flags?: number;
}): Uint8Array {
  const out = new Uint8Array(HEADER_BYTES);
  out[0] = fields.family;
  const view = viewOf(out);
  view.setInt32(4, fields.index, true);
  view.setUint16(8, fields.state ?? 0, true);
  out[10] = fields.flags ?? 0;
  return out;
}
