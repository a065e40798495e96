/**
 * Records that were parsed lately: each comes by several links within moments, and looking it up
 * costs a tenth of parsing it. Not whether they are sound: that is the signature's to say.
 */
import { BoundedMap } from '../bounded-map.ts';
import type { DirectoryRecord, SignedRecord } from '../mesh/record.ts';

/** The copies of a record come within some hundred others, also when all peers start at once. */
export const RECENT_RECORDS_MAX = 512;

export class RecentRecords {
  /** By the first bytes of the signature, which are as good as random. */
  readonly #records = new BoundedMap<number, DirectoryRecord>(RECENT_RECORDS_MAX);

  /** What these very bytes were parsed to. */
  get({ body, signature }: SignedRecord): DirectoryRecord | undefined {
    const record = this.#records.get(keyOf(signature));
    if (record === undefined) return undefined;
    const isSame =
      Buffer.compare(record.signed.signature, signature) === 0 &&
      Buffer.compare(record.signed.body, body) === 0;
    return isSame ? record : undefined;
  }

  add(record: DirectoryRecord): void {
    this.#records.set(keyOf(record.signed.signature), record);
  }
}

const KEY_BYTES = 4;
const SMALL_INTEGER = 0x3fff_ffff;

/** Small enough for the engine to keep it without an object of its own. */
function keyOf(signature: Uint8Array): number {
  let key = 0;
  for (let at = 0; at < KEY_BYTES; at++) key = (key << 8) | (signature[at] ?? 0);
  return key & SMALL_INTEGER;
}
