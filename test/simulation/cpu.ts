/**
 * What a peer's one thread takes for what it does; while it is at work everything else waits. All
 * in milliseconds.
 */
export interface Cpu {
  /** To verify a record that is new, and to take it. */
  readonly newRecordMs: number;
  /** To receive and decode a frame, whatever is in it. */
  readonly frameMs: number;
  /** Either end's part of a TLS 1.3 handshake and of the proofs above it. */
  readonly handshakeMs: number;
}

/** For scenarios in which time is not what is looked at. */
export const INSTANT: Cpu = { newRecordMs: 0, frameMs: 0, handshakeMs: 0 };
