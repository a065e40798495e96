/**
 * What others bring is examined here, the cheap checks before the one that costs: form, whether it is
 * known, room, the writer's rate, and then the signature. Nothing is done about a record before its
 * signature is known to hold. Who brought one that is of no use is not asked for it again soon.
 */
import type { BoundHits } from './bound-hits.ts';
import type { Directory } from './directory.ts';
import type { MeshEffect, Refusal } from './effect.ts';
import { DIRECTORY_RECORDS_MAX, WRITER_RATE } from './limits.ts';
import type { MeshOptions } from './mesh-options.ts';
import type { PeerId } from './peer-id.ts';
import { Quarantine } from './quarantine.ts';
import {
  type DirectoryRecord,
  type ParsedRecord,
  type PeerContent,
  type RecordId,
  type SignedRecord,
  type UnsupportedRecord,
  type Version,
  compareVersions,
  recordId,
  recordKey,
} from './record.ts';
import { RateBudgets } from './rate-budgets.ts';
import { sizeOf } from './record-frames.ts';
import { RemovedWriters } from './removed-writers.ts';
import { type Brought, UnlistedRoom } from './unlisted-room.ts';
import { UnsupportedVersions } from './unsupported-versions.ts';

/**
 * Refusals of what no honest peer brings: it parses and verifies before it passes on. What only newer
 * peers take for sound names its version and is signed all the same: `unsupported-record`.
 */
const TO_BLAME_FOR: ReadonlySet<Refusal> = new Set(['bad-record', 'bad-signature']);

/** Refusals of what is sound: it is heard of again when there is room, or its writer is listed. */
const MAY_BE_TAKEN_LATER: ReadonlySet<Refusal> = new Set([
  'writer-budget',
  'too-many-unlisted',
  'links-alone',
  'unlisted-budget',
]);

type Examined =
  | { readonly type: 'new'; readonly record: DirectoryRecord }
  | { readonly type: 'known'; readonly id: RecordId }
  /** Of an earlier run of ours, and not known here. */
  | { readonly type: 'own'; readonly record: DirectoryRecord }
  | { readonly type: 'refused'; readonly reason: Refusal; readonly declined?: RecordId };

/** Where records came from. */
export interface Bringer {
  readonly peer: PeerId;
  /** Called for each false signature and what is no record: whether the peer is still borne with. */
  readonly mayErr: () => boolean;
  /** Called with the bytes of all that was of no use: whether the peer is still borne with. */
  readonly mayRepeat: (bytes: number) => boolean;
}

/** What the records of one frame are. */
export interface Taken {
  /** New here, and sound. */
  readonly fresh: DirectoryRecord[];
  readonly known: RecordId[];
  /** Not forged, and of no use here now: who brought them is not to blame. */
  readonly declined: RecordId[];
  readonly refused: MeshEffect[];
  /** What earlier runs of ours said of our custody. */
  readonly own: PeerContent[];
  /** Too many were forged, none at all, or of no use: nothing of the frame is to be taken. */
  isTooBad: boolean;
}

export interface IntakeOptions extends Pick<
  MeshOptions,
  'self' | 'epoch' | 'codec' | 'members' | 'isListed' | 'isNamed'
> {
  readonly directory: Directory;
  readonly hits: BoundHits;
}

