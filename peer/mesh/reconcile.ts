/**
 * Anti-entropy: finds what two directories don't share, whatever the reason. The set hash in each
 * heartbeat says that something differs; 256 bucket digests say where; the entries of those
 * buckets say what; then just that is sent and asked for.
 */
import { BUCKET_COUNT } from './limits.ts';
import { MISMATCHES_BEFORE_RECONCILE, RECONCILES_MAX, RECONCILE_TIMEOUT_MS } from './limits.ts';
import type { Directory } from './directory.ts';
import { bucketOf } from './directory.ts';
import type { LinkId, MeshEffect } from './effect.ts';
import { inParts } from './flood.ts';
import type { BucketDigests, BucketEntries } from './frame.ts';
import { type RecordId, type RecordKey, compareVersions, recordId, recordKey } from './record.ts';

interface Exchange {
  /** Heartbeats in a row whose set hash differed from ours. */
  mismatches: number;
  /** Until when an exchange that we started may go on; in the past when there is none. */
  busyUntil: number;
  /** The link takes no more now: nothing is asked or answered. */
  congested: boolean;
}

/** What comparing the entries of some buckets showed. */
export interface Difference {
  /** Records of ours that the other end lacks. */
  readonly surplus: readonly RecordKey[];
  /** Versions of the other end that we lack. */
  readonly missing: readonly RecordId[];
}

export class Reconcile {
  readonly #directory: Directory;
  readonly #exchanges = new Map<LinkId, Exchange>();
  #hasMatched = false;

  constructor(directory: Directory) {
    this.#directory = directory;
  }

  /** Whether our directory has equalled another's at a heartbeat. */
  get hasMatched(): boolean {
    return this.#hasMatched;
  }

  /** A new link reconciles at its first heartbeat: that is what joins two healed halves. */
  up(link: LinkId): void {
    const mismatches = MISMATCHES_BEFORE_RECONCILE - 1;
    const busyUntil = Number.NEGATIVE_INFINITY;
    this.#exchanges.set(link, { mismatches, busyUntil, congested: false });
  }

  down(link: LinkId): void {
    this.#exchanges.delete(link);
  }

  congested(link: LinkId): void {
    const exchange = this.#exchanges.get(link);
    if (exchange !== undefined) exchange.congested = true;
  }

  /** What was dropped while it was congested is found at the next heartbeat. */
  drained(link: LinkId): void {
    if (this.#exchanges.has(link)) this.up(link);
  }

  /** Compares the other end's set hash with ours; starts an exchange when they keep differing. */
  heartbeat(now: number, link: LinkId, setHash: bigint): readonly MeshEffect[] {
    const exchange = this.#exchanges.get(link);
    if (exchange === undefined) return [];
    if (setHash === this.#directory.setHash) {
      this.#hasMatched = true;
      exchange.mismatches = 0;
      exchange.busyUntil = Number.NEGATIVE_INFINITY;
      return [];
    }
    exchange.mismatches++;
    if (exchange.congested) return [];
    const patient = exchange.mismatches < MISMATCHES_BEFORE_RECONCILE;
    if (patient || now < exchange.busyUntil || this.#busy(now) >= RECONCILES_MAX) return [];
    exchange.busyUntil = now + RECONCILE_TIMEOUT_MS;
    const digests = [...this.#directory.bucketDigests];
    return [{ type: 'send', link, frame: { type: 'bucket-digests', digests } }];
  }

  /** Answers with all that we have in the buckets that differ; nothing while it is congested. */
  digests(link: LinkId, frame: BucketDigests): readonly MeshEffect[] {
    if (this.#exchanges.get(link)?.congested === true) return [];
    const ours = this.#directory.bucketDigests;
    const buckets = Array.from({ length: BUCKET_COUNT }, (_, bucket) => bucket).filter(
      (bucket) => frame.digests[bucket] !== ours[bucket],
    );
    return this.#inFrames(buckets).map((entries) => ({ type: 'send', link, frame: entries }));
  }

  /** What we have and the other end lacks, and the other way round; undefined if we didn't ask. */
  entries(now: number, link: LinkId, frame: BucketEntries): Difference | undefined {
    const exchange = this.#exchanges.get(link);
    if (exchange === undefined || now >= exchange.busyUntil) return undefined;
    const theirs = new Map(frame.entries.map((id) => [recordKey(id), id]));
    const ours = frame.buckets.flatMap((bucket) => this.#directory.inBucket(bucket));
    const surplus = ours.map(recordId).filter((id) => {
      const their = theirs.get(recordKey(id));
      return their === undefined || compareVersions(their, id) < 0;
    });
    return { surplus, missing: frame.entries.filter((id) => !this.#directory.has(id)) };
  }

  /** Whether records that come by this link may be the answer to an exchange that we started. */
  isBusy(now: number, link: LinkId): boolean {
    const exchange = this.#exchanges.get(link);
    return exchange !== undefined && now < exchange.busyUntil;
  }

  /** Buckets together until their entries fill a frame, so that each bucket comes whole. */
  #inFrames(buckets: readonly number[]): readonly BucketEntries[] {
    const frames: BucketEntries[] = [];
    let open: { buckets: number[]; entries: RecordId[] } = { buckets: [], entries: [] };
    for (const bucket of buckets) {
      const entries = this.#directory.inBucket(bucket).map(recordId);
      if (open.buckets.length > 0 && inParts([...open.entries, ...entries]).length > 1) {
        frames.push({ type: 'bucket-entries', ...open });
        open = { buckets: [], entries: [] };
      }
      open.buckets.push(bucket);
      open.entries.push(...entries);
    }
    if (open.buckets.length > 0) frames.push({ type: 'bucket-entries', ...open });
    return frames;
  }

  #busy(now: number): number {
    return [...this.#exchanges.values()].filter((exchange) => now < exchange.busyUntil).length;
  }
}

/** False for entries that are in none of the buckets named: nobody honest sends them. */
export function isConsistent({ buckets, entries }: BucketEntries): boolean {
  const named = new Set(buckets);
  return entries.every((id) => named.has(bucketOf(id.peer)));
}
