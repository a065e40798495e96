/**
 * Anti-entropy: finds what two directories don't share, whatever the reason. The set hash in each
 * heartbeat says that something differs; 256 bucket digests say where; the entries of those
 * buckets say what; then just that is sent and asked for.
 *
 * It is the snapshot of a joiner as well. One end of a link is enough to find what both lack: that
 * is the one that dialled, for it is more often the one that is new.
 */
import { TokenBucket } from '../token-bucket.ts';
import type { BoundHits } from './bound-hits.ts';
import {
  DIGESTS_RATE,
  ENTRIES_FRAMES_MAX,
  IDS_PER_FRAME,
  MISMATCHES_BEFORE_RECONCILE,
  NEWS_HEARTBEATS_MAX,
  NEWS_SPREAD_MS,
  RECONCILES_MAX,
  RECONCILE_TIMEOUT_MS,
  RECONCILE_WAIT_MAX_MS,
} from './limits.ts';
import type { Directory } from './directory.ts';
import { bucketOf } from './directory.ts';
import type { LinkId, MeshEffect } from './effect.ts';
import { NO_EFFECTS } from './join-effects.ts';
import { Lateness } from './lateness.ts';
import type { BucketDigests, BucketEntries } from './frame.ts';
import { type RecordId, compareVersions, recordId } from './record.ts';
import { RecordMap } from './record-map.ts';

interface Exchange {
  readonly initiator: 'us' | 'them';
  /** Heartbeats in a row whose set hash differed from ours, but for those that count for nothing. */
  mismatches: number;
  /** Those, in a row. */
  discounted: number;
  /** The newest of those hashes; undefined when there is none. */
  theirHash: bigint | undefined;
  /** Whether one that we started goes on. */
  isBusy: boolean;
  startedAt: number;
  /** Buckets that were answered: each is once. */
  readonly answered: Set<number>;
  /** How many frames answered it. */
  frameCount: number;
  /** How many frames may still come for all that we began: those that come late are no fault. */
  owedCount: number;
  /** It brought us something. */
  isFruitful: boolean;
  /** How many in a row were not; the next waits longer each time. */
  fruitless: number;
  /** Whether all that we knew was compared once: what we learn since then, it has to be told of. */
  isLevel: boolean;
  /** The link takes no more now: nothing is asked or answered. */
  congested: boolean;
  /** It was due and had to wait for others. */
  isPutOff: boolean;
  /** What the other end may still begin. */
  readonly answers: TokenBucket;
}

/** What comparing the entries of some buckets showed. */
export interface Difference {
  /** Records of ours that the other end lacks. */
  readonly surplus: readonly RecordId[];
  /** Versions of the other end that we lack. */
  readonly missing: readonly RecordId[];
}

/** What decides when an exchange may begin and has ended. */
export interface Exchanging {
  /** Whether the link is one to compare with: newcomers that pass by are not worth it. */
  isWanted(link: LinkId): boolean;
  /** Whether nothing is asked of the link any more. */
  isIdle(link: LinkId): boolean;
}

export class Reconcile {
  readonly #directory: Directory;
  readonly #hits: BoundHits;
  /** Some exchange goes on, or may be due. */
  #isActive = false;
  readonly #exchanges = new Map<LinkId, Exchange>();
  readonly #lateness: Lateness;
  /** When something new came last. */
  #newsAt = Number.NEGATIVE_INFINITY;
  /** Our directory was compared with another, or equalled one: since then news come by themselves. */
  #hasCompared = false;

  constructor(directory: Directory, hits: BoundHits, lateness = new Lateness()) {
    this.#directory = directory;
    this.#hits = hits;
    this.#lateness = lateness;
  }

  /** The end that dialled reconciles at the first heartbeat: that is what joins two healed halves. */
  up(link: LinkId, initiator: 'us' | 'them'): void {
    this.#exchanges.set(link, newExchange(initiator, { isFirst: initiator === 'us' }));
  }

  down(link: LinkId): void {
    const isCutOff = this.#exchanges.get(link)?.isBusy === true;
    this.#exchanges.delete(link);
    if (isCutOff) this.#compareElsewhere();
  }

  congested(link: LinkId): void {
    const exchange = this.#exchanges.get(link);
    if (exchange !== undefined) exchange.congested = true;
  }

  /**
   * What was dropped while it was congested is found at the next heartbeat. Who dialled stays who
   * dialled: else both ends would begin, and each leave it to the other.
   */
  drained(link: LinkId): void {
    const exchange = this.#exchanges.get(link);
    if (exchange === undefined) return;
    const { initiator, startedAt, answers, owedCount } = exchange;
    // When one began last stays known: nobody answers two within RECONCILE_TIMEOUT_MS for long.
    const next = newExchange(initiator, { isFirst: true });
    this.#exchanges.set(link, { ...next, startedAt, answers, owedCount });
  }

