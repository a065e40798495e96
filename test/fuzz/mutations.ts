/** What may become of the bytes of a frame: bits flip, parts go, come twice, or come from another. */
import type { Dice } from './dice.ts';

/** Longer ones are cut: mutations of mutations must not grow without end. */
const BYTES_MAX = 64 * 1024;
const NOISE_BYTES_MAX = 64;
const CHANGES_MAX = 4;

type Mutation = (dice: Dice, bytes: Uint8Array, other: Uint8Array) => Uint8Array;

const MUTATIONS: readonly Mutation[] = [
  flipBits,
  replaceBytes,
  (dice, bytes) => bytes.subarray(0, dice.below(bytes.length + 1)),
  (dice, bytes) => splice(bytes, partOf(dice, bytes), new Uint8Array()),
  (dice, bytes) => splice(bytes, emptyPartOf(dice, bytes), dice.bytes(dice.below(NOISE_BYTES_MAX))),
  repeatPart,
  /** Protobuf merges what comes twice: two frames in one are a frame. */
  (_dice, bytes, other) => Buffer.concat([bytes, other]),
  (dice, bytes, other) => splice(bytes, partOf(dice, bytes), cut(other, partOf(dice, other))),
];

interface Part {
  readonly from: number;
  readonly to: number;
}

/** The bytes after one to a few changes; `other` is a second frame to take parts of. */
export function mutate(dice: Dice, bytes: Uint8Array, other: Uint8Array): Uint8Array {
  let mutated = bytes;
  for (let change = dice.below(CHANGES_MAX); change >= 0; change--)
    mutated = dice.pick(MUTATIONS)(dice, mutated, other);
  return Uint8Array.from(mutated.subarray(0, BYTES_MAX));
}

function flipBits(dice: Dice, bytes: Uint8Array): Uint8Array {
  const flipped = Uint8Array.from(bytes);
  const at = dice.below(bytes.length);
  if (at < flipped.length) flipped[at] = (flipped[at] ?? 0) ^ (1 << dice.below(8));
  return flipped;
}

/** With what decoders stumble over: the ends of numbers that are continued, and lengths. */
function replaceBytes(dice: Dice, bytes: Uint8Array): Uint8Array {
  const part = partOf(dice, bytes);
  const value = dice.pick([0x00, 0x7f, 0x80, 0xff, 0x0b, 0x0c]);
  return splice(bytes, part, new Uint8Array(part.to - part.from).fill(value));
}

function repeatPart(dice: Dice, bytes: Uint8Array): Uint8Array {
  const part = partOf(dice, bytes);
  const times = 1 + dice.below(8);
  const copies = Array.from({ length: times }, () => cut(bytes, part));
  return splice(bytes, part, Buffer.concat(copies));
}

function partOf(dice: Dice, bytes: Uint8Array): Part {
  const from = dice.below(bytes.length + 1);
  return { from, to: from + dice.below(Math.min(NOISE_BYTES_MAX, bytes.length - from) + 1) };
}

function emptyPartOf(dice: Dice, bytes: Uint8Array): Part {
  const at = dice.below(bytes.length + 1);
  return { from: at, to: at };
}

function cut(bytes: Uint8Array, { from, to }: Part): Uint8Array {
  return bytes.subarray(from, to);
}

function splice(bytes: Uint8Array, { from, to }: Part, middle: Uint8Array): Uint8Array {
  return Buffer.concat([bytes.subarray(0, from), middle, bytes.subarray(to)]);
}
