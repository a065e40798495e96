/**
 * Records of writers that the arbiter has removed: the others may want to know for a while what these
 * had, and then they are but in the way of newcomers. Those are kept that registered last. That is
 * the same set for all who have the same list, in whatever order the records came, and it stays so
 * when two of them are put together: nobody fetches again what another has put away.
 */
import { type Directory, type PeerRecord, isPeerRecord } from './directory.ts';
import { REMOVED_WRITERS_MAX } from './limits.ts';
import type { MeshOptions } from './mesh-options.ts';
import type { PeerId } from './peer-id.ts';
import type { DirectoryRecord } from './record.ts';

export interface RemovedWritersOptions extends Pick<MeshOptions, 'members' | 'isListed'> {
  readonly directory: Directory;
}

interface Removed {
  readonly peer: PeerId;
  readonly registeredRev: bigint;
}

export class RemovedWriters {
  readonly #options: RemovedWritersOptions;
  /** Whoever registered last first; undefined when they are to be looked for. */
  #kept: Removed[] | undefined;
  #expected: PeerRecord[] = [];

  constructor(options: RemovedWritersOptions) {
    this.#options = options;
  }

  /** Who is removed has changed: puts away those that are too many. */
  membersChanged(): void {
    this.#kept = undefined;
    this.#expected = [];
    this.#trim(this.#keep());
  }

  /** Whether the record is of a writer that was removed before those that are kept. */
  isTooOld(record: DirectoryRecord): boolean {
    if (!this.#isRemoved(record)) return false;
    const kept = this.#keep();
    const last = kept.at(-1);
    return (
      kept.length >= REMOVED_WRITERS_MAX && last !== undefined && compare(last, rank(record)) < 0
    );
  }

  /** The record, of a writer that is new here, is about to be taken. */
  expect(record: DirectoryRecord): void {
    if (!this.#isRemoved(record)) return;
    this.#keep();
    this.#expected.push(record);
  }

  /** What was expected is in the directory, if it was taken: puts away those that are too many now. */
  settle(): void {
    if (this.#expected.length === 0) return;
    const { directory } = this.#options;
    const kept = this.#keep();
    for (const record of this.#expected.splice(0)) {
      if (directory.peer(record.peer) !== record) continue;
      const removed = rank(record);
      const at = kept.findIndex((other) => compare(removed, other) < 0);
      kept.splice(at < 0 ? kept.length : at, 0, removed);
    }
    this.#trim(kept);
  }

  /** A writer that counts as no member and is on no list; before there is a list nobody is removed. */
  #isRemoved(record: DirectoryRecord): record is PeerRecord {
    const { members, isListed } = this.#options;
    if (!isPeerRecord(record) || isListed === undefined || isListed(record.peer)) return false;
    return members([record]).length === 0;
  }

  #keep(): Removed[] {
    if (this.#kept !== undefined) return this.#kept;
    const { directory } = this.#options;
    const removed = [...directory.peersAsTheyCame()].filter((record) => this.#isRemoved(record));
    this.#kept = removed.map(rank).sort(compare);
    return this.#kept;
  }

  #trim(kept: Removed[]): void {
    for (const { peer } of kept.splice(REMOVED_WRITERS_MAX)) this.#options.directory.remove(peer);
  }
}

function rank({ peer, content }: PeerRecord): Removed {
  return { peer, registeredRev: content.custody.registeredRev };
}

/** Whoever registered later comes first. */
function compare(one: Removed, other: Removed): number {
  if (one.registeredRev !== other.registeredRev)
    return one.registeredRev > other.registeredRev ? -1 : 1;
  return one.peer < other.peer ? -1 : 1;
}