  /** What was not taken before may be now: waits that grew are over. */
  membersChanged(): void {
    for (const exchange of this.#exchanges.values()) exchange.fruitless = 0;
  }

  /** Compares the other end's set hash with ours; says whether they are equal. */
  heartbeat(now: number, link: LinkId, setHash: bigint): boolean {
    const exchange = this.#exchanges.get(link);
    if (exchange === undefined) return false;
    if (!isOpen(now, exchange)) exchange.answered.clear();
    if (setHash !== this.#directory.setHash) {
      this.#noteMismatch(now, exchange, setHash);
      return false;
    }
    this.#hasCompared = true;
    Object.assign(exchange, {
      isBusy: false,
      mismatches: 0,
      discounted: 0,
      theirHash: undefined,
      fruitless: 0,
      isLevel: true,
      isPutOff: false,
    });
    return true;
  }

  /** Begins the exchanges that are due, as far as others leave room for them. */
  due(now: number, exchanging: Exchanging): readonly MeshEffect[] {
    if (!this.#isActive) return NO_EFFECTS;
    let busyCount = 0;
    let openCount = 0;
    for (const [link, exchange] of this.#exchanges) {
      if (exchange.isBusy) this.#endIfOver(now, exchange, exchanging.isIdle(link));
      if (exchange.isBusy) busyCount++;
      if (exchange.isBusy || mayBeDue(exchange)) openCount++;
    }
    this.#isActive = openCount > 0;
    const effects: MeshEffect[] = [];
    const due = [...this.#exchanges].filter(
      ([link, exchange]) => this.#isDue(now, exchange) && exchanging.isWanted(link),
    );
    // Who waited longest comes first: two that always differ must not keep all others from it.
    due.sort(([, a], [, b]) =>
      a.startedAt < b.startedAt ? -1 : Number(a.startedAt > b.startedAt),
    );
    for (const [link, exchange] of due) {
      if (busyCount >= RECONCILES_MAX) {
        this.#putOff(exchange);
        continue;
      }
      effects.push(this.#begin(now, link, exchange));
      busyCount++;
    }
    return effects;
  }

  /**
   * Answers with all that we have in the buckets that differ; nothing while it is congested, and
   * nothing to who begins more often than anybody needs to.
   */
  digests(now: number, link: LinkId, frame: BucketDigests): readonly MeshEffect[] {
    const exchange = this.#exchanges.get(link);
    if (exchange === undefined || exchange.congested) return [];
    // Both began at once: one of the two is enough, and both ends let the dialler's go on.
    if (exchange.isBusy && exchange.initiator === 'us') return [];
    if (!exchange.answers.spend(now)) {
      this.#hits.add('too-many-digests');
      return [];
    }
    Object.assign(exchange, { isBusy: false, isLevel: true, mismatches: 0 });
    const ours = this.#directory.bucketDigests;
    const differing = ours.flatMap((digest, bucket) =>
      frame.digests[bucket] === digest ? [] : [bucket],
    );
    return this.#inFrames(differing).map((entries) => ({ type: 'send', link, frame: entries }));
  }

  /** Another frame of entries came; says whether an honest end may have sent so many, be they late. */
  countEntries(link: LinkId): boolean {
    const exchange = this.#exchanges.get(link);
    if (exchange === undefined || exchange.owedCount === 0) return false;
    exchange.owedCount--;
    return true;
  }

  /** What we have and the other end lacks, and the other way round; undefined if we didn't ask. */
  entries(now: number, link: LinkId, frame: BucketEntries): Difference | undefined {
    const exchange = this.#exchanges.get(link);
    if (exchange === undefined || !isOpen(now, exchange)) return undefined;
    const buckets = new Set(frame.buckets);
    if (!exchange.answered.isDisjointFrom(buckets)) return undefined;
    if (exchange.frameCount++ >= ENTRIES_FRAMES_MAX) return undefined;
    for (const bucket of buckets) exchange.answered.add(bucket);
    this.#hasCompared = true;
    const theirs = new RecordMap<RecordId>();
    for (const id of frame.entries) theirs.set(id, id);
    const ours = [...this.#directory.inBuckets(buckets).values()].flat();
    const surplus = ours.map(recordId).filter((id) => {
      const their = theirs.get(id);
      return their === undefined || compareVersions(their, id) < 0;
    });
    return { surplus, missing: frame.entries.filter((id) => !this.#directory.has(id)) };
  }

  /** The link brought something new, which may be what an exchange showed. */
  learned(now: number, link: LinkId): void {
    this.#newsAt = now;
    const exchange = this.#exchanges.get(link);
    if (exchange !== undefined) exchange.isFruitful = true;
  }

  /** Whether what comes up in exchanges with others is news to this one: later ones tell it of all. */
  isLevel(link: LinkId): boolean {
    return this.#exchanges.get(link)?.isLevel === true;
  }

  /**
   * What was under way would have shown something, and no news make up for that: heartbeats of links
   * over which nothing was compared count at once, those that counted for nothing too.
   */
  #compareElsewhere(): void {
    this.#hasCompared = false;
    for (const exchange of this.#exchanges.values()) {
      if (exchange.isLevel || exchange.discounted === 0) continue;
      exchange.discounted = 0;
      exchange.mismatches++;
      this.#isActive = true;
    }
  }

  #noteMismatch(now: number, exchange: Exchange, setHash: bigint): void {
    exchange.theirHash = setHash;
    if (this.#isSpreading(now, exchange) && exchange.discounted < NEWS_HEARTBEATS_MAX) {
      exchange.discounted++;
      return;
    }
    exchange.discounted = 0;
    exchange.mismatches++;
    this.#isActive = true;
  }

  /**
   * What differs is on its way. A link over which nothing was compared yet may lead to what nobody
   * passes on by itself: there only our own lateness is a reason to wait.
   */
  #isSpreading(now: number, { isLevel }: Exchange): boolean {
    const spreadMs = (isLevel ? NEWS_SPREAD_MS : 0) + 4 * this.#lateness.worstMs(now);
    return this.#hasCompared && now < this.#newsAt + spreadMs;
  }

  #isDue(now: number, exchange: Exchange): boolean {
    const { isBusy, congested, theirHash, fruitless, startedAt } = exchange;
    if (isBusy || congested || !mayBeDue(exchange)) return false;
    if (theirHash === this.#directory.setHash) return false;
    const waitMs = RECONCILE_TIMEOUT_MS * 2 ** Math.max(0, fruitless - 1);
    return now >= startedAt + Math.min(RECONCILE_WAIT_MAX_MS, waitMs);
  }

  #begin(now: number, link: LinkId, exchange: Exchange): MeshEffect {
    Object.assign(exchange, {
      isBusy: true,
      isLevel: true,
      isFruitful: false,
      frameCount: 0,
      startedAt: now,
      theirHash: undefined,
      isPutOff: false,
    });
    exchange.owedCount += ENTRIES_FRAMES_MAX;
    exchange.answered.clear();
    const digests = this.#directory.bucketDigests;
    return { type: 'send', link, frame: { type: 'bucket-digests', digests } };
  }

  /** One is over when what it showed has come, or when it has had its time. */
  #endIfOver(now: number, exchange: Exchange, isIdle: boolean): void {
    const hasEnded = exchange.answered.size > 0 && isIdle;
    if (!hasEnded && isOpen(now, exchange)) return;
    exchange.fruitless = exchange.isFruitful ? 0 : exchange.fruitless + 1;
    exchange.isBusy = false;
  }

  #putOff(exchange: Exchange): void {
    if (!exchange.isPutOff) this.#hits.add('too-many-reconciles');
    exchange.isPutOff = true;
  }

