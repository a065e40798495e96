/**
 * How many versions of one writer's records are accepted: a token bucket each. One peer that goes
 * mad costs the others this rate and nothing else; its newest version comes later by reconciliation.
 *
 * A bucket is one number: until when it would take to be full again (the generic cell rate
 * algorithm, ITU-T I.371). For who has been quiet for as long as an empty bucket takes to fill there
 * is none, so two generations of buckets, each of that duration, are all that is kept.
 */
import { WRITER_RATE } from './limits.ts';
import type { PeerId } from './peer-id.ts';

const PER_VERSION_MS = 1_000 / WRITER_RATE.perSecond;
const FILL_MS = WRITER_RATE.burst * PER_VERSION_MS;

export class WriterBudget {
  /** Of each writer: milliseconds after the generation began at which its bucket is full. */
  #recent = new Map<PeerId, number>();
  #earlier = new Map<PeerId, number>();
  #recentSince = Number.NEGATIVE_INFINITY;

  isSpent(now: number, writer: PeerId): boolean {
    return this.#missingMs(now, writer) > FILL_MS - PER_VERSION_MS;
  }

  /** Takes one version's worth; false when the writer has spent all. */
  spend(now: number, writer: PeerId): boolean {
    const missingMs = this.#missingMs(now, writer);
    if (missingMs > FILL_MS - PER_VERSION_MS) return false;
    // Whole numbers are kept in place by the engine, others cost a heap object each.
    const fullAt = Math.ceil(now + missingMs + PER_VERSION_MS - this.#recentSince);
    this.#recent.set(writer, fullAt);
    return true;
  }

  /** How long the writer's bucket would take to be full. */
  #missingMs(now: number, writer: PeerId): number {
    this.#turn(now);
    const recent = this.#recent.get(writer);
    if (recent !== undefined) return Math.max(0, this.#recentSince + recent - now);
    const earlier = this.#earlier.get(writer);
    return earlier === undefined ? 0 : Math.max(0, this.#recentSince - FILL_MS + earlier - now);
  }

  #turn(now: number): void {
    if (now < this.#recentSince + FILL_MS) return;
    const isNext = now < this.#recentSince + 2 * FILL_MS;
    this.#earlier = isNext ? this.#recent : new Map();
    this.#recent = new Map();
    this.#recentSince = isNext ? this.#recentSince + FILL_MS : now;
  }
}
