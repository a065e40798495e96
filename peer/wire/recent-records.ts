/**
 * Records that were parsed lately: each comes by several links within moments, and looking it up
 * costs a tenth of parsing it. Not whether they are sound: that is the signature's to say.
 */
import { BoundedMap } from '../bounded-map.ts';
import type { DirectoryRecord, SignedRecord } from '../mesh/record.ts';

/** The copies of a record come within some hundred others, also when all peers start at once. */
export const RECENT_RECORDS_MAX = 512;

export class RecentRecords {
  /** By signature. */
  readonly #records = new BoundedMap<string, DirectoryRecord>(RECENT_RECORDS_MAX);

  /** What these very bytes were parsed to. */
  get({ body, signature }: SignedRecord): DirectoryRecord | undefined {
    const record = this.#records.get(keyOf(signature));
    return record !== undefined && Buffer.compare(record.signed.body, body) === 0
      ? record
      : undefined;
  }

  add(record: DirectoryRecord): void {
    this.#records.set(keyOf(record.signed.signature), record);
  }
}

function keyOf(signature: Uint8Array): string {
  return Buffer.from(signature.buffer, signature.byteOffset, signature.length).toString('latin1');
}
