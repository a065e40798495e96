/**
 * One link as a source of what is pulled: what it is asked for, a window at a time, what it is to be
 * asked for, and what it has been asked for in vain and may still send.
 */
import type { LinkId } from './effect.ts';
import { PULLS_MAX, PULL_WINDOW } from './limits.ts';
import { PullBackoff } from './pull-backoff.ts';
import { type Pull, announcerOf } from './pull.ts';
import { type RecordId, compareVersions } from './record.ts';
import { RecordMap } from './record-map.ts';

/** What waits for one link. Pulls that are over or asked elsewhere are cleared out then. */
const WAITING_MAX = 2 * PULLS_MAX;

/** What a source was asked for in a window whose time is over. */
export interface Expired {
  readonly pulls: readonly Pull[];
  /** A part of it came. */
  readonly isPart: boolean;
}

interface Asked {
  readonly id: RecordId;
  readonly since: number;
}

export class PullSource {
  readonly link: LinkId;
  readonly backoff = new PullBackoff();
  /** Pulls that it is an announcer of. */
  load = 0;
  /** In the order of asking, from `#next` on; those that are asked elsewhere or over are passed over. */
  #waiting: Pull[] = [];
  #next = 0;
  /** The longest ago first. */
  readonly #asked = new Map<Pull, Asked>();
  /** What it was asked for and others are asked for since, or nobody is. */
  readonly #late = new RecordMap<RecordId>();
  /** How many of these it may be sending yet: they count into its window. */
  #passedOnCount = 0;
  /** When it has sent nothing of all that for too long. */
  #expiresAt = Number.POSITIVE_INFINITY;
  #hasDelivered = false;

  constructor(link: LinkId) {
    this.link = link;
  }

  /** Whether nothing is asked of it, or to be. */
  get isIdle(): boolean {
    return this.#asked.size === 0 && this.#isDrained();
  }

  /** When it may be asked for more, or has to be given up for now. */
  nextAt(timeoutMs: number): number {
    const [oldest] = this.#asked.values();
    const askAt = this.#hasRoom() ? this.backoff.resumeAt : Number.POSITIVE_INFINITY;
    return Math.min(
      this.#expiresAt,
      (oldest?.since ?? Number.POSITIVE_INFINITY) + timeoutMs,
      askAt,
    );
  }

