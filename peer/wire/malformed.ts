/** Bytes that are no message of ours. Caught by the decoders: it never leaves this folder. */
export class Malformed extends Error {
  override readonly name = 'Malformed';
}
