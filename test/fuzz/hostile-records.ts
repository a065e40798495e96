/**
 * The records that a hostile member may send: sound ones of its own with whatever content, those of
 * identities that it makes up, those of others as they are or tampered with, and forgeries.
 */
import type { Block, Custody } from '#peer/ipam/custody-state.ts';
import { type Address, bits, type Family } from '#peer/ipam/cidr.ts';
import type { RecordCodec } from '#peer/mesh/mesh.ts';
import type { PeerId } from '#peer/mesh/peer-id.ts';
import type { DirectoryRecord, Profile, RecordContent, SignedRecord } from '#peer/mesh/record.ts';
import { clusterHash } from '#peer/wire/identity.ts';
import { createRecordCodec } from '#peer/wire/record-codec.ts';
import { testCodec, testIdentity, testProfile } from '#test/support/records.ts';
import type { Dice } from './dice.ts';
import { mutate } from './mutations.ts';

/** Identities that the attacker makes up besides its own. */
const SYBILS = 200;
const SYBILS_FROM = 5_000;
const LIST_MAX = 40;
/** Sound records are kept and sent again: each costs a signature. */
const POOL_MAX = 200;
const FRESH_SHARE = 0.1;
/** The field `epoch` of a body once more: the last one counts, so the version is a newer one. */
const NEWER_EPOCH = Uint8Array.of(0x10, 99);

export interface Cast {
  /** The number of the hostile member's identity. */
  readonly hostile: number;
  readonly victim: PeerId;
  /** What honest peers signed, in versions that the victim has or had. */
  readonly honest: readonly DirectoryRecord[];
}

export class HostileRecords {
  readonly #dice: Dice;
  readonly #cast: Cast;
  readonly #ids: readonly PeerId[];
  readonly #sybils = Array.from({ length: SYBILS }, (_, n) => testIdentity(SYBILS_FROM + n).id);
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
  }

  next(): SignedRecord {
    const dice = this.#dice;
    const kind = dice.below(10);
    if (kind < 2) return dice.pick(this.#cast.honest).signed;
    if (kind < 4) return this.#tampered(dice.pick(this.#cast.honest).signed);
    if (kind < 5) return this.#forged();
    const own = this.#own();
    return kind < 6 ? this.#tampered(own) : own;
  }

  /** So many that each costs a verification, and more of them the patience with the link. */
  forgeries(count: number): readonly SignedRecord[] {
    return Array.from({ length: count }, () => this.#forged());
  }

  /** A peer that the victim knows of, or one that it doesn't. */
  peer(): PeerId {
    return this.#dice.chance(0.8) ? this.#dice.pick(this.#ids) : this.#unknown();
  }

  /** Signed by an identity of the attacker's, so that nothing is wrong but what it says. */
  #own(): SignedRecord {
    const dice = this.#dice;
    if (this.#pool.length > 0 && !dice.chance(FRESH_SHARE)) return dice.pick(this.#pool);
    const n = dice.chance(0.8) ? this.#cast.hostile : SYBILS_FROM + dice.below(SYBILS);
    const signed = this.#seal(n, this.#content());
    if (this.#pool.length < POOL_MAX) this.#pool.push(signed);
    else this.#pool[dice.below(POOL_MAX)] = signed;
    return signed;
  }

  /** Signed by another than the writer, or for another cluster. */
  #forged(): SignedRecord {
    const { honest } = this.#cast;
    const content = this.#content();
    if (this.#dice.chance(0.5)) {
      const body = { peer: this.#id, epoch: 9, seq: this.#seq++, content };
      return this.#elsewhere.seal(body).signed;
    }
    const { body } = this.#dice.pick(honest).signed;
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
    const peer = this.#sybils[n - SYBILS_FROM] ?? this.#id;
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
    if (dice.chance(0.3)) return { type: 'links', down: dice.some(LIST_MAX, () => this.peer()) };
    return { type: 'peer', profile: this.#profile(), custody: this.#custody() };
  }

  #profile(): Profile {
    const dice = this.#dice;
    const base = testProfile(dice.below(60));
    const endpoint = () => ({ address: this.#address(), port: 1 + dice.below(0xffff) });
    return {
      ...base,
      name: dice.pick([base.name, '', '\u001b[2J', 'x'.repeat(dice.below(2_000))]),
      endpoints: dice.chance(0.5) ? base.endpoints : dice.some(LIST_MAX, endpoint),
      vtep: { ...base.vtep, overlay: dice.some(3, () => this.#address()) },
    };
  }

  #custody(): Custody {
    const dice = this.#dice;
    const grant = () => ({ block: this.#block(), to: this.#toWhom(), n: dice.below(6) });
    const counterparty = () => ({
      peer: this.#toWhom(),
      granted: dice.number32(),
      cleared: dice.number32(),
      accepted: dice.number32(),
    });
    return {
      hold: dice.some(LIST_MAX, () => this.#block()),
      pending: dice.some(LIST_MAX, grant),
      counterparties: dice.some(LIST_MAX, counterparty),
      viewRev: BigInt(dice.number()),
      registeredRev: BigInt(dice.pick([0, 1, 2, 3, dice.number()])),
      freeLog2: { v4: dice.number32(), v6: dice.number32() },
    };
  }

  #toWhom(): PeerId {
    return this.#dice.chance(0.5) ? this.#cast.victim : this.peer();
  }

  /** Mostly inside the universe of the victim, 10.32.0.0/16. */
  #block(): Block {
    const dice = this.#dice;
    const { family, value } = this.#address();
    const length = dice.chance(0.1) ? dice.below(bits(family) + 1) : bits(family) - dice.below(16);
    const shift = BigInt(bits(family) - length);
    const address = (value >> shift) << shift;
    return { cidr: { family, address, length }, term: dice.number32() };
  }

  #address(): Address {
    const dice = this.#dice;
    const family: Family = dice.chance(0.8) ? 4 : 6;
    const inside = 0x0a20_0000 + dice.below(0x1_0000);
    if (family === 4) return { family, value: BigInt(dice.chance(0.9) ? inside : dice.number32()) };
    return { family, value: BigInt(`0x${dice.bytes(16).toHex()}`) };
  }

  #codecOf(n: number): RecordCodec {
    const codec = this.#codecs.get(n) ?? testCodec(n);
    this.#codecs.set(n, codec);
    return codec;
  }

  #unknown(): PeerId {
    return this.#dice.pick(this.#sybils);
  }
}
