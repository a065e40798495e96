/**
 * Addresses and CIDRs as values: a family, a number and a prefix length. One code path for IPv4
 * and IPv6; nothing here parses text (see parse.ts) or knows who holds what.
 */
import { assert } from '../assert.ts';

export type Family = 4 | 6;

/** One address. `value` is the address as an unsigned integer of 32 or 128 bits. */
export interface Address {
  readonly family: Family;
  readonly value: bigint;
}

/** An aligned range: `address` is its first address, all bits behind `length` are zero. */
export interface Cidr {
  readonly family: Family;
  readonly address: bigint;
  readonly length: number;
}

/** Bits of an address of the family. */
export function bits(family: Family): 32 | 128 {
  return family === 4 ? 32 : 128;
}

/** How many addresses the range holds, as an exponent of two. */
export function sizeLog2(cidr: Cidr): number {
  return bits(cidr.family) - cidr.length;
}

/** How many addresses the range holds. */
export function size(cidr: Cidr): bigint {
  return 1n << BigInt(sizeLog2(cidr));
}

/** The last address of the range. */
export function lastAddress(cidr: Cidr): bigint {
  return cidr.address + size(cidr) - 1n;
}

/** Builds a range; asserts that it is aligned and inside its family. */
export function cidr(family: Family, address: bigint, length: number): Cidr {
  const width = bits(family);
  assert(length >= 0 && length <= width, `prefix length ${length} of an IPv${family} range`);
  assert(address >= 0n && address >> BigInt(width) === 0n, `address ${address} is no IPv${family}`);
  const made = { family, address, length };
  // Ranges are made by the thousand where free space is searched: no text unless it is needed.
  if (!isAligned(made)) assert(false, `${formatCidr(made)} has bits set behind its prefix`);
  return made;
}

export function isAligned({ family, address, length }: Cidr): boolean {
  return BigInt.asUintN(bits(family) - length, address) === 0n;
}

export function contains(outer: Cidr, inner: Cidr): boolean {
  return (
    outer.family === inner.family &&
    outer.length <= inner.length &&
    prefixOf(inner.family, inner.address, outer.length) === outer.address
  );
}

export function containsAddress(range: Cidr, { family, value }: Address): boolean {
  return range.family === family && prefixOf(family, value, range.length) === range.address;
}

export function overlaps(a: Cidr, b: Cidr): boolean {
  return contains(a, b) || contains(b, a);
}

/** The range of `length` that the address lies in. */
export function rangeAround({ family, value }: Address, length: number): Cidr {
  return cidr(family, prefixOf(family, value, length), length);
}

/** The two halves of a range of more than one address, lower first. */
export function halves(range: Cidr): readonly [Cidr, Cidr] {
  if (sizeLog2(range) === 0) assert(false, `${formatCidr(range)} can't be halved`);
  const length = range.length + 1;
  const upper = range.address + (size(range) >> 1n);
  return [cidr(range.family, range.address, length), cidr(range.family, upper, length)];
}

/** The other half of the range's parent. */
export function buddy(range: Cidr): Cidr {
  assert(range.length > 0, `${formatCidr(range)} has no buddy`);
  return cidr(range.family, range.address ^ size(range), range.length);
}

/** The range one bit shorter that this range is a half of. */
export function parent(range: Cidr): Cidr {
  return rangeAround({ family: range.family, value: range.address }, range.length - 1);
}

/** Orders by family, then address, then larger ranges first. */
export function compareCidrs(a: Cidr, b: Cidr): number {
  if (a.family !== b.family) return a.family - b.family;
  if (a.address !== b.address) return a.address < b.address ? -1 : 1;
  return a.length - b.length;
}

export function equalAddresses(a: Address, b: Address): boolean {
  return a.family === b.family && a.value === b.value;
}

/** The range of exactly one address. */
export function hostRange({ family, value }: Address): Cidr {
  return cidr(family, value, bits(family));
}

/** Network byte order: 4 or 16 bytes. */
export function addressBytes({ family, value }: Address): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(bits(family) / 8);
  let rest = value;
  for (let i = out.length - 1; i >= 0; i--) {
    out[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return out;
}

/** The address that 4 or 16 bytes in network order spell; undefined for any other number of bytes. */
export function addressFromBytes(bytes: Uint8Array): Address | undefined {
  const family = bytes.length === 4 ? 4 : bytes.length === 16 ? 6 : undefined;
  if (family === undefined) return undefined;
  return { family, value: bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n) };
}

/** RFC 5952 for IPv6 (lower case, the longest run of zero groups shortened), dotted quads for IPv4. */
export function formatAddress(address: Address): string {
  if (address.family === 4) return formatQuad(Number(address.value));
  const bytes = addressBytes(address);
  const groups = Array.from({ length: 8 }, (_, i) =>
    (((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0)).toString(16),
  );
  const run = longestZeroRun(groups);
  if (run.count < 2) return groups.join(':');
  return `${groups.slice(0, run.start).join(':')}::${groups.slice(run.start + run.count).join(':')}`;
}

/** Without bytes between: reports write tens of thousands of these. */
function formatQuad(value: number): string {
  return `${value >>> 24}.${(value >>> 16) & 0xff}.${(value >>> 8) & 0xff}.${value & 0xff}`;
}

export function formatCidr({ family, address, length }: Cidr): string {
  return `${formatAddress({ family, value: address })}/${length}`;
}

function prefixOf(family: Family, value: bigint, length: number): bigint {
  const shift = BigInt(bits(family) - length);
  return (value >> shift) << shift;
}

function longestZeroRun(groups: readonly string[]): { start: number; count: number } {
  let best = { start: 0, count: 0 };
  for (let start = 0; start < groups.length; start++) {
    let count = 0;
    while (groups[start + count] === '0') count++;
    if (count > best.count) best = { start, count };
  }
  return best;
}
