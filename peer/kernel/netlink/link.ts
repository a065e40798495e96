/**
 * Links (network interfaces): requests that make, change, ask for and delete them, and the reader
 * of answers. Source: include/uapi/linux/if_link.h, veth.h.
 */
import { assert } from '../../assert.ts';
import { type Address, addressBytes, addressFromBytes } from '../../ipam/cidr.ts';
import {
  type Attributes,
  bytesAttribute,
  nestedAttribute,
  parseAttributes,
  portAttribute,
  readPort,
  readText,
  readUint32,
  readUint8,
  textAttribute,
  uint32Attribute,
  uint8Attribute,
  viewOf,
} from './attribute.ts';
import { formatMac, macBytes } from './mac.ts';
import { encodeRequest, Flag, type Message } from './message.ts';
import { ADDRESS_FAMILY, RtMessage } from './rtnetlink.ts';

const HEADER_BYTES = 16;
const FLAG_UP = 1;

const Ifla = {
  address: 1,
  name: 3,
  mtu: 4,
  linkInfo: 18,
  alias: 20,
  afSpec: 26,
  netnsFd: 28,
  extMask: 29,
} as const;
const Info = { kind: 1, data: 2 } as const;
const VETH_PEER = 1;
const INET6_ADDR_GEN_MODE = 8;

const Vxlan = { id: 1, local: 4, learning: 7, port: 15, local6: 17, checksum: 18 } as const;

/** Counters make up most of a link's answer, and nobody here reads them. */
const EXT_MASK_SKIP_STATS = 8;

/** IFNAMSIZ without the zero byte. */
export const INTERFACE_NAME_BYTES_MAX = 15;

/** How the kernel makes IPv6 link-local addresses of its own on a link. */
export const AddressGeneration = { eui64: 0, none: 1 } as const;

export type LinkReference = { readonly index: number } | { readonly name: string };

export interface VethEnd {
  readonly name: string;
  readonly mac: string;
  readonly mtu: number;
}

export interface VethPair {
  readonly host: VethEnd;
  /** `netnsFd` is a file descriptor of the namespace, valid in the process that sends. */
  readonly pod: VethEnd & { readonly netnsFd: number };
}

export interface VxlanSettings {
  readonly vni: number;
  readonly port: number;
  /** The underlay address; its family is the family of the tunnel. */
  readonly local: Address;
}

export interface LinkChange {
  readonly mac?: string;
  readonly mtu?: number;
  readonly alias?: string;
  readonly up?: boolean;
  /** One of AddressGeneration. */
  readonly addressGeneration?: number;
}

export interface Link {
  readonly index: number;
  readonly name: string;
  readonly up: boolean;
  readonly mtu: number;
  /** Empty for a link without one. */
  readonly mac: string;
  readonly alias: string;
  /** `veth`, `vxlan` and so on; empty for hardware. */
  readonly kind: string;
  readonly addressGeneration: number | undefined;
  /** Set for kind `vxlan`. A field is undefined where the kernel did not tell. */
  readonly vxlan: Partial<VxlanSettings & { learning: boolean }> | undefined;
}

/**
 * Both ends of a veth pair, each in its namespace, in one request. The host end is up. The pod end
 * can't be: the kernel refuses to open an end before the other one exists (ENOTCONN), so it takes a
 * setLinkUp inside the pod's namespace. Nor does the kernel read an alias here: changeLink sets it.
 */
export function newVethPair({ host, pod }: VethPair): Uint8Array {
  const podEnd = nestedAttribute(VETH_PEER, [
    linkHeader({ index: 0 }),
    ...vethEndAttributes(pod),
    uint32Attribute(Ifla.netnsFd, pod.netnsFd),
  ]);
  return encodeRequest({
    type: RtMessage.newLink,
    flags: Flag.create | Flag.exclusive,
    header: linkHeader({ index: 0, up: true }),
    attributes: [...vethEndAttributes(host), linkInfo('veth', [podEnd])],
  });
}

/** A VXLAN device that is still down. It learns nothing; outer UDP checksums are on. */
export function newVxlan(name: string, { vni, port, local }: VxlanSettings): Uint8Array {
  return encodeRequest({
    type: RtMessage.newLink,
    flags: Flag.create | Flag.exclusive,
    header: linkHeader({ index: 0 }),
    attributes: [
      nameAttribute(name),
      linkInfo('vxlan', [
        uint32Attribute(Vxlan.id, vni),
        portAttribute(Vxlan.port, port),
        bytesAttribute(local.family === 4 ? Vxlan.local : Vxlan.local6, addressBytes(local)),
        uint8Attribute(Vxlan.learning, 0),
        uint8Attribute(Vxlan.checksum, 1),
      ]),
    ],
  });
}

/** Changes what is given and leaves the rest. */
export function changeLink(link: LinkReference, change: LinkChange): Uint8Array {
  const { mac, mtu, alias, up, addressGeneration } = change;
  const attributes = referenceAttributes(link);
  if (mac !== undefined) attributes.push(bytesAttribute(Ifla.address, macBytes(mac)));
  if (mtu !== undefined) attributes.push(uint32Attribute(Ifla.mtu, mtu));
  if (alias !== undefined) attributes.push(textAttribute(Ifla.alias, alias));
  if (addressGeneration !== undefined)
    attributes.push(addressGenerationAttribute(addressGeneration));
  const header = linkHeader({ index: indexOf(link), ...(up === undefined ? {} : { up }) });
  return encodeRequest({ type: RtMessage.newLink, flags: 0, header, attributes });
}

