/**
 * A whole cluster that starts within a second. Cold: nobody knows anybody but three peers to join
 * at, which start first. Warm: everybody remembers everybody's record of the run before.
 *
 * The lag of a record at a peer is the time from when it was published, or from when that peer was
 * started if that is later, until the peer has it. Only the newest version counts that came.
 */
import type { PeerId } from '#peer/mesh/peer-id.ts';
import type { DirectoryRecord } from '#peer/mesh/record.ts';
import { Agreement } from '#test/simulation/agreement.ts';
import type { Cpu } from '#test/simulation/cpu.ts';
import type { Observer } from '#test/simulation/observer.ts';
import { createBenchWorld, startWithin } from './simulation-world.ts';

export interface Start {
  /** Until all directories are equal, after the last peer was started. Infinite: they never were. */
  readonly agreedMs: number;
  readonly lagP50Ms: number;
  readonly lagP99Ms: number;
  readonly lagLastMs: number;
  readonly sentBytesPerPeer: number;
  /** Of what each peer has to receive: every record once. */
  readonly floorBytes: number;
  readonly ratio: number;
  readonly copies: number;
  readonly links: number;
  readonly events: number;
}

export interface StartOptions {
  readonly peers: number;
  readonly seed: number;
  readonly cpu: Cpu;
  readonly isWarm: boolean;
}

const WITHIN_MS = 1_000;
/** A cluster that has not agreed by then never will. */
const GIVE_UP_MS = 30_000;
const SEEDS = [0, 1, 2];
/** Of a record in a frame: field tags, lengths and the signature. */
const RECORD_FRAMING_BYTES = 72;
/** The histogram of lags: milliseconds. */
const LAG_MS_MAX = GIVE_UP_MS;

class Watch implements Partial<Observer> {
  readonly agreement = new Agreement();
  readonly lags = new Uint32Array(LAG_MS_MAX + 1);
  readonly published = new Map<DirectoryRecord, number>();
  readonly #newest = new Map<PeerId, DirectoryRecord>();
  agreedAt = Number.POSITIVE_INFINITY;
  lastLagMs = 0;
  recordBytes = 0;
  now: () => number = () => 0;
  readonly #peers: number;

  constructor(peers: number) {
    this.#peers = peers;
  }

  stepped: Observer['stepped'] = (peer, event, effects) => {
    const at = Math.max(this.now(), peer.busyUntil);
    for (const effect of effects) {
      if (effect.type !== 'learned' || event.type === 'recall') continue;
      for (const record of effect.records) {
        if (record.peer === peer.id) this.#publish(record, at);
        else this.#deliver(record, at, peer.startedAt);
      }
    }
    this.agreement.look(peer);
    const isOne = this.agreement.directories === 1 && this.agreement.size === this.#peers;
    if (!isOne) this.agreedAt = Number.POSITIVE_INFINITY;
    else if (this.agreedAt === Number.POSITIVE_INFINITY) this.agreedAt = at;
  };

  #publish(record: DirectoryRecord, at: number): void {
    this.published.set(record, at);
    const key = record.peer;
    if (record.content.type !== 'peer') return;
    const before = this.#newest.get(key);
    if (before !== undefined) this.recordBytes -= bytesOf(before);
    this.#newest.set(key, record);
    this.recordBytes += bytesOf(record);
  }

  #deliver(record: DirectoryRecord, at: number, startedAt: number): void {
    const publishedAt = this.published.get(record);
    if (publishedAt === undefined) return;
    const lagMs = at - Math.max(publishedAt, startedAt);
    this.lastLagMs = Math.max(this.lastLagMs, lagMs);
    const bucket = Math.min(LAG_MS_MAX, Math.floor(lagMs));
    this.lags[bucket] = (this.lags[bucket] ?? 0) + 1;
  }
}

export function measureStart({ peers, seed, cpu, isWarm }: StartOptions): Start {
  const watch = new Watch(peers);
  const world = createBenchWorld({ seed, peers, cpu, observer: watch });
  watch.now = () => world.now;
  if (isWarm) {
    const records = world.peers.map((peer) => world.sealNext(peer));
    for (const peer of world.peers) {
      peer.recalled = records;
      peer.disk.epoch++;
    }
  }
  startWithin(world, WITHIN_MS, { bootstrap: SEEDS, first: isWarm ? [] : SEEDS });
  world.runUntil(GIVE_UP_MS, () => watch.agreedAt < world.now - 100);
  const lastStartAt = Math.max(...world.peers.map(({ startedAt }) => startedAt));
  const total = (of: (traffic: (typeof world.peers)[number]['traffic']) => number) =>
    world.peers.reduce((sum, { traffic }) => sum + of(traffic), 0) / peers;
  const sentBytesPerPeer = total(({ sentBytes }) => sentBytes);
  const floorBytes = watch.recordBytes;
  return {
    agreedMs: watch.agreedAt - lastStartAt,
    lagP50Ms: quantile(watch.lags, 0.5),
    lagP99Ms: quantile(watch.lags, 0.99),
    lagLastMs: watch.lastLagMs,
    sentBytesPerPeer,
    floorBytes,
    ratio: sentBytesPerPeer / floorBytes,
    copies: total(({ receivedRecords }) => receivedRecords) / peers,
    links: world.fabric.made,
    events: world.events,
  };
}

function bytesOf({ signed }: DirectoryRecord): number {
  return signed.body.length + RECORD_FRAMING_BYTES;
}

function quantile(histogram: Uint32Array, share: number): number {
  const target = histogram.reduce((sum, count) => sum + count, 0) * share;
  let seen = 0;
  for (const [value, count] of histogram.entries()) {
    seen += count;
    if (seen >= target) return value;
  }
  return histogram.length;
}
