/**
 * How many records of one writer are accepted: a token bucket each. One peer that goes mad costs
 * the others this rate and nothing else; its newest version comes later by reconciliation.
 */
import { TokenBucket } from '../token-bucket.ts';
import { WRITER_RATE } from './limits.ts';
import type { PeerId } from './peer-id.ts';

export class WriterBudget {
  /** Writers that spent something lately. */
  readonly #buckets = new Map<PeerId, TokenBucket>();

  isSpent(now: number, writer: PeerId): boolean {
    const bucket = this.#buckets.get(writer);
    return bucket !== undefined && bucket.nextAt(now) > now;
  }

  /** Takes one record's worth; false when the writer has spent all. */
  spend(now: number, writer: PeerId): boolean {
    const bucket = this.#buckets.get(writer) ?? new TokenBucket(WRITER_RATE);
    this.#buckets.set(writer, bucket);
    return bucket.spend(now);
  }

  /** Forgets writers whose bucket is full again. */
  sweep(now: number): void {
    for (const [writer, bucket] of this.#buckets) {
      if (bucket.isFull(now)) this.#buckets.delete(writer);
    }
  }
}
