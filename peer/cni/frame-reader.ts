/** Cuts a stream of bytes into frames, whatever pieces it arrives in. Bounded by FRAME_BYTES_MAX. */
import { FRAME_BYTES_MAX, type Frame, ProtocolError } from './hands-protocol.ts';

const LENGTH_BYTES = 4;

export class FrameReader {
  #pieces: Buffer[] = [];
  #buffered = 0;

  /** The frames that are complete with this piece. Throws ProtocolError for one too long or empty. */
  push(piece: Buffer): readonly Frame[] {
    this.#pieces.push(piece);
    this.#buffered += piece.length;
    const frames: Frame[] = [];
    for (let frame = this.#take(); frame !== undefined; frame = this.#take()) frames.push(frame);
    return frames;
  }

  #take(): Frame | undefined {
    if (this.#buffered < LENGTH_BYTES) return undefined;
    const length = this.#peekLength();
    if (length < 1 || length > FRAME_BYTES_MAX)
      throw new ProtocolError(`a frame of ${length} bytes: expected 1 to ${FRAME_BYTES_MAX}`);
    if (this.#buffered < LENGTH_BYTES + length) return undefined;
    const bytes = this.#joined();
    const end = LENGTH_BYTES + length;
    this.#pieces = [bytes.subarray(end)];
    this.#buffered -= end;
    return { type: bytes[LENGTH_BYTES] ?? 0, payload: bytes.subarray(LENGTH_BYTES + 1, end) };
  }

  #peekLength(): number {
    const [first] = this.#pieces;
    if (first !== undefined && first.length >= LENGTH_BYTES) return first.readUInt32BE(0);
    return this.#joined().readUInt32BE(0);
  }

  /** Joins only when something is taken: a large frame in many pieces is copied once. */
  #joined(): Buffer {
    const [first] = this.#pieces;
    if (this.#pieces.length === 1 && first !== undefined) return first;
    const joined = Buffer.concat(this.#pieces);
    this.#pieces = [joined];
    return joined;
  }
}
