/**
 * Records without cryptography, for thousands of simulated peers: signed bytes are as many as real
 * ones and carry the record itself, and a signature is one that holds or any other. What the real
 * codec does is tested beside it.
 */
import { createHash } from 'node:crypto';
import type { RecordCodec } from '../../peer/mesh/mesh.ts';
import {
  type DirectoryRecord,
  type ParsedRecord,
  type RecordBody,
  type SignedRecord,
  recordId,
  recordKey,
} from '../../peer/mesh/record.ts';
import { recordBodyBytes } from './wire-size.ts';

/** Of Ed25519. The one object that stands for every signature that holds. */
const VALID = new Uint8Array(64);
/** Enough for replays, and no weight in the largest worlds. */
const HISTORY_MAX = 1_000;

/** What a signed record of this codec carries in place of an encoded body. */
interface Sealed extends SignedRecord {
  record?: DirectoryRecord;
}

export class FakeCodec implements RecordCodec {
  /** Signatures that were checked so far: what costs a peer its time. */
  verifications = 0;
  /** Some records that were sealed, for whoever replays them. */
  readonly history: DirectoryRecord[] = [];
  /** One array for all bodies of a size: nobody looks at the bytes. */
  readonly #bodies = new Map<number, Uint8Array>();

  seal(body: RecordBody): DirectoryRecord {
    const signed: Sealed = { body: this.#bytes(recordBodyBytes(body)), signature: VALID };
    const record = { ...body, signed, digest: digestOf(body) };
    signed.record = record;
    if (this.history.length < HISTORY_MAX) this.history.push(record);
    return record;
  }

  /** A later version of the record, whose signature does not hold. */
  forge({ signed, digest: _digest, ...body }: DirectoryRecord, aheadBy: number): SignedRecord {
    const later = { ...body, seq: body.seq + aheadBy };
    const forged: Sealed = { body: signed.body, signature: signed.signature.slice() };
    forged.record = { ...later, signed: forged, digest: digestOf(later) };
    return forged;
  }

  parse(signed: SignedRecord): DirectoryRecord | undefined {
    return (signed as Sealed).record;
  }

  /** All of one version here: what parse() has nothing for names no version either. */
  parseUnsupported(): undefined {}

  verify(record: ParsedRecord): boolean {
    this.verifications++;
    return record.signed.signature === VALID;
  }

  #bytes(count: number): Uint8Array {
    const known = this.#bodies.get(count);
    if (known !== undefined) return known;
    const made = new Uint8Array(count);
    this.#bodies.set(count, made);
    return made;
  }
}

export function createFakeCodec(): FakeCodec {
  return new FakeCodec();
}

function digestOf(body: RecordBody): bigint {
  const text = `${recordKey(recordId(body))} ${body.epoch} ${body.seq}`;
  return BigInt(`0x${createHash('sha256').update(text).digest('hex').slice(0, 32)}`);
}
