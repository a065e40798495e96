/**
 * Asks all seeds at once and stops listening as soon as enough have answered. Knows nothing of what
 * is asked; a seed that fails, is late or answers nonsense is one that did not answer.
 */
import type { SeedReply, SeedRequest } from './messages.ts';

/** Time and chance, so that tests need neither. */
export interface Timing {
  /** Resolves after `ms`; early when the signal aborts. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** In [0, 1). */
  random(): number;
}

/** Carries a request to a seed; rejects when there is no answer. The time-out is ours. */
export type SeedCall = (seed: number, request: SeedRequest) => Promise<SeedReply>;

/** A LAN answers in 1 ms and a loaded disk syncs within 100; beyond a second it is gone. */
export const SEED_CALL_TIMEOUT_MS = 1_000;

export interface QuorumOptions {
  /** How many seeds are configured: 1, 3, 5 or 7. */
  readonly seeds: number;
  readonly call: SeedCall;
  readonly timing: Timing;
}

export type Replies = ReadonlyMap<number, SeedReply>;

export class Quorum {
  readonly majority: number;
  readonly timing: Timing;
  readonly #seeds: readonly number[];
  readonly #call: SeedCall;

  constructor({ seeds, call, timing }: QuorumOptions) {
    this.#seeds = Array.from({ length: seeds }, (_, seed) => seed);
    this.majority = Math.floor(seeds / 2) + 1;
    this.#call = call;
    this.timing = timing;
  }

  /** The replies by the time that `isEnough`, that all have answered or failed, or that time is up. */
  async gather(request: SeedRequest, isEnough: (replies: Replies) => boolean): Promise<Replies> {
    const replies = new Map<number, SeedReply>();
    const enough = new AbortController();
    const asked = this.#seeds.map(async (seed) => {
      const reply = await this.#call(seed, request).catch(() => undefined);
      if (reply === undefined || enough.signal.aborted) return;
      replies.set(seed, reply);
      if (isEnough(replies)) enough.abort();
    });
    void Promise.all(asked).then(() => enough.abort());
    await this.timing.sleep(SEED_CALL_TIMEOUT_MS, enough.signal);
    enough.abort();
    return replies;
  }

  /** Tells all seeds without waiting for any. */
  tell(request: SeedRequest): void {
    for (const seed of this.#seeds) void this.#call(seed, request).catch(() => undefined);
  }
}
