/**
 * What others bring is examined here, the cheap checks before the one that costs: form, whether it is
 * known, room, the writer's rate, and then the signature. Nothing is done about a record before its
 * signature is known to hold. Who brought one that is of no use is not asked for it again soon.
 */
import type { BoundHits } from './bound-hits.ts';
import type { Directory } from './directory.ts';
import type { MeshEffect, Refusal } from './effect.ts';
import { DIRECTORY_RECORDS_MAX } from './limits.ts';
import type { MeshOptions } from './mesh-options.ts';
import type { PeerId } from './peer-id.ts';
import { Quarantine } from './quarantine.ts';
import {
  type DirectoryRecord,
  type PeerContent,
  type RecordId,
  type SignedRecord,
  recordId,
} from './record.ts';
import { WriterBudget } from './writer-budget.ts';

type Examined =
  | { readonly type: 'new'; readonly record: DirectoryRecord }
  | { readonly type: 'known'; readonly id: RecordId }
  /** Of an earlier run of ours, and not known here. */
  | { readonly type: 'own'; readonly record: DirectoryRecord }
  | { readonly type: 'refused'; readonly reason: Refusal };

/** Where records came from. */
export interface Bringer {
  readonly peer: PeerId;
  /** Called for each false signature: whether the peer is still borne with. */
  readonly mayErr: () => boolean;
}

/** What the records of one frame are. */
export interface Taken {
  /** New here, and sound. */
  readonly fresh: DirectoryRecord[];
  readonly known: RecordId[];
  readonly refused: MeshEffect[];
  /** What earlier runs of ours said of our custody. */
  readonly own: PeerContent[];
  /** What an earlier run of ours said of links is still told. */
  isNoticeOwed: boolean;
  /** Too many signatures did not hold: nothing of the frame is to be taken. */
  isTooBad: boolean;
}

export interface IntakeOptions extends Pick<MeshOptions, 'self' | 'epoch' | 'codec'> {
  readonly directory: Directory;
  readonly hits: BoundHits;
}

export class Intake {
  readonly #options: IntakeOptions;
  readonly #budget = new WriterBudget();
  readonly #quarantine: Quarantine;

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.#quarantine = new Quarantine(options.hits);
  }

  /** Examines the records of one frame, up to where the bringer is borne with no more. */
  take(now: number, records: readonly SignedRecord[], bringer: Bringer): Taken {
    const taken: Taken = {
      fresh: [],
      own: [],
      known: [],
      refused: [],
      isNoticeOwed: false,
      isTooBad: false,
    };
    for (const signed of records) {
      const examined = this.#examine(now, signed, {
        by: bringer.peer,
        newCount: taken.fresh.length,
      });
      sort(taken, examined);
      const isForged = examined.type === 'refused' && examined.reason === 'bad-signature';
      taken.isTooBad = isForged && !bringer.mayErr();
      if (taken.isTooBad) break;
    }
    return taken;
  }

  /** `newCount`: how many of the same frame are to be taken before it. */
  #examine(
    now: number,
    signed: SignedRecord,
    { by, newCount }: { readonly by: PeerId; readonly newCount: number },
  ): Examined {
    const { codec, directory } = this.#options;
    const record = codec.parse(signed);
    if (record === undefined) return { type: 'refused', reason: 'bad-record' };
    const id = recordId(record);
    if (directory.has(id) && !this.#isOfAnotherRun(record)) return { type: 'known', id };
    const reason = this.#findRefusal(now, record, newCount);
    if (reason === undefined && record.peer !== this.#options.self) return { type: 'new', record };
    // A writer that is over its rate writes sound records: they are heard of later.
    if (reason !== 'writer-budget') this.#quarantine.add(now, id, by);
    return reason === undefined ? { type: 'own', record } : { type: 'refused', reason };
  }

  /** A record of our identity that this run has not published, whatever its version. */
  #isOfAnotherRun({ peer, epoch, content }: DirectoryRecord): boolean {
    const { self, epoch: ours, directory } = this.#options;
    if (peer !== self || content.type !== 'peer') return false;
    return epoch !== ours || content.instance !== directory.peer(self)?.content.instance;
  }

  /** Those of the versions that the peer may be asked for. */
  askable(now: number, ids: readonly RecordId[], peer: PeerId): readonly RecordId[] {
    return ids.filter((id) => !this.#quarantine.has(now, id, peer));
  }

  #findRefusal(now: number, record: DirectoryRecord, newCount: number): Refusal | undefined {
    const { codec, directory, self, epoch } = this.#options;
    const isFirst = directory.get(recordId(record)) === undefined;
    if (isFirst && directory.size + newCount >= DIRECTORY_RECORDS_MAX) return 'directory-full';
    // Looked at before the verification, which is what costs, and spent after it: else whoever
    // forges records of another could spend the other's budget.
    if (this.#budget.isSpent(now, record.peer)) return 'writer-budget';
    if (!codec.verify(record)) return 'bad-signature';
    // The first of a writer's records that we hear of is free: that is how all of a cluster that
    // starts are heard without a bucket for each.
    const isOwn = record.peer === self;
    if (!isFirst || isOwn) this.#budget.spend(now, record.peer);
    // Of a run that is yet to come: our disk was set back, or another peer has our identity. Those
    // of earlier runs a new version has to supersede.
    return isOwn && record.epoch >= epoch ? 'own-record-from-elsewhere' : undefined;
  }
}

function sort(taken: Taken, examined: Examined): void {
  switch (examined.type) {
    case 'new':
      taken.fresh.push(examined.record);
      return;
    case 'known':
      taken.known.push(examined.id);
      return;
    case 'own':
      if (examined.record.content.type === 'links') taken.isNoticeOwed = true;
      else taken.own.push(examined.record.content);
      return;
    case 'refused':
      taken.refused.push({ type: 'refused', reason: examined.reason });
  }
}