  /** It is to be asked for this, too. */
  queue(pull: Pull): void {
    this.#waiting.push(pull);
    if (this.#waiting.length > WAITING_MAX) this.#compact();
  }

  /** Takes out the newest of what it is to be asked for. */
  takeNewest(): Pull | undefined {
    while (!this.#isDrained()) {
      const pull = this.#waiting.pop();
      if (pull !== undefined && !pull.isOver && this.#announces(pull)) return pull;
    }
    return undefined;
  }

  /** The next ones to ask it for: as many as its window has room for. */
  take(now: number, timeoutMs: number): readonly RecordId[] {
    this.#passOver();
    if (now < this.backoff.resumeAt || !this.#hasRoom()) return [];
    const ids: RecordId[] = [];
    while (this.#openCount() < PULL_WINDOW && !this.#isDrained()) {
      const pull = this.#waiting[this.#next++];
      if (pull === undefined || pull.isOver || pull.asked !== undefined) continue;
      const announcer = announcerOf(pull, this.link);
      if (announcer === undefined) continue;
      pull.asked = this.link;
      this.#asked.set(pull, { id: announcer.id, since: now });
      ids.push(announcer.id);
    }
    if (this.#isDrained()) this.#clearWaiting();
    // Being asked for more gives nobody more time for what it was asked for before.
    if (ids.length > 0) this.#expiresAt = Math.min(this.#expiresAt, now + timeoutMs);
    return ids;
  }

  /** It need not send this any more. */
  forget(pull: Pull): void {
    this.#asked.delete(pull);
    if (this.#openCount() === 0) this.#expiresAt = Number.POSITIVE_INFINITY;
  }

  /** Another is asked for this now: it stays in its window until it has come or nothing comes. */
  passOn(pull: Pull): void {
    const asked = this.#asked.get(pull);
    if (asked === undefined) return;
    this.#asked.delete(pull);
    this.#late.set(pull.key, asked.id);
    this.#passedOnCount++;
  }

  /** It sent this version; says whether it was asked for that or an older one, however long ago. */
  delivered(id: RecordId, pull: Pull | undefined): boolean {
    const asked = pull === undefined ? undefined : this.#asked.get(pull);
    const isAsked = asked !== undefined && compareVersions(id, asked.id) >= 0;
    if (!isAsked && !this.#isLate(id)) return false;
    if (isAsked && pull !== undefined) this.#asked.delete(pull);
    else this.#passedOnCount = Math.max(0, this.#passedOnCount - 1);
    this.#late.delete(id);
    this.#hasDelivered = true;
    this.backoff.delivered();
    return true;
  }

  /** Something came: so much time is left for the rest. */
  extend(now: number, timeoutMs: number): void {
    const isOpen = this.#openCount() > 0;
    this.#expiresAt = isOpen ? now + timeoutMs : Number.POSITIVE_INFINITY;
  }

  /** Ends the window when nothing has come for too long: what was not sent is late. */
  expire(now: number): Expired | undefined {
    if (now < this.#expiresAt) return undefined;
    const expired = { pulls: [...this.#asked.keys()], isPart: this.#hasDelivered };
    this.#late.clear();
    for (const { id } of this.#asked.values()) this.#late.set(id, id);
    this.#asked.clear();
    this.#passedOnCount = 0;
    this.#hasDelivered = false;
    this.#expiresAt = Number.POSITIVE_INFINITY;
    if (!expired.isPart) this.backoff.failed(now);
    return expired;
  }

  /** What it was asked for so long ago that others may as well be asked, where there are some. */
  takeOverdue(now: number, timeoutMs: number): readonly Pull[] {
    const taken: Pull[] = [];
    for (const [pull, { id, since }] of this.#asked) {
      if (now < since + timeoutMs) break;
      if (pull.announcers.length > 1) taken.push(pull);
      this.#asked.delete(pull);
      this.#asked.set(pull, { id, since: now });
    }
    for (const pull of taken) this.passOn(pull);
    return taken;
  }

  /** What it is to be asked for, which it is not. */
  takeWaiting(): readonly Pull[] {
    const waiting = this.#waiting.slice(this.#next);
    this.#clearWaiting();
    return waiting;
  }

  /** Asked for, and what was passed on. */
  #openCount(): number {
    return this.#asked.size + this.#passedOnCount;
  }

  /** When half of a window has come it is asked for more; after one of which nothing came, once at a time. */
  #hasRoom(): boolean {
    const openMax = this.backoff.hasFailed ? 0 : PULL_WINDOW / 2;
    return !this.#isDrained() && this.#openCount() <= openMax;
  }

  #isLate(id: RecordId): boolean {
    const late = this.#late.get(id);
    return late !== undefined && compareVersions(id, late) >= 0;
  }

  /** What is asked elsewhere comes back here when it is not any more. */
  #passOver(): void {
    for (; !this.#isDrained(); this.#next++) {
      const pull = this.#waiting[this.#next];
      if (pull?.isOver === false && pull.asked === undefined) break;
    }
    if (this.#isDrained()) this.#clearWaiting();
  }

  #isDrained(): boolean {
    return this.#next >= this.#waiting.length;
  }

  #announces(pull: Pull): boolean {
    return announcerOf(pull, this.link) !== undefined;
  }

  #clearWaiting(): void {
    this.#waiting = [];
    this.#next = 0;
  }

  #compact(): void {
    const waiting = new Set(this.#waiting.slice(this.#next));
    this.#next = 0;
    this.#waiting = [...waiting].filter(
      (pull) => !pull.isOver && pull.asked === undefined && this.#announces(pull),
    );
  }
}
