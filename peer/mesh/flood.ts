/**
 * Spreading records over the links. An idle link gets a record at once; a busy one gets it in the
 * next batch when it is eager, or only its id when it is not, and asks for what it lacks. Queues
 * hold keys and not records: a newer version takes the older one's place, so memory is bounded by
 * the directory.
 */
import type { Directory } from './directory.ts';
import type { LinkId, MeshEffect } from './effect.ts';
import {
  ANNOUNCE_MS,
  ANSWER_BYTES_MAX,
  BATCH_MS,
  IDLE_LINK_MS,
  IDS_PER_FRAME,
  RECORDS_FRAME_BYTES,
} from './limits.ts';
import {
  type DirectoryRecord,
  type RecordId,
  type RecordKey,
  type SignedRecord,
  compareVersions,
  recordId,
  recordKey,
} from './record.ts';

interface Queue {
  /** When records went out last. */
  sentAt: number;
  readonly batch: Map<string, RecordKey>;
  readonly announce: Map<string, RecordKey>;
  batchAt: number;
  announceAt: number;
  congested: boolean;
}

export interface Spread {
  readonly records: readonly DirectoryRecord[];
  /** The link they came by, which has them. */
  readonly from?: LinkId | undefined;
  /** Only announce: for what came by reconciliation, which most others have. */
  readonly announceOnly: boolean;
}

export class Flood {
  readonly #directory: Directory;
  readonly #queues = new Map<LinkId, Queue>();

  constructor(directory: Directory) {
    this.#directory = directory;
  }

  up(link: LinkId): void {
    this.#queues.set(link, {
      sentAt: Number.NEGATIVE_INFINITY,
      batch: new Map(),
      announce: new Map(),
      batchAt: Number.POSITIVE_INFINITY,
      announceAt: Number.POSITIVE_INFINITY,
      congested: false,
    });
  }

  down(link: LinkId): void {
    this.#queues.delete(link);
  }

  /** Drops what is queued for the link, queues and answers nothing more: reconciliation repairs it later. */
  congested(link: LinkId): void {
    const queue = this.#queues.get(link);
    if (queue === undefined) return;
    queue.congested = true;
    this.#clear(queue);
  }

  drained(link: LinkId): void {
    const queue = this.#queues.get(link);
    if (queue !== undefined) queue.congested = false;
  }

  /** Whether nothing but heartbeats may go out by the link. */
  isCongested(link: LinkId): boolean {
    return this.#queues.get(link)?.congested === true;
  }

  spread(now: number, spread: Spread, isEager: (link: LinkId) => boolean): readonly MeshEffect[] {
    const keys = spread.records.map((record) => recordId(record));
    return [...this.#queues].flatMap(([link, queue]) => {
      if (link === spread.from || queue.congested) return [];
      if (spread.announceOnly) return this.#enqueueAnnounce(now, queue, keys);
      if (now >= queue.sentAt + IDLE_LINK_MS && queue.batch.size === 0) {
        queue.sentAt = now;
        return this.#sendRecords(link, keys);
      }
      if (isEager(link)) return this.#enqueueBatch(now, queue, keys);
      return this.#enqueueAnnounce(now, queue, keys);
    });
  }

  /** The other end has these: they need not be sent to it. */
  heard(link: LinkId, ids: readonly RecordId[]): void {
    const queue = this.#queues.get(link);
    if (queue === undefined) return;
    for (const id of ids) {
      const known = this.#directory.get(id);
      if (known !== undefined && compareVersions(id, known) < 0) continue;
      queue.batch.delete(recordKey(id));
      queue.announce.delete(recordKey(id));
    }
  }

  due(now: number): readonly MeshEffect[] {
    return [...this.#queues].flatMap(([link, queue]) => [
      ...(now >= queue.batchAt ? this.#flushBatch(now, link, queue) : []),
      ...(now >= queue.announceAt ? this.#flushAnnounce(link, queue) : []),
    ]);
  }

  nextAt(): number {
    const times = [...this.#queues.values()].map((queue) =>
      Math.min(queue.batchAt, queue.announceAt),
    );
    return Math.min(Number.POSITIVE_INFINITY, ...times);
  }

  /**
   * The newest versions of the records that the other end lacks: as many as one frame of its own may
   * bring about, and none while the link is congested. It finds and asks for the rest anew.
   */
  answer(link: LinkId, keys: readonly RecordKey[]): readonly MeshEffect[] {
    if (this.isCongested(link)) return [];
    const answered: RecordKey[] = [];
    let bytes = 0;
    for (const key of keys) {
      if (answered.length >= IDS_PER_FRAME || bytes >= ANSWER_BYTES_MAX) break;
      const signed = this.#directory.get(key)?.signed;
      if (signed === undefined) continue;
      answered.push(key);
      bytes += sizeOf(signed);
    }
    return this.#sendRecords(link, answered);
  }

  /** The newest versions of these records, in as many frames as they need. */
  #sendRecords(link: LinkId, keys: readonly RecordKey[]): readonly MeshEffect[] {
    const records = keys.flatMap((key) => this.#directory.get(key)?.signed ?? []);
    return inFrames(records).map((part) => ({
      type: 'send',
      link,
      frame: { type: 'records', records: part },
    }));
  }

  #enqueueBatch(now: number, queue: Queue, keys: readonly RecordKey[]): readonly MeshEffect[] {
    if (queue.batch.size === 0) queue.batchAt = now + BATCH_MS;
    for (const key of keys) queue.batch.set(recordKey(key), key);
    return [];
  }

  #enqueueAnnounce(now: number, queue: Queue, keys: readonly RecordKey[]): readonly MeshEffect[] {
    if (queue.announce.size === 0) queue.announceAt = now + ANNOUNCE_MS;
    for (const key of keys) queue.announce.set(recordKey(key), key);
    return [];
  }

  #flushBatch(now: number, link: LinkId, queue: Queue): readonly MeshEffect[] {
    const keys = [...queue.batch.values()];
    queue.batch.clear();
    queue.batchAt = Number.POSITIVE_INFINITY;
    queue.sentAt = now;
    return this.#sendRecords(link, keys);
  }

  #flushAnnounce(link: LinkId, queue: Queue): readonly MeshEffect[] {
    const ids = [...queue.announce.values()].flatMap((key) => {
      const record = this.#directory.get(key);
      return record === undefined ? [] : [recordId(record)];
    });
    queue.announce.clear();
    queue.announceAt = Number.POSITIVE_INFINITY;
    return inParts(ids).map((part) => ({ type: 'send', link, frame: { type: 'have', ids: part } }));
  }

  #clear(queue: Queue): void {
    queue.batch.clear();
    queue.announce.clear();
    queue.batchAt = Number.POSITIVE_INFINITY;
    queue.announceAt = Number.POSITIVE_INFINITY;
  }
}

/** Ids in parts that fit one frame each. */
export function inParts(ids: readonly RecordId[]): readonly (readonly RecordId[])[] {
  const count = Math.ceil(ids.length / IDS_PER_FRAME);
  return Array.from({ length: count }, (_, part) =>
    ids.slice(part * IDS_PER_FRAME, (part + 1) * IDS_PER_FRAME),
  );
}

function inFrames(records: readonly SignedRecord[]): readonly (readonly SignedRecord[])[] {
  const frames: SignedRecord[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const record of records) {
    if (bytes >= RECORDS_FRAME_BYTES) {
      frames.push([]);
      bytes = 0;
    }
    frames.at(-1)?.push(record);
    bytes += sizeOf(record);
  }
  return frames;
}

function sizeOf({ body, signature }: SignedRecord): number {
  return body.length + signature.length;
}
