/**
 * How many records of one writer are accepted: a token bucket each. One peer that goes mad costs
 * the others this rate and nothing else; its newest version comes later by reconciliation.
 */
import { WRITER_RECORDS_BURST, WRITER_RECORDS_PER_SECOND } from './limits.ts';
import type { PeerId } from './peer-id.ts';

interface Bucket {
  tokens: number;
  at: number;
}

export class WriterBudget {
  /** Writers that spent something lately; a full bucket is forgotten. */
  readonly #buckets = new Map<PeerId, Bucket>();

  /** Takes one record's worth; false when the writer has spent all. */
  spend(now: number, writer: PeerId): boolean {
    const tokens = this.#tokens(now, writer);
    if (tokens < 1) return false;
    this.#buckets.set(writer, { tokens: tokens - 1, at: now });
    return true;
  }

  /** Forgets writers whose bucket is full again. */
  sweep(now: number): void {
    for (const writer of this.#buckets.keys()) {
      if (this.#tokens(now, writer) >= WRITER_RECORDS_BURST) this.#buckets.delete(writer);
    }
  }

  #tokens(now: number, writer: PeerId): number {
    const bucket = this.#buckets.get(writer);
    if (bucket === undefined) return WRITER_RECORDS_BURST;
    const earned = ((now - bucket.at) / 1000) * WRITER_RECORDS_PER_SECOND;
    return Math.min(WRITER_RECORDS_BURST, bucket.tokens + earned);
  }
}
