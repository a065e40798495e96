/**
 * Text to addresses and ranges, for the boundary: configuration, CNI JSON, kernel output.
 * ip-cidr knows the spellings; what leaves here is our value type.
 */
import IPCIDR from 'ip-cidr';
import {
  type Address,
  type Cidr,
  type Family,
  formatCidr,
  isAligned,
  rangeAround,
} from './cidr.ts';

/** Not an address or range. The message says which text, and what would be right. */
export class AddressSyntaxError extends Error {
  override readonly name = 'AddressSyntaxError';
}

/** Parses one address such as `10.32.0.1` or `fd00::1`. Throws AddressSyntaxError. */
export function parseAddress(text: string): Address {
  if (text.includes('/')) throw notAn('address', text, 'one address without a prefix length');
  const { address } = parseRange(text, 'address');
  return address;
}

/** Parses an aligned range such as `10.32.0.0/12` or `fd00::/48`. Throws AddressSyntaxError. */
export function parseCidr(text: string): Cidr {
  if (!text.includes('/')) throw notAn('range', text, 'an address, a slash and a prefix length');
  const { address, length } = parseRange(text, 'range');
  const range = { family: address.family, address: address.value, length };
  if (!isAligned(range)) {
    const aligned = formatCidr(rangeAround(address, length));
    throw new AddressSyntaxError(
      `"${text}" has bits set behind its prefix: did you mean ${aligned}?`,
    );
  }
  return range;
}

function parseRange(text: string, what: string): { address: Address; length: number } {
  const example = what === 'range' ? 'for example 10.32.0.0/12' : 'for example 10.32.0.1';
  if (!IPCIDR.isValidAddress(text)) throw notAn(what, text, example);
  const parsed = IPCIDR.createAddress(text);
  const family: Family = parsed.v4 ? 4 : 6;
  return {
    address: { family, value: BigInt(parsed.bigInteger().toString()) },
    length: parsed.subnetMask,
  };
}

function notAn(what: string, text: string, right: string): AddressSyntaxError {
  return new AddressSyntaxError(`"${text}" is no ${what}: expected ${right}`);
}
