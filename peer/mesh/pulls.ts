/**
 * Versions that were announced and are asked for. Each is asked of one announcer at a time, each
 * announcer for a window of them at a time: the next when half of these came, so that a snapshot
 * comes at the pace of the links and from all that have it.
 */
import type { BoundHits } from './bound-hits.ts';
import type { Directory } from './directory.ts';
import type { LinkId, MeshEffect } from './effect.ts';
import { inParts } from './record-frames.ts';
import { NO_EFFECTS } from './join-effects.ts';
import { PULLS_MAX, PULL_ANNOUNCERS_MAX, PULL_TIMEOUT_MS, PULL_WINDOW } from './limits.ts';
import { type RecordId, compareVersions } from './record.ts';
import { RecordMap } from './record-map.ts';

/** Places in the order of one link. Those of pulls that are over or asked elsewhere are cleared then. */
const PULLS_WAITING_MAX = 2 * PULLS_MAX;

interface Pull {
  readonly id: RecordId;
  /** It came up in an exchange of digests: most others have it. */
  readonly isSync: boolean;
  /** Who announced it and was not asked in vain, in the order to ask them. */
  readonly announcers: LinkId[];
  asked: LinkId | undefined;
  /** It has come, or a newer one was announced, or nobody is left to ask. */
  isOver: boolean;
}

/** What one link is asked, and to be asked. */
interface Source {
  /** In the order of asking, from `next` on; those that are asked elsewhere or over are passed over. */
  waiting: Pull[];
  next: number;
  readonly asked: Set<Pull>;
  /** When it has sent nothing of that for too long. */
  expiresAt: number;
  /** It sent some of what it is asked for. */
  hasDelivered: boolean;
}

export interface Announcement {
  readonly link: LinkId;
  readonly ids: readonly RecordId[];
  /** By an exchange of digests. */
  readonly isSync: boolean;
}

/** What a record that has come was to the pulls. */
export interface Pulled {
  readonly isSync: boolean;
  /** They have it. */
  readonly announcers: readonly LinkId[];
}

export class Pulls {
  readonly #directory: Directory;
  readonly #pulls = new RecordMap<Pull>();
  readonly #sources = new Map<LinkId, Source>();
  readonly #hits: BoundHits;
  /** Some link may be asked for more. */
  #mayAsk = false;
  #nextAt = Number.POSITIVE_INFINITY;

  constructor(directory: Directory, hits: BoundHits) {
    this.#directory = directory;
    this.#hits = hits;
  }

