/**
 * Versions that were refused, and who brought them: these peers are not asked for them again for a
 * while. By peer, so that nobody can bring a false copy to keep us from asking others for the true
 * one. What comes unasked is examined as ever.
 */
import type { BoundHits } from './bound-hits.ts';
import { PULL_ANNOUNCERS_MAX, QUARANTINE_MAX, QUARANTINE_MS } from './limits.ts';
import type { PeerId } from './peer-id.ts';
import type { RecordId } from './record.ts';

interface Refused {
  readonly until: number;
  readonly bringers: readonly PeerId[];
}

export class Quarantine {
  readonly #hits: BoundHits;
  /** By version, the oldest first. */
  readonly #refused = new Map<string, Refused>();

  constructor(hits: BoundHits) {
    this.#hits = hits;
  }

  add(now: number, id: RecordId, bringer: PeerId): void {
    const key = versionKey(id);
    const bringers = this.#refused.get(key)?.bringers ?? [];
    this.#refused.delete(key);
    const newest = [...bringers.filter((peer) => peer !== bringer), bringer];
    this.#refused.set(key, {
      until: now + QUARANTINE_MS,
      bringers: newest.slice(-1 - PULL_ANNOUNCERS_MAX),
    });
    if (this.#refused.size > QUARANTINE_MAX) this.#forgetOldest();
  }

  has(now: number, id: RecordId, bringer: PeerId): boolean {
    if (this.#refused.size === 0) return false;
    const refused = this.#refused.get(versionKey(id));
    return refused !== undefined && now < refused.until && refused.bringers.includes(bringer);
  }

  #forgetOldest(): void {
    const [oldest] = this.#refused.keys();
    if (oldest !== undefined) this.#refused.delete(oldest);
    this.#hits.add('too-many-refused-versions');
  }
}

function versionKey({ peer, kind, epoch, seq }: RecordId): string {
  return `${peer} ${kind} ${epoch} ${seq}`;
}
