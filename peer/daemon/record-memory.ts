/**
 * Records from one run to the next, so that a restarted peer knows at once what it knew before and
 * withdraws nothing. Losing them costs a reconciliation. Written in batches. What the directory has put
 * away goes from here, too, at each start and from time to time.
 *
 * Our own is among them for the day when this identity is lost with its state: the next one tells the
 * others what it held, which then comes back to this node and its pods first.
 */
import { isOfMedium } from '../store/medium.ts';
import type { Directory } from '../mesh/directory.ts';
import { DIRECTORY_RECORDS_MAX } from '../mesh/limits.ts';
import type { RecordCodec } from '../mesh/mesh.ts';
import type { PeerId } from '../mesh/peer-id.ts';
import { type DirectoryRecord, recordId, recordKey } from '../mesh/record.ts';
import type { CachedRecord, DirectoryCache } from '../store/directory-cache.ts';
import { decodeSignedRecord, encodeSignedRecord } from '../wire/record-codec.ts';

/** Records that come within this time are written together. */
const WRITE_DELAY_MS = 500;
/** So many may be written before it is looked what the directory has put away: there are never more besides. */
const WRITTEN_MAX = DIRECTORY_RECORDS_MAX;

/** Who wrote it, and what it has by now. */
export interface Knowing {
  readonly self: PeerId;
  readonly directory: Pick<Directory, 'peersAsTheyCame' | 'accusations'>;
}

export class RecordMemory {
  readonly #cache: DirectoryCache;
  #writtenCount = 0;
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

  remember(records: readonly DirectoryRecord[], knowing: Knowing): void {
    const { self } = knowing;
    for (const record of records) {
      const key = recordKey(recordId(record));
      this.#unwritten.set(key, { key, bytes: encodeSignedRecord(record.signed) });
    }
    // Others may not have it yet, and a crash may come before the batch.
    if (records.some(({ peer }) => peer === self)) this.#write();
    else this.#timer ??= setTimeout(() => this.#write(), WRITE_DELAY_MS).unref();
    this.#writtenCount += records.length;
    if (this.#writtenCount > WRITTEN_MAX) this.retain(knowing);
  }

  /** Forgets what the directory doesn't have, but for our own. */
  retain({ self, directory }: Knowing): void {
    this.#write();
    this.#writtenCount = 0;
    const known = [...directory.peersAsTheyCame(), ...directory.accusations()];
    const kept = new Set(known.map((record) => recordKey(recordId(record))));
    for (const kind of ['peer', 'links'] as const) kept.add(recordKey({ peer: self, kind }));
    const gone = this.#cache.keys().filter((key) => !kept.has(key));
    if (gone.length > 0) this.#change(() => this.#cache.delete(gone));
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
    if (records.length > 0) this.#change(() => this.#cache.put(records));
  }

  #change(write: () => void): void {
    try {
      write();
    } catch (error) {
      // What a full disk keeps out of a cache is asked of others after the next start.
      if (!isOfMedium(error)) throw error;
    }
  }
}
