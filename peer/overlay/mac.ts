/** What is a MAC address. Text only: lower case, with colons. */

const MAC_PATTERN = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/;
const ZERO_MAC = '00:00:00:00:00:00';

export function isMac(text: string): boolean {
  return MAC_PATTERN.test(text);
}

/**
 * The MAC of one interface: neither a group's (lowest bit of the first byte) nor all zeros, which
 * a VXLAN device takes for "everything else".
 */
export function isUnicastMac(text: string): boolean {
  return isMac(text) && text !== ZERO_MAC && (Number.parseInt(text.slice(0, 2), 16) & 1) === 0;
}
