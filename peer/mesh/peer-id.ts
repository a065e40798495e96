/** The identity of a peer: the first 16 bytes of SHA-256 of its Ed25519 public key, in hex. */
declare const brand: unique symbol;
export type PeerId = string & { readonly [brand]: 'PeerId' };

const PEER_ID_PATTERN = /^[0-9a-f]{32}$/;

/** Parses 32 lower-case hex digits; undefined for anything else. */
export function parsePeerId(text: string): PeerId | undefined {
  return PEER_ID_PATTERN.test(text) ? (text as PeerId) : undefined;
}

/** The id that 16 bytes spell; undefined for any other number of bytes. */
export function peerIdFromBytes(bytes: Uint8Array): PeerId | undefined {
  return bytes.length === 16 ? (bytes.toHex() as PeerId) : undefined;
}

/** The id as it goes over the wire. */
export function peerIdBytes(id: PeerId): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromHex(id);
}

/**
 * The number that some of the id's hex digits spell, at most 32 bits. By hand, as this is asked for
 * each id of thousands, where cutting the text out would be most of the cost.
 */
export function readHex(
  id: PeerId,
  { from, digits }: { readonly from: number; readonly digits: number },
): number {
  let value = 0;
  for (let at = from; at < from + digits; at++) {
    const code = id.charCodeAt(at);
    // '0' to '9' are 0x30 to 0x39, 'a' to 'f' 0x61 to 0x66.
    value = (value << 4) | (code < 0x3a ? code - 0x30 : code - 0x57);
  }
  return value >>> 0;
}
