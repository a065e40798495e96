/**
 * Spreading records over the links. An idle link gets a record at once; a busy one gets it in the
 * next batch when it is eager, or only its id when it is not, and asks for what it lacks. Queues
 * hold ids and not records: a newer version takes the older one's place, so memory is bounded by
 * the directory.
 */
import type { Directory } from './directory.ts';
import type { LinkId, MeshEffect } from './effect.ts';
import type { MeshFrame } from './frame.ts';
import { NO_EFFECTS } from './join-effects.ts';
import { Lateness } from './lateness.ts';
import { ANNOUNCE_MS, BATCH_MS, IDLE_LINK_MS } from './limits.ts';
import { type DirectoryRecord, type RecordId, compareVersions, recordId } from './record.ts';
import { announceIds, sendRecords, toFrames } from './record-frames.ts';
import { RecordMap } from './record-map.ts';

interface Queue {
  /** When records went out last. */
  sentAt: number;
  readonly batch: RecordMap<RecordId>;
  readonly announce: RecordMap<RecordId>;
  batchAt: number;
  announceAt: number;
  congested: boolean;
}

/**
 * How much a link gets of what is new: `none` when neither end wants it. Onward ones are eager, and
 * not sent to when there is nothing else to do, but at once.
 */
export type Share = 'onward' | 'eager' | 'lazy' | 'none';

/** A record that is new here, and whom not to tell. */
export interface News {
  readonly record: DirectoryRecord;
  /** These have it: it came by one, the others announced it. */
  readonly knownTo: readonly LinkId[];
}

export class Flood {
  readonly #directory: Directory;
  readonly #lateness: Lateness;
  readonly #queues = new Map<LinkId, Queue>();
  #congestedCount = 0;
  /** When the next batch or announcement of any of them is due. */
  #nextAt = Number.POSITIVE_INFINITY;

  constructor(directory: Directory, lateness = new Lateness()) {
    this.#directory = directory;
    this.#lateness = lateness;
  }

