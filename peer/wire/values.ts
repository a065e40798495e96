/**
 * Between protobuf messages and our value types. Reading is strict: anything that no peer of ours
 * would write throws Malformed, which never leaves this folder.
 */
import type { Custody, Block, Counterparty, PendingGrant } from '../ipam/custody-state.ts';
import {
  type Address,
  type Cidr,
  addressBytes,
  addressFromBytes,
  bits,
  isAligned,
} from '../ipam/cidr.ts';
import {
  BLOCKS_MAX,
  CARRIED_OVER_MAX,
  COUNTERPARTIES_MAX,
  PENDING_GRANTS_MAX,
} from '../ipam/limits.ts';
import { type PeerId, peerIdBytes, peerIdFromBytes } from '../mesh/peer-id.ts';
import type { Endpoint, Profile, Vtep } from '../mesh/record.ts';
import type { weft } from './generated/weft.js';
import { Malformed } from './malformed.ts';

type Optional<T> = T | null | undefined;

/**
 * Endpoints in one record. A peer publishes one, and could have some more; all of them are dialled,
 * wherever they lead, so one record must not keep its readers busy for long.
 */
export const ENDPOINTS_MAX = 8;
/** One address of each family: each is a neighbour in the kernel of every other peer. */
export const OVERLAY_ADDRESSES_MAX = 2;

const VIEW_HASH_BYTES = 16;
const HISTORY_MARK_BYTES = 16;

/** The value, unless it is missing. */
export function required<T>(value: Optional<T>, what: string): T {
  if (value === null || value === undefined) throw new Malformed(`${what} is missing`);
  return value;
}

/** protobufjs reads 64 bits as a Long. */
interface Long {
  toNumber(): number;
}

/** An unsigned integer that is still exact as a double. */
export function counted(value: Optional<number | Long>, what: string): number {
  const number = typeof value === 'object' ? (value?.toNumber() ?? 0) : (value ?? 0);
  if (!Number.isSafeInteger(number) || number < 0) throw new Malformed(`${what} is out of range`);
  return number;
}

export function sized(bytes: Optional<Uint8Array>, length: number, what: string): Uint8Array {
  if (bytes?.length !== length) throw new Malformed(`${what} has not ${length} bytes`);
  return bytes;
}

/**
 * The items, unless there are more of them. What others keep of a record is many times its bytes, so
 * each list of one has a bound, that honest writers keep to (ipam/limits.ts).
 */
export function atMost<T>(most: number, items: Optional<readonly T[]>, what: string): readonly T[] {
  if ((items?.length ?? 0) > most) throw new Malformed(`more than ${most} ${what}`);
  return items ?? [];
}

const WORD_BYTES = 8;
const WORD_BITS = 64n;

/** A big-endian unsigned integer of a multiple of eight bytes. */
export function readUnsigned(bytes: Uint8Array): bigint {
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let value = 0n;
  for (let at = 0; at < bytes.length; at += WORD_BYTES)
    value = (value << WORD_BITS) | words.getBigUint64(at);
  return value;
}

/** The same of a field that is either absent, which is 0, or has just these bytes. */
export function readNumber(bytes: Optional<Uint8Array>, length: number, what: string): bigint {
  return (bytes?.length ?? 0) === 0 ? 0n : readUnsigned(sized(bytes, length, what));
}

/** 0 is no bytes. */
function writeNumber(value: bigint, length: number): Uint8Array {
  return value === 0n ? new Uint8Array() : writeUnsigned(value, length);
}

/** The reverse: `lengthBytes` is a multiple of eight. */
export function writeUnsigned(value: bigint, lengthBytes: number): Uint8Array {
  const bytes = new Uint8Array(lengthBytes);
  const words = new DataView(bytes.buffer);
  let rest = value;
  for (let at = lengthBytes - WORD_BYTES; at >= 0; at -= WORD_BYTES) {
    words.setBigUint64(at, rest);
    rest >>= WORD_BITS;
  }
  return bytes;
}

export function readPeerId(bytes: Optional<Uint8Array>): PeerId {
  const id = bytes ? peerIdFromBytes(bytes) : undefined;
  return required(id, 'peer id');
}

export function readAddress(bytes: Optional<Uint8Array>): Address {
  const address = bytes ? addressFromBytes(bytes) : undefined;
  return required(address, 'address');
}

export function readProfile(from: Optional<weft.v1.Profile.$Properties>): Profile {
  const profile = required(from, 'profile');
  return {
    name: required(profile.name, 'name'),
    endpoints: atMost(ENDPOINTS_MAX, profile.endpoints, 'endpoints').map(readEndpoint),
    vtep: readVtep(required(profile.vtep, 'vtep')),
  };
}

