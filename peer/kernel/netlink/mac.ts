/** MAC addresses: text (lower case, with colons) to six bytes and back. */
import { assert } from '../../assert.ts';
import { isMac } from '../../overlay/mac.ts';

export { isMac };

/** Six bytes. Asserts the form: who takes a MAC from outside checks it with isMac first. */
export function macBytes(mac: string): Uint8Array {
  assert(isMac(mac), `"${mac}" is no MAC in lower case with colons`);
  return Uint8Array.fromHex(mac.replaceAll(':', ''));
}

export function formatMac(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':');
}
