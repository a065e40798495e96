/** Versions that were announced and asked for: one announcer at a time, the next after a time-out. */
import type { Directory } from './directory.ts';
import type { LinkId, MeshEffect } from './effect.ts';
import { inParts } from './flood.ts';
import { PULLS_MAX, PULL_ANNOUNCERS_MAX, PULL_TIMEOUT_MS } from './limits.ts';
import { type RecordId, compareVersions, recordKey } from './record.ts';

interface Pull {
  readonly id: RecordId;
  /** Who is asked now. */
  asked: LinkId;
  /** Who else announced it; asked in this order when the one before does not deliver. */
  readonly others: LinkId[];
  expiresAt: number;
}

export class Pulls {
  readonly #directory: Directory;
  readonly #pulls = new Map<string, Pull>();

  constructor(directory: Directory) {
    this.#directory = directory;
  }

  /** The link has these versions: asks it for those that are neither here nor asked for. */
  announced(now: number, link: LinkId, ids: readonly RecordId[]): readonly MeshEffect[] {
    const wanted = ids.filter((id) => !this.#directory.has(id) && this.#isNew(now, link, id));
    return want(link, wanted);
  }

  /** It has come, by whatever way. */
  learned(id: RecordId): void {
    const pull = this.#pulls.get(recordKey(id));
    if (pull !== undefined && compareVersions(id, pull.id) >= 0) this.#pulls.delete(recordKey(id));
  }

  /** Asks the next announcer for what the one before did not deliver in time. */
  due(now: number): readonly MeshEffect[] {
    const byLink = new Map<LinkId, RecordId[]>();
    for (const [key, pull] of this.#pulls) {
      if (now < pull.expiresAt) continue;
      const next = pull.others.shift();
      if (next === undefined) {
        this.#pulls.delete(key);
        continue;
      }
      pull.asked = next;
      pull.expiresAt = now + PULL_TIMEOUT_MS;
      byLink.set(next, [...(byLink.get(next) ?? []), pull.id]);
    }
    return [...byLink].flatMap(([link, ids]) => want(link, ids));
  }

  down(link: LinkId): void {
    for (const pull of this.#pulls.values()) {
      const at = pull.others.indexOf(link);
      if (at >= 0) pull.others.splice(at, 1);
    }
  }

  nextAt(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const pull of this.#pulls.values()) next = Math.min(next, pull.expiresAt);
    return next;
  }

  #isNew(now: number, link: LinkId, id: RecordId): boolean {
    const key = recordKey(id);
    const pull = this.#pulls.get(key);
    if (pull !== undefined && compareVersions(pull.id, id) >= 0) {
      noteAnnouncer(pull, link);
      return false;
    }
    if (pull === undefined && this.#pulls.size >= PULLS_MAX) return false;
    this.#pulls.set(key, { id, asked: link, others: [], expiresAt: now + PULL_TIMEOUT_MS });
    return true;
  }
}

/** Each link once: one that announces without end must not take the others' places. */
function noteAnnouncer({ asked, others }: Pull, link: LinkId): void {
  if (link === asked || others.includes(link) || others.length >= PULL_ANNOUNCERS_MAX) return;
  others.push(link);
}

function want(link: LinkId, ids: readonly RecordId[]): readonly MeshEffect[] {
  return inParts(ids).map((part) => ({ type: 'send', link, frame: { type: 'want', ids: part } }));
}
