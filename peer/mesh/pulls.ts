/**
 * Versions that were announced and are asked for. Each is asked of one announcer at a time, each
 * announcer for a window of them at a time: the next when half of these came, so that a snapshot
 * comes at the pace of the links and from all that have it.
 *
 * An announcement is a claim. Who announces what it does not have, or never sends it, may cost each
 * version one time-out: then it is the turn of whichever other announcer has room first. What is kept
 * of announcements is shared out between the links, and who sends nothing is asked less and less
 * (pull-backoff.ts).
 */
import { assert } from '../assert.ts';
import type { BoundHits } from './bound-hits.ts';
import type { Directory } from './directory.ts';
import type { LinkId, MeshEffect } from './effect.ts';
import { NO_EFFECTS } from './join-effects.ts';
import { Lateness } from './lateness.ts';
import { PULLS_MAX, PULL_ANNOUNCERS_MAX, PULL_TIMEOUT_MS } from './limits.ts';
import { PullSource } from './pull-source.ts';
import { type Announcer, type Pull, announcerOf, removeAnnouncer } from './pull.ts';
import { type RecordId, compareVersions } from './record.ts';
import { inParts } from './record-frames.ts';
import { RecordMap } from './record-map.ts';

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
  readonly #sources = new Map<LinkId, PullSource>();
  readonly #hits: BoundHits;
  readonly #lateness: Lateness;
  /** Some link may be asked for more. */
  #mayAsk = false;
  #nextAt = Number.POSITIVE_INFINITY;

  constructor(directory: Directory, hits: BoundHits, lateness = new Lateness()) {
    this.#directory = directory;
    this.#hits = hits;
    this.#lateness = lateness;
  }

  /** The link has these versions: asks it for those that are neither here nor asked for. */
  announced(now: number, { link, ids, isSync }: Announcement): readonly MeshEffect[] {
    const source = this.#source(link);
    if (source.backoff.isShutOut(now)) {
      this.#hits.add('vain-announcements');
      return NO_EFFECTS;
    }
    for (const id of ids)
      if (!this.#directory.has(id)) this.#note(now, source, { link, id, isSync });
    return this.#ask(now, source);
  }

  /** It has come, by this link if by any; says what was known of it. */
  learned(now: number, id: RecordId, from?: LinkId): Pulled | undefined {
    const pull = this.#pulls.get(id);
    if (from !== undefined) this.#noteDelivery(now, id, from);
    if (pull === undefined) return undefined;
    const announcers = pull.announcers.filter((one) => compareVersions(one.id, id) >= 0);
    const isSync = announcers.some((one) => one.isSync && compareVersions(one.id, id) === 0);
    const done = pull.announcers.filter((one) => compareVersions(one.id, id) <= 0);
    for (const { link } of done) this.#leave(pull, link);
    // It has sent an older version than it announced: others may have a newer one.
    if (from !== undefined && pull.asked === from) this.#unask(pull);
    this.#turn(pull);
    return announcers.length === 0
      ? undefined
      : { isSync, announcers: announcers.map((one) => one.link) };
  }

  /** It came by this link, and was here already: the link sends what it is asked for. */
  repeated(now: number, ids: readonly RecordId[], from: LinkId): void {
    for (const id of ids) this.#noteDelivery(now, id, from);
  }

  /** The link sent these versions, and they were not taken: it did what it was asked for. */
  declined(now: number, ids: readonly RecordId[], from: LinkId): void {
    for (const id of ids) {
      this.#noteDelivery(now, id, from);
      const [pull, source] = [this.#pulls.get(id), this.#sources.get(from)];
      if (pull !== undefined && source !== undefined) this.#drop(pull, source);
    }
  }

  /** Asks the next ones: of links that have sent half, and in place of those that sent nothing. */
  due(now: number): readonly MeshEffect[] {
    if (!this.#mayAsk && now < this.#nextAt) return NO_EFFECTS;
    const timeoutMs = this.#timeoutMs(now);
    for (const source of this.#sources.values()) {
      this.#expire(now, source);
      for (const pull of source.takeOverdue(now, timeoutMs)) this.#passOn(pull, source);
    }
    const effects: MeshEffect[] = [];
    this.#nextAt = Number.POSITIVE_INFINITY;
    for (const source of this.#bestFirst(now)) {
      effects.push(...this.#ask(now, source));
      this.#nextAt = Math.min(this.#nextAt, source.nextAt(timeoutMs));
    }
    this.#mayAsk = false;
    return effects;
  }

  /** Whether nothing is asked of the link, or to be. */
  isIdle(link: LinkId): boolean {
    return this.#sources.get(link)?.isIdle ?? true;
  }

  down(link: LinkId): void {
    const source = this.#sources.get(link);
    if (source === undefined) return;
    // Also of what others are asked for now it is an announcer no more.
    if (source.load > 0) for (const pull of this.#pulls.values()) this.#drop(pull, source);
    this.#sources.delete(link);
  }

  /** No later than when due() has to be called; what came since then may make it too early. */
  nextAt(): number {
    return this.#nextAt;
  }

  /** Our own lateness is no reason to ask another: what came in it has yet to be read. */
  #timeoutMs(now: number): number {
    return PULL_TIMEOUT_MS + this.#lateness.worstMs(now);
  }

  #note(now: number, source: PullSource, announcer: Announcer): void {
    const pull = this.#pulls.get(announcer.id) ?? this.#open(announcer, source);
    if (pull === undefined) return;
    const earlier = announcerOf(pull, source.link);
    if (earlier !== undefined && compareVersions(earlier.id, announcer.id) >= 0) return;
    if (earlier === undefined && !this.#hasRoomFor(now, pull, source)) return;
    if (earlier !== undefined) removeAnnouncer(pull, source.link);
    else source.load++;
    pull.announcers.push(announcer);
    if (this.#supersede(pull, announcer)) this.#turn(pull);
    else if (pull.asked === undefined) source.queue(pull);
  }

  /** A version that is newer than the one asked for is asked for at once; says whether it is. */
  #supersede(pull: Pull, { link, id }: Announcer): boolean {
    if (pull.asked === undefined || pull.asked === link) return false;
    const asked = announcerOf(pull, pull.asked);
    if (asked !== undefined && compareVersions(asked.id, id) >= 0) return false;
    this.#unask(pull);
    return true;
  }

  /** Others are asked for it in place of who is now. */
  #unask(pull: Pull): void {
    if (pull.asked !== undefined) this.#sources.get(pull.asked)?.passOn(pull);
    pull.asked = undefined;
  }

  /** A new pull, for which another one may have to go. */
  #open({ id }: Announcer, source: PullSource): Pull | undefined {
    if (this.#pulls.size >= PULLS_MAX && !this.#makeRoom(source)) {
      this.#hits.add('too-many-pulls');
      return undefined;
    }
    const pull: Pull = { key: id, announcers: [], asked: undefined, isOver: false };
    this.#pulls.set(id, pull);
    assert(this.#pulls.size <= PULLS_MAX, 'there are no more pulls than places');
    return pull;
  }

  /**
   * The link with the most pulls gives up its newest ones until one is nobody's. So none has more
   * than its share while others want theirs, and those that announce the same do not shield it.
   */
  #makeRoom(source: PullSource): boolean {
    while (this.#pulls.size >= PULLS_MAX) {
      const most = this.#mostLoaded();
      if (most === undefined || most.load <= source.load + 1) return false;
      const newest = most.takeNewest();
      if (newest === undefined) return false;
      this.#hits.add('too-many-pulls');
      this.#drop(newest, most);
    }
    return true;
  }

  #mostLoaded(): PullSource | undefined {
    let most: PullSource | undefined;
    for (const source of this.#sources.values())
      if (most === undefined || source.load > most.load) most = source;
    return most;
  }

  /** One that has sent what it announced takes the place of one that has not. */
  #hasRoomFor(now: number, pull: Pull, source: PullSource): boolean {
    if (pull.announcers.length <= PULL_ANNOUNCERS_MAX) return true;
    this.#hits.add('too-many-announcers');
    const others = pull.announcers.filter(({ link }) => link !== pull.asked);
    const [worst] = others.sort((a, b) => this.#rank(now, b.link) - this.#rank(now, a.link));
    if (worst === undefined || this.#rank(now, worst.link) <= source.backoff.rank(now))
      return false;
    this.#leave(pull, worst.link);
    return true;
  }

  #rank(now: number, link: LinkId): number {
    return this.#sources.get(link)?.backoff.rank(now) ?? Number.POSITIVE_INFINITY;
  }

  #bestFirst(now: number): readonly PullSource[] {
    const sources = [...this.#sources.values()];
    return sources.sort((a, b) => a.backoff.rank(now) - b.backoff.rank(now));
  }

  #ask(now: number, source: PullSource): readonly MeshEffect[] {
    const { link } = source;
    const timeoutMs = this.#timeoutMs(now);
    const ids = source.take(now, timeoutMs);
    if (ids.length === 0) return NO_EFFECTS;
    this.#nextAt = Math.min(this.#nextAt, now + timeoutMs);
    return inParts(ids).map((part) => ({ type: 'send', link, frame: { type: 'want', ids: part } }));
  }

  /** Who sent a part is asked for the rest once more; who sent nothing is not asked again for it. */
  #expire(now: number, source: PullSource): void {
    const expired = source.expire(now);
    if (expired === undefined) return;
    for (const pull of expired.pulls) {
      pull.asked = undefined;
      if (expired.isPart) this.#passOn(pull, source);
      else this.#drop(pull, source);
    }
    if (!source.backoff.hasFailedTwice) return;
    for (const pull of source.takeWaiting()) this.#drop(pull, source);
  }

  /** Another announcer's turn, or this one's again where there is no other. */
  #passOn(pull: Pull, source: PullSource): void {
    const announcer = announcerOf(pull, source.link);
    if (pull.isOver || announcer === undefined) return;
    pull.asked = undefined;
    const hasOthers = pull.announcers.length > 1;
    if (hasOthers) removeAnnouncer(pull, source.link);
    this.#turn(pull);
    if (pull.isOver) source.load--;
    else if (hasOthers) pull.announcers.push(announcer);
  }

  /** It is an announcer of this no more. */
  #drop(pull: Pull, source: PullSource): void {
    if (pull.isOver) return;
    this.#leave(pull, source.link);
    this.#turn(pull);
  }

  #leave(pull: Pull, link: LinkId): void {
    const source = this.#sources.get(link);
    if (removeAnnouncer(pull, link) && source !== undefined) source.load--;
    if (pull.asked !== link) return;
    pull.asked = undefined;
    source?.forget(pull);
  }

  /**
   * Where nobody is asked the announcer is next whose window has room first: one that has none, and
   * sends just enough to keep it, holds nothing back. Without announcers the pull is over.
   */
  #turn(pull: Pull): void {
    if (pull.asked !== undefined) return;
    for (const { link } of pull.announcers) this.#sources.get(link)?.queue(pull);
    if (pull.announcers.length === 0) this.#end(pull);
    this.#mayAsk = true;
  }

  #noteDelivery(now: number, id: RecordId, from: LinkId): void {
    const source = this.#sources.get(from);
    if (source?.delivered(id, this.#pulls.get(id)) !== true) return;
    source.extend(now, this.#timeoutMs(now));
    this.#mayAsk = true;
  }

  #end(pull: Pull): void {
    pull.isOver = true;
    this.#pulls.delete(pull.key);
  }

  #source(link: LinkId): PullSource {
    const known = this.#sources.get(link);
    if (known !== undefined) return known;
    const source = new PullSource(link);
    this.#sources.set(link, source);
    return source;
  }
}
