/**
 * Records from one run to the next, so that a restarted peer knows at once what it knew before and
 * withdraws nothing. Losing them costs a reconciliation. Written in batches.
 *
 * Our own is among them for the day when this identity is lost with its state: the next one tells the
 * others what it held, which then comes back to this node and its pods first.
 */
import { isOfMedium } from '../store/medium.ts';
import type { RecordCodec } from '../mesh/mesh.ts';
import type { PeerId } from '../mesh/peer-id.ts';
import { type DirectoryRecord, recordId, recordKey } from '../mesh/record.ts';
import type { CachedRecord, DirectoryCache } from '../store/directory-cache.ts';
import { decodeSignedRecord, encodeSignedRecord } from '../wire/record-codec.ts';

/** Records that come within this time are written together. */
const WRITE_DELAY_MS = 500;

export class RecordMemory {
  readonly #cache: DirectoryCache;
  readonly #unwritten = new Map<string, CachedRecord>();
  #timer: NodeJS.Timeout | undefined;

  constructor(cache: DirectoryCache) {
    this.#cache = cache;
  }

  /** What was remembered; what can't be read is left out. Our own disk is trusted: not verified. */
  recall(codec: RecordCodec): readonly DirectoryRecord[] {
    return this.#cache.loadAll().flatMap(({ bytes }) => {
      const signed = decodeSignedRecord(bytes);
      return (signed && codec.parse(signed)) ?? [];
    });
  }

  remember(records: readonly DirectoryRecord[], self: PeerId): void {
    for (const record of records) {
      const key = recordKey(recordId(record));
      this.#unwritten.set(key, { key, bytes: encodeSignedRecord(record.signed) });
    }
    // Others may not have it yet, and a crash may come before the batch.
    if (records.some(({ peer }) => peer === self)) this.#write();
    else this.#timer ??= setTimeout(() => this.#write(), WRITE_DELAY_MS).unref();
  }

  close(): void {
    this.#write();
    this.#cache.close();
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const records = [...this.#unwritten.values()];
    this.#unwritten.clear();
    if (records.length === 0) return;
    try {
      this.#cache.put(records);
    } catch (error) {
      // What a full disk keeps out of a cache is asked of others after the next start.
      if (!isOfMedium(error)) throw error;
    }
  }
}