  up(link: LinkId): void {
    this.#queues.set(link, {
      sentAt: Number.NEGATIVE_INFINITY,
      batch: new RecordMap(),
      announce: new RecordMap(),
      batchAt: Number.POSITIVE_INFINITY,
      announceAt: Number.POSITIVE_INFINITY,
      congested: false,
    });
  }

  down(link: LinkId): void {
    this.drained(link);
    this.#queues.delete(link);
    this.#noteNext();
  }

  /** Drops what is queued for the link, and queues nothing more: reconciliation repairs it later. */
  congested(link: LinkId): void {
    const queue = this.#queues.get(link);
    if (queue === undefined) return;
    if (!queue.congested) this.#congestedCount++;
    queue.congested = true;
    queue.batch.clear();
    queue.announce.clear();
    queue.batchAt = Number.POSITIVE_INFINITY;
    queue.announceAt = Number.POSITIVE_INFINITY;
    this.#noteNext();
  }

  drained(link: LinkId): void {
    const queue = this.#queues.get(link);
    if (queue?.congested !== true) return;
    queue.congested = false;
    this.#congestedCount--;
  }

  /** What may go out now: whoever waits for what is left out asks again in a while. */
  withoutCongested(effects: readonly MeshEffect[]): readonly MeshEffect[] {
    return this.#congestedCount > 0 ? effects.filter((effect) => this.#mayGo(effect)) : effects;
  }

  /** Whether nothing but heartbeats may go out by the link. */
  isCongested(link: LinkId): boolean {
    return this.#queues.get(link)?.congested === true;
  }

  #mayGo(effect: MeshEffect): boolean {
    if (effect.type !== 'send' || effect.frame.type === 'heartbeat') return true;
    return !this.isCongested(effect.link);
  }

  /** What is new goes to all links that have a share in it. */
  spread(
    now: number,
    news: readonly News[],
    shareOf: (link: LinkId) => Share,
  ): readonly MeshEffect[] {
    const isOurs = news.some(({ knownTo }) => knownTo.length === 0);
    const everything = news.map(({ record }) => record);
    const effects: MeshEffect[] = [];
    const idleMs = IDLE_LINK_MS + this.#lateness.worstMs(now);
    /** One frame object for all links that get the same: it is encoded once. */
    let frames: readonly MeshFrame[] | undefined;
    for (const [link, queue] of this.#queues) {
      const share = queue.congested ? 'none' : shareOf(link);
      if (share === 'none') continue;
      const isAll = news.every(({ knownTo }) => !knownTo.includes(link));
      const records = isAll ? everything : recordsFor(link, news);
      if (records.length === 0) continue;
      if (now >= queue.sentAt + idleMs && queue.batch.size === 0) {
        queue.sentAt = now;
        if (isAll) frames ??= toFrames(everything);
        const all = isAll && frames !== undefined ? frames : toFrames(records);
        const isSpare = share !== 'onward' && !isOurs;
        for (const frame of all) effects.push(sendOf(link, frame, { isSpare }));
      } else if (share !== 'lazy') this.#enqueueBatch(now, queue, records);
      else this.#enqueueAnnounce(now, queue, records);
    }
    return effects;
  }

  /** Only says that they are here: for what most others have. */
  announce(now: number, link: LinkId, records: readonly DirectoryRecord[]): void {
    const queue = this.#queues.get(link);
    if (queue !== undefined && !queue.congested && records.length > 0)
      this.#enqueueAnnounce(now, queue, records);
  }

  /** The other end has these: they need not be sent to it. */
  heard(link: LinkId, ids: readonly RecordId[]): void {
    if (ids.length === 0) return;
    const queue = this.#queues.get(link);
    if (queue === undefined || queue.batch.size + queue.announce.size === 0) return;
    for (const id of ids) {
      const known = this.#directory.get(id);
      if (known !== undefined && compareVersions(id, known) < 0) continue;
      queue.batch.delete(id);
      queue.announce.delete(id);
    }
  }

  due(now: number): readonly MeshEffect[] {
    if (now < this.#nextAt) return NO_EFFECTS;
    const effects: MeshEffect[] = [];
    for (const [link, queue] of this.#queues) {
      if (now >= queue.batchAt) effects.push(...this.#flushBatch(now, link, queue));
      if (now >= queue.announceAt) effects.push(...this.#flushAnnounce(link, queue));
    }
    this.#noteNext();
    return effects;
  }

  nextAt(): number {
    return this.#nextAt;
  }

  #enqueueBatch(now: number, queue: Queue, records: readonly DirectoryRecord[]): void {
    if (queue.batch.size === 0) queue.batchAt = now + BATCH_MS;
    this.#nextAt = Math.min(this.#nextAt, queue.batchAt);
    for (const record of records) {
      const id = recordId(record);
      queue.batch.set(id, id);
    }
  }

  #enqueueAnnounce(now: number, queue: Queue, records: readonly DirectoryRecord[]): void {
    if (queue.announce.size === 0) queue.announceAt = now + ANNOUNCE_MS;
    this.#nextAt = Math.min(this.#nextAt, queue.announceAt);
    for (const record of records) {
      const id = recordId(record);
      queue.announce.set(id, id);
    }
  }

  #noteNext(): void {
    this.#nextAt = Number.POSITIVE_INFINITY;
    for (const { batchAt, announceAt } of this.#queues.values())
      this.#nextAt = Math.min(this.#nextAt, batchAt, announceAt);
  }

  #flushBatch(now: number, link: LinkId, queue: Queue): readonly MeshEffect[] {
    const records = this.#newest(queue.batch);
    queue.batch.clear();
    queue.batchAt = Number.POSITIVE_INFINITY;
    queue.sentAt = now;
    return sendRecords(link, records);
  }

  #flushAnnounce(link: LinkId, queue: Queue): readonly MeshEffect[] {
    const ids = this.#newest(queue.announce).map(recordId);
    queue.announce.clear();
    queue.announceAt = Number.POSITIVE_INFINITY;
    return announceIds(link, ids);
  }

  #newest(queued: RecordMap<RecordId>): readonly DirectoryRecord[] {
    return queued.values().flatMap((id) => this.#directory.get(id) ?? []);
  }
}

function recordsFor(link: LinkId, news: readonly News[]): readonly DirectoryRecord[] {
  return news.filter(({ knownTo }) => !knownTo.includes(link)).map(({ record }) => record);
}

/** Several records are a batch, which many miss some of. */
function sendOf(
  link: LinkId,
  frame: MeshFrame,
  { isSpare }: { readonly isSpare: boolean },
): MeshEffect {
  const isOne = frame.type === 'records' && frame.records.length === 1;
  return isSpare && isOne ? { type: 'send', link, frame, isSpare } : { type: 'send', link, frame };
}
