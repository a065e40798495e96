/**
 * What is sent because the other end lacks it: the answer to what it asks for, and the offer of what
 * an exchange of digests showed that it has not. Each is bounded, and nothing goes by a congested
 * link: the other end finds the rest and asks for it anew.
 */
import type { BoundHits } from './bound-hits.ts';
import type { Directory } from './directory.ts';
import type { LinkId, MeshEffect } from './effect.ts';
import { NO_EFFECTS } from './join-effects.ts';
import { ANSWER_BYTES_MAX, ANSWER_RATE, IDS_PER_FRAME } from './limits.ts';
import type { DirectoryRecord, RecordId, RecordKey } from './record.ts';
import { announceIds, sendRecords, sizeOf } from './record-frames.ts';

/** As long as it takes to earn back a whole burst. */
const BURST_MS = (ANSWER_RATE.burstBytes * 1_000) / ANSWER_RATE.bytesPerSecond;

interface Chosen {
  readonly records: readonly DirectoryRecord[];
  readonly bytes: number;
}

export class Answers {
  readonly #directory: Directory;
  readonly #hits: BoundHits;
  /** Whether nothing but heartbeats may go out by the link. */
  readonly #isCongested: (link: LinkId) => boolean;
  /** Until when it would take each link to earn back what it has spent. */
  readonly #paidAt = new Map<LinkId, number>();

  constructor(directory: Directory, hits: BoundHits, isCongested: (link: LinkId) => boolean) {
    this.#directory = directory;
    this.#hits = hits;
    this.#isCongested = isCongested;
  }

  down(link: LinkId): void {
    this.#paidAt.delete(link);
  }

  /**
   * The newest versions of these records, each once: as many as one frame of the other end may bring
   * about, and none once it has asked for more than its rate.
   */
  answer(now: number, link: LinkId, keys: readonly RecordKey[]): readonly MeshEffect[] {
    if (this.#isCongested(link)) return NO_EFFECTS;
    const paidAt = Math.max(now, this.#paidAt.get(link) ?? now);
    if (paidAt - now > BURST_MS) {
      this.#hits.add('too-many-answers');
      return NO_EFFECTS;
    }
    const { records, bytes } = this.#choose(keys);
    this.#paidAt.set(link, paidAt + (bytes * 1_000) / ANSWER_RATE.bytesPerSecond);
    return sendRecords(link, records);
  }

  /** The same for what it did not ask for; what is too much to send at once is announced to it. */
  offer(link: LinkId, ids: readonly RecordId[]): readonly MeshEffect[] {
    if (this.#isCongested(link)) return NO_EFFECTS;
    const { records } = this.#choose(ids);
    // What is offered is in the directory, each once, so nothing was passed over.
    return [...sendRecords(link, records), ...announceIds(link, ids.slice(records.length))];
  }

  /** As many of these as an answer may have, those asked for first. */
  #choose(keys: readonly RecordKey[]): Chosen {
    const records = new Set<DirectoryRecord>();
    let bytes = 0;
    for (const key of keys) {
      if (records.size >= IDS_PER_FRAME || bytes >= ANSWER_BYTES_MAX) {
        this.#hits.add('answer-cut');
        break;
      }
      const record = this.#directory.get(key);
      if (record === undefined || records.has(record)) continue;
      records.add(record);
      bytes += sizeOf(record.signed);
    }
    return { records: [...records], bytes };
  }
}
