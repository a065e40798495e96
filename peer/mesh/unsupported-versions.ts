/**
 * Of each record that its writer signed in a form that we can't take, the newest version: a newer peer
 * publishes it, and all neighbours bring it, again and again. It is verified once, whoever brings it, and
 * so are older ones that somebody kept: else they would cost their writer its rate here.
 */
import { BoundedMap } from '../bounded-map.ts';
import type { BoundHits } from './bound-hits.ts';
import { DIRECTORY_RECORDS_MAX } from './limits.ts';
import type { RecordId, RecordKey } from './record.ts';

type Version = Pick<RecordId, 'epoch' | 'seq'>;

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
    const forgotten = this.#newest.set(keyOf(id), { epoch, seq });
    if (forgotten !== undefined) this.#hits.add('too-many-refused-versions');
  }

  /** Whether it is this very version. */
  has(id: RecordId): boolean {
    if (this.#newest.size === 0) return false;
    const newest = this.#newest.get(keyOf(id));
    return newest?.epoch === id.epoch && newest.seq === id.seq;
  }

  /** Whether it is that version, or one before it. */
  isOld(id: RecordId): boolean {
    const newest = this.#newest.get(keyOf(id));
    if (newest === undefined) return false;
    return id.epoch === newest.epoch ? id.seq <= newest.seq : id.epoch < newest.epoch;
  }
}

function keyOf({ peer, kind }: RecordKey): string {
  return `${peer} ${kind}`;
}
