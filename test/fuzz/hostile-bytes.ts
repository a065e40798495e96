/**
 * What is sent inside a WebSocket by somebody who keeps to its rules (RFC 6455 §5.2) now and then:
 * whole messages, parts of them, control frames, reserved bits, lengths that are a lie, and noise.
 */
import { FRAME_BYTES_MAX } from '#peer/transport/limits.ts';
import { encodeFrame } from '#peer/wire/frame-codec.ts';
import type { Dice } from './dice.ts';

const MASKED = 0x80;
const FINAL = 0x80;
/** Binary, ping and pong; the first more often, so that there is more to come after it. */
const OPCODES = [2, 2, 9, 10];
const OPCODES_END = 16;
const COMPRESSED = 0x40;
const RESERVED_END = 8;
/** What a length of 7 bits stands for when it is none. */
const LENGTH_16_BITS = 126;
const LENGTH_64_BITS = 127;

const FRAMES_MAX = 6;
const PAYLOAD_MAX = 300;
/** How often a frame breaks a rule, or is a part of a message: for each of five things. */
const BROKEN_SHARE = 0.07;
const NOISE_SHARE = 0.15;
/** No bytes at all, or a frame that breaks off. */
const CUT_SHARE = 0.15;

/** `isMasked`: whether an honest sender in this place masks, as who has dialled does. */
export function hostileBytes(dice: Dice, isMasked: boolean): Buffer {
  if (dice.chance(NOISE_SHARE)) return Buffer.from(dice.bytes(dice.below(PAYLOAD_MAX)));
  const frames = dice.some(FRAMES_MAX, () => hostileFrame(dice, isMasked));
  const bytes = Buffer.concat(frames);
  return dice.chance(CUT_SHARE) ? bytes.subarray(0, dice.below(bytes.length + 1)) : bytes;
}

function hostileFrame(dice: Dice, isMasked: boolean): Uint8Array {
  const isBroken = () => dice.chance(BROKEN_SHARE);
  const opcode = isBroken() ? dice.below(OPCODES_END) : dice.pick(OPCODES);
  const final = isBroken() ? 0 : FINAL;
  const reserved = isBroken() ? dice.pick([COMPRESSED, dice.below(RESERVED_END) << 4]) : 0;
  const masked = isMasked !== isBroken() ? MASKED : 0;
  const payload = hostilePayload(dice);
  const length = isBroken() ? lyingLength(dice) : lengthOf(payload.length);
  length.writeUInt8(length.readUInt8(0) | masked, 0);
  const mask = masked === 0 ? Buffer.alloc(0) : Buffer.alloc(4);
  return Buffer.concat([Buffer.of(final | reserved | opcode), length, mask, payload]);
}

function hostilePayload(dice: Dice): Uint8Array {
  const frame = () =>
    dice.pick([
      { type: 'heartbeat', setHash: 0n, wanted: true },
      { type: 'bye', reason: 'stopping', detail: '' },
      { type: 'want', ids: [] },
    ] as const);
  if (dice.chance(0.4)) return encodeFrame(frame());
  return dice.bytes(dice.pick([0, 1, 2, dice.below(PAYLOAD_MAX)]));
}

function lengthOf(bytes: number): Buffer {
  if (bytes < LENGTH_16_BITS) return Buffer.of(bytes);
  const length = Buffer.of(LENGTH_16_BITS, 0, 0);
  length.writeUInt16BE(bytes, 1);
  return length;
}

/** More or fewer than follow, over what a message may have, over what a number holds. */
function lyingLength(dice: Dice): Buffer {
  if (dice.chance(0.3)) return Buffer.of(dice.below(LENGTH_16_BITS));
  const length = Buffer.alloc(9, LENGTH_64_BITS);
  const lies = [0, dice.number(), FRAME_BYTES_MAX, FRAME_BYTES_MAX + 1];
  const beyond = BigInt(`0x${dice.bytes(8).toHex()}`);
  length.writeBigUInt64BE(dice.chance(0.3) ? beyond : BigInt(dice.pick(lies)), 1);
  return length;
}