export function setLinkUp(link: LinkReference): Uint8Array {
  return changeLink(link, { up: true });
}

/** Makes a VXLAN device stop learning from what it receives. */
export function stopVxlanLearning(link: LinkReference): Uint8Array {
  const header = linkHeader({ index: indexOf(link) });
  const info = linkInfo('vxlan', [uint8Attribute(Vxlan.learning, 0)]);
  const attributes = [...referenceAttributes(link), info];
  return encodeRequest({ type: RtMessage.newLink, flags: 0, header, attributes });
}

/** Of a veth pair, both ends. */
export function deleteLink(link: LinkReference): Uint8Array {
  const header = linkHeader({ index: indexOf(link) });
  const attributes = referenceAttributes(link);
  return encodeRequest({ type: RtMessage.deleteLink, flags: 0, header, attributes });
}

export function getLink(link: LinkReference): Uint8Array {
  const header = linkHeader({ index: indexOf(link) });
  const attributes = [
    ...referenceAttributes(link),
    uint32Attribute(Ifla.extMask, EXT_MASK_SKIP_STATS),
  ];
  return encodeRequest({ type: RtMessage.getLink, flags: 0, header, attributes });
}

export function dumpLinks(): Uint8Array {
  return encodeRequest({
    type: RtMessage.getLink,
    flags: Flag.dump,
    header: linkHeader({ index: 0 }),
    attributes: [uint32Attribute(Ifla.extMask, EXT_MASK_SKIP_STATS)],
  });
}

/** The link that a message tells of (also of its end); undefined for other messages. */
export function parseLink({ type, payload }: Message): Link | undefined {
  if (type !== RtMessage.newLink && type !== RtMessage.deleteLink) return undefined;
  if (payload.length < HEADER_BYTES) return undefined;
  const view = viewOf(payload);
  const attributes = parseAttributes(payload.subarray(HEADER_BYTES));
  const info = nested(attributes, Ifla.linkInfo);
  const kind = readText(info.get(Info.kind)) ?? '';
  const mac = attributes.get(Ifla.address);
  return {
    index: view.getInt32(4, true),
    name: readText(attributes.get(Ifla.name)) ?? '',
    up: (view.getUint32(8, true) & FLAG_UP) !== 0,
    mtu: readUint32(attributes.get(Ifla.mtu)) ?? 0,
    mac: mac?.length === 6 ? formatMac(mac) : '',
    alias: readText(attributes.get(Ifla.alias)) ?? '',
    kind,
    addressGeneration: readAddressGeneration(attributes),
    vxlan: kind === 'vxlan' ? readVxlan(nested(info, Info.data)) : undefined,
  };
}

function readVxlan(data: Attributes): NonNullable<Link['vxlan']> {
  const vni = readUint32(data.get(Vxlan.id));
  const port = readPort(data.get(Vxlan.port));
  const local = addressFromBytes(
    data.get(Vxlan.local) ?? data.get(Vxlan.local6) ?? new Uint8Array(),
  );
  return {
    ...(vni === undefined ? {} : { vni }),
    ...(port === undefined ? {} : { port }),
    ...(local === undefined ? {} : { local }),
    learning: readUint8(data.get(Vxlan.learning)) === 1,
  };
}

function readAddressGeneration(attributes: Attributes): number | undefined {
  const inet6 = nested(nested(attributes, Ifla.afSpec), ADDRESS_FAMILY[6]);
  return readUint8(inet6.get(INET6_ADDR_GEN_MODE));
}

function nested(attributes: Attributes, type: number): Attributes {
  return parseAttributes(attributes.get(type) ?? new Uint8Array());
}

/** ifinfomsg. Without `up` the administrative state is left as it is. */
function linkHeader({ index, up }: { index: number; up?: boolean }): Uint8Array {
  const out = new Uint8Array(HEADER_BYTES);
  const view = viewOf(out);
  view.setInt32(4, index, true);
  view.setUint32(8, up === true ? FLAG_UP : 0, true);
  view.setUint32(12, up === undefined ? 0 : FLAG_UP, true);
  return out;
}

function linkInfo(kind: string, data: readonly Uint8Array[]): Uint8Array {
  const parts = [textAttribute(Info.kind, kind), nestedAttribute(Info.data, data)];
  return nestedAttribute(Ifla.linkInfo, parts);
}

function vethEndAttributes({ name, mac, mtu }: VethEnd): Uint8Array[] {
  return [
    nameAttribute(name),
    bytesAttribute(Ifla.address, macBytes(mac)),
    uint32Attribute(Ifla.mtu, mtu),
  ];
}

function addressGenerationAttribute(mode: number): Uint8Array {
  const inet6 = nestedAttribute(ADDRESS_FAMILY[6], [uint8Attribute(INET6_ADDR_GEN_MODE, mode)]);
  return nestedAttribute(Ifla.afSpec, [inet6]);
}

function nameAttribute(name: string): Uint8Array {
  const bytes = new TextEncoder().encode(name).length;
  assert(bytes > 0 && bytes <= INTERFACE_NAME_BYTES_MAX, `interface name "${name}"`);
  return textAttribute(Ifla.name, name);
}

function referenceAttributes(link: LinkReference): Uint8Array[] {
  return 'name' in link ? [nameAttribute(link.name)] : [];
}

function indexOf(link: LinkReference): number {
  return 'index' in link ? link.index : 0;
}
