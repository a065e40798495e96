/**
 * What is sent because the other end lacks it: the answer to what it asks for, and the offer of what
 * an exchange of digests showed that it has not. Each is bounded, and nothing goes by a congested
 * link: the other end finds the rest and asks for it anew.
 */
import type { BoundHits } from './bound-hits.ts';
import type { Directory } from './directory.ts';
import type { LinkId, MeshEffect } from './effect.ts';
import { NO_EFFECTS } from './join-effects.ts';
import { ANSWER_BYTES_MAX, IDS_PER_FRAME } from './limits.ts';
import type { DirectoryRecord, RecordId, RecordKey } from './record.ts';
import { announceIds, sendRecords, sizeOf } from './record-frames.ts';

export interface AnswersOptions {
  readonly directory: Directory;
  readonly hits: BoundHits;
  /** Whether nothing but heartbeats may go out by the link. */
  readonly isCongested: (link: LinkId) => boolean;
}

export class Answers {
  readonly #options: AnswersOptions;

  constructor(options: AnswersOptions) {
    this.#options = options;
  }

  /** The newest versions of these records: as many as one frame of the other end may bring about. */
  answer(link: LinkId, keys: readonly RecordKey[]): readonly MeshEffect[] {
    return this.#options.isCongested(link) ? NO_EFFECTS : sendRecords(link, this.#take(keys));
  }

  /** The same for what it did not ask for; what is too much to send at once is announced to it. */
  offer(link: LinkId, ids: readonly RecordId[]): readonly MeshEffect[] {
    if (this.#options.isCongested(link)) return NO_EFFECTS;
    const records = this.#take(ids);
    // What is offered is in the directory, so nothing was passed over.
    return [...sendRecords(link, records), ...announceIds(link, ids.slice(records.length))];
  }

  /** As many of these as an answer may have, those asked for first. */
  #take(keys: readonly RecordKey[]): readonly DirectoryRecord[] {
    const { directory, hits } = this.#options;
    const taken: DirectoryRecord[] = [];
    let bytes = 0;
    for (const key of keys) {
      if (taken.length >= IDS_PER_FRAME || bytes >= ANSWER_BYTES_MAX) {
        hits.add('answer-cut');
        break;
      }
      const record = directory.get(key);
      if (record === undefined) continue;
      taken.push(record);
      bytes += sizeOf(record.signed);
    }
    return taken;
  }
}