  /** The link has these versions: asks it for those that are neither here nor asked for. */
  announced(now: number, announcement: Announcement): readonly MeshEffect[] {
    const { link, ids } = announcement;
    const source = this.#source(link);
    for (const id of ids) {
      if (this.#directory.has(id)) continue;
      const pull = this.#note(id, announcement);
      if (pull !== undefined) source.waiting.push(pull);
    }
    if (source.waiting.length > PULLS_WAITING_MAX) compact(source);
    return this.#ask(now, link, source);
  }

  /** It has come, by whatever way; says what was known of it. */
  learned(now: number, id: RecordId): Pulled | undefined {
    const pull = this.#pulls.get(id);
    if (pull === undefined || compareVersions(id, pull.id) < 0) return undefined;
    this.#delivered(now, pull);
    this.#end(pull);
    return pull;
  }

  /** Asks the next ones: of links that have sent half, and in place of those that sent nothing. */
  due(now: number): readonly MeshEffect[] {
    if (!this.#mayAsk && now < this.#nextAt) return NO_EFFECTS;
    for (const [link, source] of this.#sources) {
      if (now >= source.expiresAt) this.#expire(link, source);
    }
    const effects: MeshEffect[] = [];
    this.#nextAt = Number.POSITIVE_INFINITY;
    for (const [link, source] of this.#sources) {
      effects.push(...this.#ask(now, link, source));
      this.#nextAt = Math.min(this.#nextAt, source.expiresAt);
    }
    this.#mayAsk = false;
    return effects;
  }

  /** Whether nothing is asked of the link, or to be. */
  isIdle(link: LinkId): boolean {
    const source = this.#sources.get(link);
    return source === undefined || (source.asked.size === 0 && isDrained(source));
  }

  down(link: LinkId): void {
    const source = this.#sources.get(link);
    if (source === undefined) return;
    this.#sources.delete(link);
    for (const pull of source.asked) this.#askNext(pull, link);
    for (const pull of source.waiting.slice(source.next)) {
      if (!pull.isOver && pull.asked === undefined) this.#askNext(pull, link);
    }
  }

  /** No later than when due() has to be called; what came since then may make it too early. */
  nextAt(): number {
    return this.#nextAt;
  }

  /** The pull that the link is to be asked for, too; undefined when there is nothing to ask. */
  #note(id: RecordId, { link, isSync }: Announcement): Pull | undefined {
    const known = this.#pulls.get(id);
    if (known !== undefined && compareVersions(known.id, id) >= 0) {
      return this.#noteAnnouncer(known, link) ? known : undefined;
    }
    if (known !== undefined) this.#end(known);
    if (this.#pulls.size >= PULLS_MAX) {
      this.#hits.add('too-many-pulls');
      return undefined;
    }
    const pull: Pull = { id, isSync, announcers: [link], asked: undefined, isOver: false };
    this.#pulls.set(id, pull);
    return pull;
  }

  /** Each link once: one that announces without end must not take the others' places. */
  #noteAnnouncer({ announcers }: Pull, link: LinkId): boolean {
    if (announcers.includes(link)) return false;
    const hasRoom = announcers.length <= PULL_ANNOUNCERS_MAX;
    if (hasRoom) announcers.push(link);
    else this.#hits.add('too-many-announcers');
    return hasRoom;
  }

  #ask(now: number, link: LinkId, source: Source): readonly MeshEffect[] {
    if (isDrained(source) || source.asked.size > PULL_WINDOW / 2) return [];
    const ids: RecordId[] = [];
    while (source.asked.size < PULL_WINDOW && !isDrained(source)) {
      const pull = source.waiting[source.next++];
      if (pull === undefined || pull.isOver || pull.asked !== undefined) continue;
      pull.asked = link;
      source.asked.add(pull);
      ids.push(pull.id);
    }
    if (isDrained(source)) Object.assign(source, { waiting: [], next: 0 });
    if (ids.length === 0) return [];
    source.expiresAt = now + PULL_TIMEOUT_MS;
    this.#nextAt = Math.min(this.#nextAt, source.expiresAt);
    return inParts(ids).map((part) => ({ type: 'send', link, frame: { type: 'want', ids: part } }));
  }

  /** Who sent a part is asked for the rest once more; who sent nothing is not asked again. */
  #expire(link: LinkId, source: Source): void {
    const asked = [...source.asked];
    source.asked.clear();
    source.expiresAt = Number.POSITIVE_INFINITY;
    for (const pull of asked) {
      if (source.hasDelivered) pull.announcers.push(link);
      this.#askNext(pull, link);
    }
    source.hasDelivered = false;
  }

  /** The turn of the next announcer after this one; without one the pull is given up. */
  #askNext(pull: Pull, after: LinkId): void {
    pull.asked = undefined;
    const at = pull.announcers.indexOf(after);
    if (at >= 0) pull.announcers.splice(at, 1);
    const next = pull.announcers.find((link) => this.#sources.has(link));
    if (next === undefined) this.#end(pull);
    else this.#source(next).waiting.push(pull);
    this.#mayAsk = true;
  }

  #delivered(now: number, pull: Pull): void {
    const source = pull.asked === undefined ? undefined : this.#sources.get(pull.asked);
    if (source?.asked.delete(pull) !== true) return;
    source.hasDelivered = true;
    if (source.asked.size <= PULL_WINDOW / 2 && !isDrained(source)) this.#mayAsk = true;
    const isWaiting = source.asked.size > 0;
    source.expiresAt = isWaiting ? now + PULL_TIMEOUT_MS : Number.POSITIVE_INFINITY;
  }

  #end(pull: Pull): void {
    pull.isOver = true;
    if (pull.asked !== undefined) this.#sources.get(pull.asked)?.asked.delete(pull);
    if (this.#pulls.get(pull.id) === pull) this.#pulls.delete(pull.id);
  }

  #source(link: LinkId): Source {
    const known = this.#sources.get(link);
    if (known !== undefined) return known;
    const source: Source = {
      waiting: [],
      next: 0,
      asked: new Set(),
      expiresAt: Number.POSITIVE_INFINITY,
      hasDelivered: false,
    };
    this.#sources.set(link, source);
    return source;
  }
}

function isDrained({ waiting, next }: Source): boolean {
  return next >= waiting.length;
}

function compact(source: Source): void {
  const waiting = source.waiting.slice(source.next);
  source.waiting = [...new Set(waiting)].filter(
    ({ isOver, asked }) => !isOver && asked === undefined,
  );
  source.next = 0;
}
