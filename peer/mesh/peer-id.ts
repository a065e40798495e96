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
