/** What a member that means harm sends: frames by the rules, frames against them, and noise. */
import { BUCKET_COUNT, MISBEHAVIOUR_RATE } from '#peer/mesh/limits.ts';
import { bucketOf } from '#peer/mesh/directory.ts';
import type { MeshFrame } from '#peer/mesh/frame.ts';
import type { RecordId, SignedRecord } from '#peer/mesh/record.ts';
import { encodeFrame } from '#peer/wire/frame-codec.ts';
import type { LinkFrame } from '#peer/wire/link-frame.ts';
import type { Dice } from './dice.ts';
import { type Cast, HostileRecords } from './hostile-records.ts';
import { mutate } from './mutations.ts';

/** One thing that befalls the victim, after so many milliseconds. */
export interface Step {
  readonly afterMs: number;
  /** A frame by the attacker's link, or what its transport tells of that link. */
  readonly what: 'frame' | 'down' | 'congested' | 'drained';
  readonly bytes: Uint8Array;
}

const IDS_MAX = 60;
const RECORDS_MAX = 12;
/** Of a frame that is all forgeries: twice of what is borne at once. */
const FORGERIES = 2 * MISBEHAVIOUR_RATE.burst;
const FORGERIES_SHARE = 0.01;
/** Of an eighth of the frames: most entries were not asked for, which costs patience as forgeries do. */
const ENTRIES_SHARE = 0.3;
const NOISE_BYTES_MAX = 400;
const DEPTH_MAX = 20_000;
/** The start of a group of field 1: old protobuf nests these as deep as one likes. */
const GROUP_START = 0x0b;

/** How often each kind of bytes comes, in a hundred. */
const NOISE_PERCENT = 10;
const MUTATED_PERCENT = 35;
const NO_FRAME_SHARE = 0.005;
const PAUSE_SHARE = 0.0003;

export class Attacker {
  readonly #dice: Dice;
  readonly #cast: Cast;
  readonly #records: HostileRecords;

  constructor(dice: Dice, cast: Cast) {
    this.#dice = dice;
    this.#cast = cast;
    this.#records = new HostileRecords(dice, cast);
  }

  next(): Step {
    const dice = this.#dice;
    const afterMs = dice.chance(PAUSE_SHARE) ? dice.below(10_000) : dice.below(4);
    if (!dice.chance(NO_FRAME_SHARE)) return { afterMs, what: 'frame', bytes: this.#bytes() };
    const what = dice.pick(['down', 'congested', 'drained'] as const);
    return { afterMs, what, bytes: new Uint8Array() };
  }

  #bytes(): Uint8Array {
    const dice = this.#dice;
    const percent = dice.below(100);
    if (percent < NOISE_PERCENT) return this.#noise();
    const bytes = encodeFrame(this.#frame());
    if (percent >= NOISE_PERCENT + MUTATED_PERCENT) return bytes;
    return mutate(dice, bytes, encodeFrame(this.#frame()));
  }

  #noise(): Uint8Array {
    const dice = this.#dice;
    if (!dice.chance(0.05)) return dice.bytes(dice.below(NOISE_BYTES_MAX));
    return new Uint8Array(dice.below(DEPTH_MAX)).fill(GROUP_START);
  }

  #frame(): LinkFrame {
    const dice = this.#dice;
    return dice.chance(0.85) ? this.#meshFrame() : this.#otherFrame();
  }

  #meshFrame(): MeshFrame {
    const dice = this.#dice;
    switch (dice.below(8)) {
      case 0:
        return { type: 'heartbeat', setHash: this.#hash(16), wanted: dice.chance(0.5) };
      case 1:
        return { type: 'have', ids: dice.some(IDS_MAX, () => this.#id()) };
      case 2:
        return { type: 'want', ids: dice.some(IDS_MAX, () => this.#id()) };
      case 3:
        return { type: 'bucket-digests', digests: this.#digests() };
      case 4:
        return dice.chance(ENTRIES_SHARE) ? this.#entries() : { type: 'have', ids: [] };
      default:
        return { type: 'records', records: this.#someRecords() };
    }
  }

  #someRecords(): readonly SignedRecord[] {
    if (this.#dice.chance(FORGERIES_SHARE)) return this.#records.forgeries(FORGERIES);
    return this.#dice.some(RECORDS_MAX, () => this.#records.next());
  }

  #entries(): MeshFrame {
    const dice = this.#dice;
    const entries = dice.some(IDS_MAX, () => this.#id());
    const named = entries.map(({ peer }) => bucketOf(peer));
    const buckets = dice.chance(0.7) ? named : dice.some(IDS_MAX, () => dice.below(BUCKET_COUNT));
    return { type: 'bucket-entries', buckets, entries };
  }

  #otherFrame(): LinkFrame {
    const dice = this.#dice;
    const id = dice.number32();
    const json = new TextEncoder().encode(
      dice.pick(['{"type":"list"}', '{"type":"prepare","index":1e9}', '[[[[', 'null', '"x"']),
    );
    switch (dice.below(20)) {
      case 0:
        return { type: 'bye', reason: 'x'.repeat(dice.below(50)), detail: '' };
      case 1:
      case 2:
        return { type: 'reply', id, error: '', arbiter: json };
      case 3:
      case 4:
        return { type: 'request', id, question: { type: 'arbiter', json } };
      case 5:
        return { type: 'request', id, question: { type: 'view', since: BigInt(id) } };
      default: {
        const family = dice.pick([4, 6] as const);
        const [wantLog2, minLog2] = [dice.number32(), dice.pick([0, 4, dice.number32()])];
        return { type: 'request', id, question: { type: 'space', family, wantLog2, minLog2 } };
      }
    }
  }

  /** A version that the victim has, a newer one that doesn't exist, or one of nobody. */
  #id(): RecordId {
    const dice = this.#dice;
    const kind = dice.pick(['peer', 'links'] as const);
    if (!dice.chance(0.5)) {
      return { peer: this.#records.peer(), kind, epoch: dice.number(), seq: dice.number() };
    }
    const { peer, epoch, seq } = dice.pick(this.#cast.honest);
    return { peer, kind, epoch, seq: seq + dice.below(2) };
  }

  #digests(): readonly bigint[] {
    const same = this.#hash(8);
    return Array.from({ length: BUCKET_COUNT }, () =>
      this.#dice.chance(0.1) ? this.#hash(8) : same,
    );
  }

  #hash(bytes: number): bigint {
    return BigInt(`0x${this.#dice.bytes(bytes).toHex()}`);
  }
}
