/**
 * Of each record that its writer signed in a form that we can't take, the newest version: a newer peer
 * publishes it, and all neighbours bring it, again and again. It is verified once, whoever brings it; what
 * is older and kept by somebody is not verified at all, else it would cost its writer of its rate here.
 */
import { BoundedMap } from '../bounded-map.ts';
import type { BoundHits } from './bound-hits.ts';
import { DIRECTORY_RECORDS_MAX } from './limits.ts';
import { type RecordId, type Version, compareVersions, recordKey } from './record.ts';

export class UnsupportedVersions {
  readonly #hits: BoundHits;
  /** By record. */
  readonly #newest = new BoundedMap<string, Version>(DIRECTORY_RECORDS_MAX);

  constructor(hits: BoundHits) {
    this.#hits = hits;
  }

  /** This version was verified. */
  add(id: RecordId): void {
    if (this.isOld(id)) return;
    const { epoch, seq } = id;
    const forgotten = this.#newest.set(recordKey(id), { epoch, seq });
    if (forgotten !== undefined) this.#hits.add('too-many-refused-versions');
  }

  /** Whether it is this very version. */
  has(id: RecordId): boolean {
    if (this.#newest.size === 0) return false;
    const newest = this.#newest.get(recordKey(id));
    return newest !== undefined && compareVersions(id, newest) === 0;
  }

  /** Whether it is that version, or one before it. */
  isOld(id: RecordId): boolean {
    const newest = this.#newest.get(recordKey(id));
    return newest !== undefined && compareVersions(id, newest) <= 0;
  }
}
