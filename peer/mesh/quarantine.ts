/**
 * Versions that were refused, and who brought them: these peers are not asked for them again for a
 * while. By peer, so that nobody can bring a false copy to keep us from asking others for the true
 * one. What comes unasked is examined as ever.
 */
import { BoundedMap } from '../bounded-map.ts';
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
  /** By version. */
  readonly #refused = new BoundedMap<string, Refused>(QUARANTINE_MAX);

  constructor(hits: BoundHits) {
    this.#hits = hits;
  }

  add(now: number, id: RecordId, bringer: PeerId): void {
    const key = versionKey(id);
    const bringers = this.#refused.get(key)?.bringers ?? [];
    const newest = [...bringers.filter((peer) => peer !== bringer), bringer];
    const forgotten = this.#refused.set(key, {
      until: now + QUARANTINE_MS,
      bringers: newest.slice(-1 - PULL_ANNOUNCERS_MAX),
    });
    if (forgotten !== undefined) this.#hits.add('too-many-refused-versions');
  }

  has(now: number, id: RecordId, bringer: PeerId): boolean {
    if (this.#refused.size === 0) return false;
    const refused = this.#refused.get(versionKey(id));
    return refused !== undefined && now < refused.until && refused.bringers.includes(bringer);
  }
}

function versionKey({ peer, kind, epoch, seq }: RecordId): string {
  return `${peer} ${kind} ${epoch} ${seq}`;
}
