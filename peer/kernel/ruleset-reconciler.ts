/**
 * Keeps our nftables table as it is wanted, beside the reconciler of what netlink carries: nft is a
 * process and takes its time, so nothing waits for it, and a host without it serves pods all the
 * same. Level-triggered: it looks when the wish changes, every 30 seconds, and after a failure.
 *
 * A table that is right is not touched, so a start that finds one changes nothing. Stopping leaves it.
 */
import { describeRuleset, type Ruleset } from '../overlay/ruleset.ts';
import type { RulesetReport } from './kernel-report.ts';
import { type Nftables, NftablesError, NftMissing } from './nftables.ts';
import { FULL_PASS_MS, type ReconcilerLog } from './reconciler.ts';
import { RETRY_FIRST_MS, RETRY_MAX_MS } from './retry-schedule.ts';

/** How often the wish is compared with what was done last: how late a first wish may be served. */
export const WISH_POLL_MS = 100;

/** The kind under which drift and changes are counted. */
const KIND = 'nftables';

export interface RulesetReconcilerOptions {
  readonly nftables: Nftables;
  /** What is wanted now, and cheap to ask; undefined while that is not known: then nothing is done. */
  readonly wanted: () => Ruleset | undefined;
  readonly log: ReconcilerLog;
  /** A monotonic clock. */
  readonly nowMs?: () => number;
  /** Calls `run` every so often; returns what ends that. */
  readonly every?: (periodMs: number, run: () => void) => () => void;
}

interface Failure {
  readonly reason: string;
  readonly attempts: number;
}

export class RulesetReconciler {
  readonly #options: Required<RulesetReconcilerOptions>;
  readonly #endTimer: () => void;
  #pass: Promise<void> | undefined;
  #dueMs = -Infinity;
  /** The wish that the last pass served; undefined before the first. */
  #served: Ruleset | undefined;
  #hasLooked = false;
  /** How nft tells the table that the last pass left; undefined when it did not leave it right. */
  #left: string | undefined;
  #failure: Failure | undefined;
  #drift = 0;
  #changes = 0;

  constructor(options: RulesetReconcilerOptions) {
    this.#options = { nowMs: () => performance.now(), every: everyInterval, ...options };
    this.#endTimer = this.#options.every(WISH_POLL_MS, () => void this.poll());
  }

  /** What the timer does: a pass if there is an occasion. Resolves when that, or the one that runs, is done. */
  poll(): Promise<void> {
    if (this.#pass !== undefined) return this.#pass;
    const wish = this.#options.wanted();
    if (wish === undefined) return Promise.resolve();
    if (this.#isServed(wish) && this.#options.nowMs() < this.#dueMs) return Promise.resolve();
    this.#pass = this.#run(wish).finally(() => {
      this.#pass = undefined;
    });
    return this.#pass;
  }

  /**
   * Whether a pass was made, however it ended. A connection that begins before the table is there
   * keeps its address for as long as it lives.
   */
  get hasLooked(): boolean {
    return this.#hasLooked;
  }

  status(): RulesetReport {
    return {
      inSync: this.#left !== undefined,
      drift: this.#drift === 0 ? {} : { [KIND]: this.#drift },
      failures: this.#failure === undefined ? [] : [`${KIND}: ${this.#failure.reason}`],
      changes: this.#changes === 0 ? {} : { [KIND]: this.#changes },
    };
  }

  /** Ends after the pass that is running. The table is left as it is. */
  async stop(): Promise<void> {
    this.#endTimer();
    await this.#pass;
  }

  async #run(wish: Ruleset): Promise<void> {
    const { nowMs } = this.#options;
    const left = this.#isServed(wish) ? this.#left : undefined;
    this.#served = wish;
    try {
      await this.#converge(wish, left);
      this.#failure = undefined;
      this.#dueMs = nowMs() + FULL_PASS_MS;
    } catch (error) {
      if (!(error instanceof NftablesError)) throw error;
      this.#noteFailure(error);
    }
    this.#hasLooked = true;
  }

  /** Usually it is the very same, and asked for ten times a second. */
  #isServed(wish: Ruleset): boolean {
    const served = this.#served;
    return (
      wish === served || (served !== undefined && describeRuleset(wish) === describeRuleset(served))
    );
  }

  /** `left`: what the table was when it was last right by the same wish. */
  async #converge(wish: Ruleset, left: string | undefined): Promise<void> {
    const { nftables, log } = this.#options;
    const wanted = describeRuleset(wish);
    const observed = await this.#read(wish);
    if (observed === wanted || observed === left) {
      this.#left = observed;
      return;
    }
    if (left !== undefined) {
      this.#drift++;
      log.warn({ found: observed }, 'somebody else changed our nftables table: repairing it');
    }
    this.#left = undefined;
    await nftables.replace(wish);
    // As nft tells it: one whose words differ from ours is not taken for somebody's change for ever.
    this.#left = describeRuleset(await nftables.read());
    this.#changes++;
    log.info({ changes: this.#changes }, 'replaced our nftables table');
  }

  /** Without nft there is no way to look, and if nothing is wanted no need to. */
  async #read(wish: Ruleset): Promise<string> {
    try {
      return describeRuleset(await this.#options.nftables.read());
    } catch (error) {
      if (error instanceof NftMissing && wish.length === 0) return describeRuleset([]);
      throw error;
    }
  }

  #noteFailure({ message }: NftablesError): void {
    const attempts = (this.#failure?.attempts ?? 0) + 1;
    if (message !== this.#failure?.reason) {
      this.#options.log.warn({ reason: message }, 'our nftables table is not as wanted');
    }
    this.#left = undefined;
    this.#failure = { reason: message, attempts };
    const pauseMs = Math.min(RETRY_FIRST_MS * 2 ** (attempts - 1), RETRY_MAX_MS);
    this.#dueMs = this.#options.nowMs() + pauseMs;
  }
}

function everyInterval(periodMs: number, run: () => void): () => void {
  const timer = setInterval(run, periodMs);
  return () => clearInterval(timer);
}