export class Intake {
  readonly #options: IntakeOptions;
  /** By writer: a mad one costs this rate; its newest version comes later by reconciliation. */
  readonly #budget = new RateBudgets<PeerId>(WRITER_RATE);
  readonly #unlisted: UnlistedRoom;
  readonly #removed: RemovedWriters;
  readonly #quarantine: Quarantine;
  readonly #unsupported: UnsupportedVersions;

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.#quarantine = new Quarantine(options.hits);
    this.#unsupported = new UnsupportedVersions(options.hits);
    this.#unlisted = new UnlistedRoom(options);
    this.#removed = new RemovedWriters(options);
  }

  /** Examines the records of one frame, up to where the bringer is borne with no more. */
  take(now: number, records: readonly SignedRecord[], bringer: Bringer): Taken {
    const taken: Taken = {
      fresh: [],
      own: [],
      known: [],
      declined: [],
      refused: [],
      isTooBad: false,
    };
    this.#unlisted.expect(records.length);
    const fresh = new Fresh();
    let uselessBytes = 0;
    for (const signed of records) {
      const examined = this.#examine(now, signed, {
        by: bringer.peer,
        fresh,
      });
      sort(taken, examined);
      if (examined.type === 'new') fresh.add(examined.record);
      if (examined.type === 'known' || examined.type === 'refused') uselessBytes += sizeOf(signed);
      const isBad = examined.type === 'refused' && TO_BLAME_FOR.has(examined.reason);
      taken.isTooBad = isBad && !bringer.mayErr();
      if (taken.isTooBad) break;
    }
    taken.isTooBad ||= !bringer.mayRepeat(uselessBytes);
    if (taken.isTooBad) this.#unlisted.recount();
    return taken;
  }

  /** `fresh`: what of the same frame is to be taken before it. */
  #examine(
    now: number,
    signed: SignedRecord,
    { by, fresh }: { readonly by: PeerId; readonly fresh: Fresh },
  ): Examined {
    const { codec, directory } = this.#options;
    const record = codec.parse(signed) ?? codec.parseUnsupported(signed);
    if (record === undefined) return { type: 'refused', reason: 'bad-record' };
    const id = idOf(record);
    const isKnown = directory.has(id) || fresh.has(id);
    if (isKnown && !this.#isOfAnotherRun(record)) return { type: 'known', id };
    // Else each copy would be verified anew, and cost its writer of its rate.
    if (!isSupported(record) && this.#unsupported.isOld(id))
      return { type: 'refused', reason: 'unsupported-record', declined: id };
    const found = this.#findRefusal(now, record, { by, fresh });
    if (found === undefined && isSupported(record))
      return { type: record.peer === this.#options.self ? 'own' : 'new', record };
    const reason = found ?? 'unsupported-record';
    if (reason === 'unsupported-record') this.#unsupported.add(id);
    else if (!MAY_BE_TAKEN_LATER.has(reason)) this.#quarantine.add(now, id, by);
    return reason === 'bad-signature'
      ? { type: 'refused', reason }
      : { type: 'refused', reason, declined: id };
  }

  /** A record of our identity that this run has not published, whatever its version. */
  #isOfAnotherRun(record: ParsedRecord): boolean {
    const { self, epoch: ours, directory } = this.#options;
    if (record.peer !== self || !isSupported(record)) return false;
    const { epoch, content } = record;
    if (content.type !== 'peer') return false;
    return epoch !== ours || content.instance !== directory.peer(self)?.content.instance;
  }

  /** Who is listed has changed. */
  membersChanged(): void {
    this.#removed.membersChanged();
    this.#unlisted.recount();
  }

  /** What was taken is in the directory. */
  settle(): void {
    this.#removed.settle();
  }

  /** Those of the versions that the peer may be asked for. */
  askable(now: number, ids: readonly RecordId[], peer: PeerId): readonly RecordId[] {
    const welcome = this.#unlisted.withRoom(now, ids, peer);
    return welcome.filter(
      (id) => !this.#unsupported.has(id) && !this.#quarantine.has(now, id, peer),
    );
  }

  /** Why a first record has no place here, whoever brings it. */
  #findNoPlace(record: ParsedRecord, fresh: Fresh): Refusal | undefined {
    const isFull = this.#options.directory.size + fresh.count >= DIRECTORY_RECORDS_MAX;
    if (isFull) return 'directory-full';
    if (!isSupported(record)) return undefined;
    if (this.#removed.isTooOld(record)) return 'too-many-removed';
    return this.#isAlone(record, fresh) ? 'links-alone' : undefined;
  }

  /**
   * A `links` record whose writer is not known. Whoever has no list yet could not tell that it is of
   * one that was put away, or that somebody made up, and would keep what all others refuse.
   */
  #isAlone({ peer, content }: DirectoryRecord, fresh: Fresh): boolean {
    const { directory, self } = this.#options;
    const isKnown = peer === self || directory.peer(peer) !== undefined;
    return content.type === 'links' && !isKnown && !fresh.known.has(peer);
  }

  #findRefusal(
    now: number,
    record: ParsedRecord,
    { by, fresh }: { readonly by: PeerId; readonly fresh: Fresh },
  ): Refusal | undefined {
    const { codec, directory, self, epoch } = this.#options;
    const id = idOf(record);
    const isFirst = directory.get(id) === undefined;
    const noPlace = isFirst ? this.#findNoPlace(record, fresh) : undefined;
    if (noPlace !== undefined) return noPlace;
    const isOwn = record.peer === self;
    const brought = { by, bytes: sizeOf(record.signed) };
    const noRoom = isOwn ? undefined : this.#unlisted.findRefusal(now, id, brought);
    if (noRoom !== undefined) return noRoom;
    // Looked at before the verification, which is what costs, and spent after it: else whoever
    // forges records of another could spend the other's budget.
    if (this.#budget.isSpent(now, record.peer)) return 'writer-budget';
    if (!codec.verify(record)) return 'bad-signature';
    if (isSupported(record)) this.#expect(now, record, brought);
    else this.#chargeUnsupported(now, record, brought);
    // Of a run that is yet to come: our disk was set back, or another peer has our identity. Those
    // of earlier runs a new version has to supersede.
    return isOwn && record.epoch >= epoch ? 'own-record-from-elsewhere' : undefined;
  }

  /** The record is about to be taken. */
  #expect(now: number, record: DirectoryRecord, brought: Brought): void {
    const { directory, self } = this.#options;
    const id = recordId(record);
    const isFirst = directory.get(id) === undefined;
    const isOwn = record.peer === self;
    // The first of a writer's records that we hear of is free: that is how all of a cluster that
    // starts are heard without a bucket for each.
    if (!isFirst || isOwn) this.#budget.spend(now, record.peer);
    if (!isOwn) this.#unlisted.take(now, id, brought);
    if (isFirst) this.#removed.expect(record);
  }

  /**
   * It was verified, and will not be known the next time: so the first is not free. For an identity
   * that somebody made up there is no bucket, but one of who brings it.
   */
  #chargeUnsupported(now: number, record: UnsupportedRecord, brought: Brought): void {
    const { directory, self, isListed } = this.#options;
    const hasBucket = directory.get(record) !== undefined || (isListed?.(record.peer) ?? true);
    if (hasBucket || record.peer === self) this.#budget.spend(now, record.peer);
    if (record.peer !== self) this.#unlisted.charge(now, record, brought);
  }
}