  /** Buckets together until their entries fill a frame, so that each bucket comes whole. */
  #inFrames(buckets: readonly number[]): readonly BucketEntries[] {
    const frames: BucketEntries[] = [];
    let open: { buckets: number[]; entries: RecordId[] } = { buckets: [], entries: [] };
    for (const [bucket, records] of this.#directory.inBuckets(new Set(buckets))) {
      const entries = records.map(recordId);
      if (open.buckets.length > 0 && open.entries.length + entries.length > IDS_PER_FRAME) {
        frames.push({ type: 'bucket-entries', ...open });
        open = { buckets: [], entries: [] };
      }
      open.buckets.push(bucket);
      open.entries.push(...entries);
    }
    if (open.buckets.length > 0) frames.push({ type: 'bucket-entries', ...open });
    return frames;
  }
}

/** `isFirst`: the first heartbeat that differs is enough. */
function newExchange(
  initiator: Exchange['initiator'],
  { isFirst }: { readonly isFirst: boolean },
): Exchange {
  return {
    initiator,
    mismatches: isFirst ? MISMATCHES_BEFORE_RECONCILE - 1 : 0,
    discounted: 0,
    theirHash: undefined,
    isBusy: false,
    startedAt: Number.NEGATIVE_INFINITY,
    answered: new Set(),
    frameCount: 0,
    owedCount: 0,
    isFruitful: false,
    fruitless: 0,
    isLevel: false,
    congested: false,
    isPutOff: false,
    answers: new TokenBucket(DIGESTS_RATE),
  };
}

/** The directories differed often enough, as far as was heard since the last exchange. */
function mayBeDue({ mismatches, theirHash }: Exchange): boolean {
  return theirHash !== undefined && mismatches >= MISMATCHES_BEFORE_RECONCILE;
}

/** Whether entries may still come for the exchange that we started last. */
function isOpen(now: number, { startedAt }: Exchange): boolean {
  return now < startedAt + RECONCILE_TIMEOUT_MS;
}

/** False for entries that are in none of the buckets named, and where none is: nobody honest sends them. */
export function isConsistent({ buckets, entries }: BucketEntries): boolean {
  const named = new Set(buckets);
  return named.size > 0 && entries.every((id) => named.has(bucketOf(id.peer)));
}
