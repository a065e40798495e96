/**
 * The records that a hostile member may send: sound ones of its own with whatever content, those of
 * identities that it makes up, those of others as they are or tampered with, and forgeries.
 */
import { DOWN_MAX } from '#peer/mesh/limits.ts';
import type { RecordCodec } from '#peer/mesh/mesh.ts';
import type { PeerId } from '#peer/mesh/peer-id.ts';
import type { DirectoryRecord, Profile, RecordContent, SignedRecord } from '#peer/mesh/record.ts';
import { clusterHash } from '#peer/wire/identity.ts';
import { createRecordCodec } from '#peer/wire/record-codec.ts';
import { ENDPOINTS_MAX, OVERLAY_ADDRESSES_MAX } from '#peer/wire/values.ts';
import { testCodec, testIdentity, testProfile } from '#test/support/records.ts';
import type { Dice } from './dice.ts';
import { HostileCustody } from './hostile-custody.ts';
import { mutate } from './mutations.ts';

/** Identities that the attacker makes up besides its own: many more than there are honest peers. */
const SYBILS = 400;
const SYBILS_FROM = 5_000;
/** Sound records are kept and sent again: each costs a signature. */
const POOL_MAX = 200;
const FRESH_SHARE = 0.1;
/** Of records that no honest peer brings: more of them, and the attacker is shunned most of the time. */
const BAD_SHARE = 0.03;
/** The field `epoch` of a body once more: the last one counts, so the version is a newer one. */
const NEWER_EPOCH = Uint8Array.of(0x10, 99);

export interface Cast {
  /** The number of the hostile member's identity. */
  readonly hostile: number;
  readonly victim: PeerId;
  /** What honest peers signed, in versions that the victim has or had. */
  readonly honest: readonly DirectoryRecord[];
  /** What the victim itself signed, in an earlier run. */
  readonly own: readonly DirectoryRecord[];
}

/** The ids of the identities that the attacker makes up. */
export const SYBIL_IDS: readonly PeerId[] = Array.from(
  { length: SYBILS },
  (_, n) => testIdentity(SYBILS_FROM + n).id,
);

export class HostileRecords {
  readonly #dice: Dice;
  readonly #cast: Cast;
  readonly #ids: readonly PeerId[];
  readonly #custody: HostileCustody;
  /** Made once for each signer: reading a private key costs more than a signature. */
  readonly #codecs = new Map<number, RecordCodec>();
  readonly #elsewhere: RecordCodec;
  readonly #id: PeerId;
  readonly #pool: SignedRecord[] = [];
  #seq = 1;

  constructor(dice: Dice, cast: Cast) {
    this.#dice = dice;
    this.#cast = cast;
    const identity = testIdentity(cast.hostile);
    this.#id = identity.id;
    this.#elsewhere = createRecordCodec(identity, clusterHash('elsewhere'));
    this.#ids = [cast.victim, ...cast.honest.map(({ peer }) => peer)];
    this.#custody = new HostileCustody(dice, { victim: cast.victim, peer: () => this.peer() });
  }

  next(): SignedRecord {
    const dice = this.#dice;
    const { honest, own } = this.#cast;
    if (dice.chance(BAD_SHARE)) return this.#bad();
    const kind = dice.below(16);
    if (kind < 4) return dice.pick(honest).signed;
    return kind < 5 ? dice.pick(own).signed : this.#mine();
  }

  #bad(): SignedRecord {
    const dice = this.#dice;
    const { honest, own } = this.#cast;
    switch (dice.below(4)) {
      case 0:
        return this.#tampered(dice.pick(honest).signed);
      case 1:
        return this.#tampered(this.#mine());
      case 2:
        return this.#forged(honest);
      default:
        return this.#forged(own);
    }
  }

  /** So many that each costs a verification, and more of them the patience with the link. */
  forgeries(count: number): readonly SignedRecord[] {
    return Array.from({ length: count }, () => this.#forged(this.#cast.honest));
  }

  /** A peer that the victim knows of, or one that it doesn't. */
  peer(): PeerId {
    return this.#dice.chance(0.8) ? this.#dice.pick(this.#ids) : this.#unknown();
  }

  /** Signed by an identity of the attacker's, so that nothing is wrong but what it says. */
  #mine(): SignedRecord {
    const dice = this.#dice;
    if (this.#pool.length > 0 && !dice.chance(FRESH_SHARE)) return dice.pick(this.#pool);
    const n = dice.chance(0.5) ? this.#cast.hostile : SYBILS_FROM + dice.below(SYBILS);
    const signed = this.#seal(n, this.#content());
    if (this.#pool.length < POOL_MAX) this.#pool.push(signed);
    else this.#pool[dice.below(POOL_MAX)] = signed;
    return signed;
  }

  /** Signed by another than the writer, or for another cluster. */
  #forged(others: readonly DirectoryRecord[]): SignedRecord {
    const content = this.#content();
    if (this.#dice.chance(0.5)) {
      const body = { peer: this.#id, epoch: 9, seq: this.#seq++, content };
      return this.#elsewhere.seal(body).signed;
    }
    const { body } = this.#dice.pick(others).signed;
    const { signature } = this.#seal(this.#cast.hostile, content);
    return { body: Buffer.concat([body, NEWER_EPOCH]), signature };
  }

  #seal(n: number, content: RecordContent): SignedRecord {
    const dice = this.#dice;
    // Behind an epoch like these nothing of the writer is new any more: not for the one in use most.
    const version =
      n !== this.#cast.hostile && dice.chance(0.05)
        ? { epoch: dice.number(), seq: dice.number() }
        : { epoch: 1, seq: this.#seq++ };
    const peer = SYBIL_IDS[n - SYBILS_FROM] ?? this.#id;
    return this.#codecOf(n).seal({ peer, ...version, content }).signed;
  }

  #tampered({ body, signature }: SignedRecord): SignedRecord {
    const dice = this.#dice;
    if (dice.chance(0.2)) return { body, signature: dice.bytes(64) };
    if (dice.chance(0.1)) return { body: dice.bytes(dice.below(400)), signature };
    return { body: mutate(dice, body, body), signature };
  }

  #content(): RecordContent {
    const dice = this.#dice;
    if (dice.chance(0.3)) return { type: 'links', down: dice.fill(DOWN_MAX, () => this.peer()) };
    return { type: 'peer', profile: this.#profile(), custody: this.#custody.next(), instance: 0n };
  }

  #profile(): Profile {
    const dice = this.#dice;
    const base = testProfile(dice.below(60));
    const endpoint = () => ({ address: this.#custody.address(), port: 1 + dice.below(0xffff) });
    return {
      ...base,
      name: dice.pick([base.name, '', '\u001b[2J', 'x'.repeat(dice.below(2_000))]),
      // Without any, nobody ever finds out that there is nobody.
      endpoints: dice.pick([
        base.endpoints,
        base.endpoints,
        [],
        dice.fill(ENDPOINTS_MAX, endpoint),
      ]),
      vtep: {
        ...base.vtep,
        overlay: dice.fill(OVERLAY_ADDRESSES_MAX, () => this.#custody.address()),
      },
    };
  }

  #codecOf(n: number): RecordCodec {
    const codec = this.#codecs.get(n) ?? testCodec(n);
    this.#codecs.set(n, codec);
    return codec;
  }

  #unknown(): PeerId {
    return this.#dice.pick(SYBIL_IDS);
  }
}
