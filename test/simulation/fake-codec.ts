/**
 * Records without cryptography, for thousands of simulated peers: a signature is a byte that says
 * whether it holds. What the real codec does is tested beside it.
 */
import { createHash } from 'node:crypto';
import type { RecordCodec } from '../../peer/mesh/mesh.ts';
import {
  type DirectoryRecord,
  type RecordBody,
  type SignedRecord,
  recordId,
  recordKey,
} from '../../peer/mesh/record.ts';

const VALID = Uint8Array.of(1);

/** One table of sealed records for a whole world stands for what encoding would carry. */
export function createFakeCodec(
  sealed = new WeakMap<SignedRecord, DirectoryRecord>(),
): RecordCodec {
  return {
    seal: (body) => {
      const signed: SignedRecord = { body: new Uint8Array(300), signature: VALID };
      const record = { ...body, signed, digest: digestOf(body) };
      sealed.set(signed, record);
      return record;
    },
    parse: (signed) => sealed.get(signed),
    verify: (record) => record.signed.signature === VALID,
  };
}

function digestOf(body: RecordBody): bigint {
  const text = `${recordKey(recordId(body))} ${body.epoch} ${body.seq}`;
  return BigInt(`0x${createHash('sha256').update(text).digest('hex').slice(0, 32)}`);
}