function isSupported(record: ParsedRecord): record is DirectoryRecord {
  return 'content' in record;
}

function idOf(record: ParsedRecord): RecordId {
  if (isSupported(record)) return recordId(record);
  const { peer, kind, epoch, seq } = record;
  return { peer, kind, epoch, seq };
}

/** What of one frame is to be taken, so far. */
class Fresh {
  /** Records. */
  count = 0;
  /** Whose `peer` record is among them. */
  readonly known = new Set<PeerId>();
  readonly #versions = new Map<string, Version>();

  add(record: DirectoryRecord): void {
    const { peer, content, epoch, seq } = record;
    this.count++;
    this.#versions.set(recordKey({ peer, kind: content.type }), { epoch, seq });
    if (content.type === 'peer') this.known.add(peer);
  }

  /** That version, or one after it: a copy would be verified again, and cost its writer of its rate. */
  has(id: RecordId): boolean {
    const version = this.#versions.get(recordKey(id));
    return version !== undefined && compareVersions(version, id) >= 0;
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
      // Others have it: until this run has published there is nothing newer to take its place.
      taken.fresh.push(examined.record);
      if (examined.record.content.type === 'peer') taken.own.push(examined.record.content);
      return;
    case 'refused':
      if (examined.declined !== undefined) taken.declined.push(examined.declined);
      taken.refused.push({ type: 'refused', reason: examined.reason });
  }
}