export function writeProfile({ name, endpoints, vtep }: Profile): weft.v1.Profile.$Properties {
  return {
    name,
    endpoints: endpoints.map(({ address, port }) => ({ address: addressBytes(address), port })),
    vtep: {
      underlay: addressBytes(vtep.underlay),
      port: vtep.port,
      mac: Uint8Array.fromHex(vtep.mac.replaceAll(':', '')),
      overlay: vtep.overlay.map(addressBytes),
    },
  };
}

export function readCustody(from: Optional<weft.v1.Custody.$Properties>): Custody {
  const custody = required(from, 'custody');
  return {
    hold: atMost(BLOCKS_MAX, custody.hold, 'blocks').map(readBlock),
    pending: atMost(PENDING_GRANTS_MAX, custody.pending, 'pending grants').map(readPending),
    counterparties: atMost(COUNTERPARTIES_MAX, custody.counterparties, 'counterparties').map(
      readCounterparty,
    ),
    viewRev: BigInt(counted(custody.viewRev, 'view rev')),
    viewHash: readNumber(custody.viewHash, VIEW_HASH_BYTES, 'view hash'),
    registeredRev: BigInt(counted(custody.registeredRev, 'registered rev')),
    freeLog2: {
      v4: counted(custody.freeLog2V4, 'free space'),
      v6: counted(custody.freeLog2V6, 'free space'),
    },
    carriedOver: atMost(CARRIED_OVER_MAX, custody.carriedOver, 'carried-over blocks').map(
      readAddress,
    ),
    historyMark: readNumber(custody.historyMark, HISTORY_MARK_BYTES, 'history mark'),
  };
}

export function writeCustody(custody: Custody): weft.v1.Custody.$Properties {
  return {
    hold: custody.hold.map(writeBlock),
    pending: custody.pending.map(({ block, to, n }) => ({
      block: writeBlock(block),
      to: peerIdBytes(to),
      n,
    })),
    counterparties: custody.counterparties.map(({ peer, granted, cleared, accepted }) => ({
      peer: peerIdBytes(peer),
      granted,
      cleared,
      accepted,
    })),
    viewRev: Number(custody.viewRev),
    viewHash: writeNumber(custody.viewHash, VIEW_HASH_BYTES),
    registeredRev: Number(custody.registeredRev),
    freeLog2V4: custody.freeLog2.v4,
    freeLog2V6: custody.freeLog2.v6,
    carriedOver: custody.carriedOver.map(addressBytes),
    historyMark: writeNumber(custody.historyMark, HISTORY_MARK_BYTES),
  };
}

function readEndpoint({ address, port }: weft.v1.Endpoint.$Properties): Endpoint {
  return { address: readAddress(address), port: readPort(port) };
}

function readVtep(vtep: weft.v1.Vtep.$Properties): Vtep {
  return {
    underlay: readAddress(vtep.underlay),
    port: readPort(vtep.port),
    mac: (sized(vtep.mac, 6, 'mac').toHex().match(/../g) ?? []).join(':'),
    overlay: atMost(OVERLAY_ADDRESSES_MAX, vtep.overlay, 'overlay addresses').map(readAddress),
  };
}

function readPort(value: Optional<number>): number {
  const port = counted(value, 'port');
  if (port === 0 || port > 0xffff) throw new Malformed(`port ${port}`);
  return port;
}

function readBlock({ address, length, term }: weft.v1.Block.$Properties): Block {
  return {
    cidr: readCidr(readAddress(address), counted(length, 'length')),
    term: counted(term, 'term'),
  };
}

function readCidr({ family, value }: Address, length: number): Cidr {
  const range = { family, address: value, length };
  if (length > bits(family) || !isAligned(range)) throw new Malformed('block is not aligned');
  return range;
}

function writeBlock({ cidr, term }: Block): weft.v1.Block.$Properties {
  const address = addressBytes({ family: cidr.family, value: cidr.address });
  return { address, length: cidr.length, term };
}

function readPending({ block, to, n }: weft.v1.PendingGrant.$Properties): PendingGrant {
  return { block: readBlock(required(block, 'block')), to: readPeerId(to), n: counted(n, 'n') };
}

function readCounterparty(from: weft.v1.Counterparty.$Properties): Counterparty {
  return {
    peer: readPeerId(from.peer),
    granted: counted(from.granted, 'granted'),
    cleared: counted(from.cleared, 'cleared'),
    accepted: counted(from.accepted, 'accepted'),
  };
}
