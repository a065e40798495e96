/**
 * How long records of a simulated cluster take from when they are published until everybody has them.
 *
 * The lag of a record at a peer is the time from when it was published, or from when that peer was
 * started if that is later, until the peer has it. Only the newest version counts that came.
 */
import type { PeerId } from '#peer/mesh/peer-id.ts';
import type { DirectoryRecord } from '#peer/mesh/record.ts';
import { Agreement } from '#test/simulation/agreement.ts';
import type { Observer } from '#test/simulation/observer.ts';

/** The histogram of lags: milliseconds. */
const LAG_MS_MAX = 30_000;
/** Of a record in a frame: field tags, lengths and the signature. */
const RECORD_FRAMING_BYTES = 72;

export class Lags implements Partial<Observer> {
  /** The longest. */
  lastMs = 0;
  /** Of the newest record of each peer: what everybody has to receive. */
  recordBytes = 0;
  /** When all directories came to be equal; infinite while they are not. */
  agreedAt = Number.POSITIVE_INFINITY;
  now: () => number = () => 0;
  readonly #agreement = new Agreement();
  readonly #histogram = new Uint32Array(LAG_MS_MAX + 1);
  readonly #published = new Map<DirectoryRecord, number>();
  readonly #newest = new Map<PeerId, DirectoryRecord>();
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
    this.#agreement.look(peer);
    const isOne = this.#agreement.directories === 1 && this.#agreement.size === this.#peers;
    if (!isOne) this.agreedAt = Number.POSITIVE_INFINITY;
    else if (this.agreedAt === Number.POSITIVE_INFINITY) this.agreedAt = at;
  };

  /** Forgets the lags of what was published so far. */
  reset(): void {
    this.lastMs = 0;
    this.#histogram.fill(0);
    this.#published.clear();
  }

  /** Milliseconds, rounded down, that this share of the lags does not exceed. */
  quantileMs(share: number): number {
    const target = this.#histogram.reduce((sum, count) => sum + count, 0) * share;
    let seen = 0;
    for (const [lagMs, count] of this.#histogram.entries()) {
      seen += count;
      if (seen >= target) return lagMs;
    }
    return LAG_MS_MAX;
  }

  #publish(record: DirectoryRecord, at: number): void {
    this.#published.set(record, at);
    if (record.content.type !== 'peer') return;
    const before = this.#newest.get(record.peer);
    if (before !== undefined) this.recordBytes -= bytesOf(before);
    this.#newest.set(record.peer, record);
    this.recordBytes += bytesOf(record);
  }

  #deliver(record: DirectoryRecord, at: number, startedAt: number): void {
    const publishedAt = this.#published.get(record);
    if (publishedAt === undefined) return;
    const lagMs = at - Math.max(publishedAt, startedAt);
    this.lastMs = Math.max(this.lastMs, lagMs);
    const bucket = Math.min(LAG_MS_MAX, Math.floor(lagMs));
    this.#histogram[bucket] = (this.#histogram[bucket] ?? 0) + 1;
  }
}

function bytesOf({ signed }: DirectoryRecord): number {
  return signed.body.length + RECORD_FRAMING_BYTES;
}
