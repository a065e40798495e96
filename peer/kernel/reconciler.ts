/**
 * The one place where the kernel is brought to what we want. Level-triggered: whoever knows of a
 * change says "look again"; a pass reads the kernel, compares, and applies the difference. Passes
 * never overlap, and requests that come during one share the next.
 *
 * Stopping leaves the kernel as it is; the first pass after a start adopts what it finds.
 */
import { desiredState } from '../overlay/desired-state.ts';
import type { OverlayInput } from '../overlay/input.ts';
import { deviceOf } from '../overlay/kernel-state.ts';
import { missingInterfaces, type Operation, planChanges, possibleState } from '../overlay/plan.ts';
import { DriftLedger } from './drift-ledger.ts';
import type { KernelReport } from './kernel-report.ts';
import type { Kernel, OperationResult } from './kernel.ts';
import { NetlinkError } from './netlink/message.ts';
import { type Failure, RETRY_FIRST_MS, RETRY_MAX_MS, RetrySchedule } from './retry-schedule.ts';

/** How often the kernel's notifications are asked for: how long a deleted object may be missed. */
export const NOTIFICATION_POLL_MS = 100;

/** A pass without any occasion: sysctls have no notifications, and any of the others may be lost. */
export const FULL_PASS_MS = 30_000;

/** Operations that go to the kernel in one go, a few milliseconds; between, the process breathes. */
export const OPERATIONS_PER_TURN_MAX = 512;

/** Failures that a report names; when all peers' objects fail for one reason, a few tell it. */
export const FAILURES_REPORTED_MAX = 20;

export interface ReconcilerLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface ReconcilerOptions {
  readonly kernel: Kernel;
  /** What the peer knows now; undefined while it does not know enough to want anything. */
  readonly input: () => OverlayInput | undefined;
  readonly log: ReconcilerLog;
  readonly pollMs?: number;
  readonly fullPassMs?: number;
  /** A monotonic clock. */
  readonly nowMs?: () => number;
  /** Calls `run` every so often; returns what ends that. */
  readonly every?: (periodMs: number, run: () => void) => () => void;
}

export interface Reconciler {
  /** Something may have changed: a pass will follow soon. */
  request(): void;
  /** Resolves after a pass that started after the call; rejects when the kernel can't be read. */
  converge(): Promise<void>;
  /** Why objects on that interface are not as wanted, since the last pass. Empty when they are. */
  failuresOn(device: string): readonly string[];
  status(): KernelReport;
  /** Ends after the pass that is running. The kernel is left as it is, and the port open. */
  stop(): Promise<void>;
}

export function createReconciler(options: ReconcilerOptions): Reconciler {
  return new KernelReconciler(options);
}

class KernelReconciler implements Reconciler {
  readonly #options: Required<ReconcilerOptions>;
  readonly #ledger = new DriftLedger();
  readonly #retries = new RetrySchedule();
  readonly #changes = new Map<string, number>();
  readonly #endTimer: () => void;
  #firstPassChanges = 0;
  #passes = 0;
  #missing: readonly string[] = [];
  #inSync = false;
  #lastPassMs = -Infinity;
  #unreadable:
    | { readonly reason: string; readonly attempts: number; readonly dueMs: number }
    | undefined;
  #wanted = false;
  #waiters: PromiseWithResolvers<void>[] = [];
  #worker: Promise<void> | undefined;
  #stopped = false;

  constructor(options: ReconcilerOptions) {
    this.#options = {
      pollMs: NOTIFICATION_POLL_MS,
      fullPassMs: FULL_PASS_MS,
      nowMs: () => performance.now(),
      every: everyInterval,
      ...options,
    };
    this.#endTimer = this.#options.every(this.#options.pollMs, () => this.#poll());
  }

  request(): void {
    this.#wanted = true;
    this.#worker ??= this.#work();
  }

  converge(): Promise<void> {
    const waiter = Promise.withResolvers<void>();
    this.#waiters.push(waiter);
    this.request();
    return waiter.promise;
  }

  failuresOn(device: string): readonly string[] {
    return this.#retries.failures
      .filter(({ operation }) => deviceOf(targetOf(operation)) === device)
      .map(describeFailure);
  }

  status(): KernelReport {
    return {
      inSync: this.#inSync,
      drift: this.#ledger.counts,
      failures: this.#describeFailures(),
      changes: Object.fromEntries(this.#changes),
      firstPassChanges: this.#firstPassChanges,
      passes: this.#passes,
      missingInterfaces: this.#missing,
    };
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#endTimer();
    await this.#worker;
  }

  #poll(): void {
    const { kernel, nowMs, fullPassMs } = this.#options;
    const now = nowMs();
    const isDue =
      now - this.#lastPassMs >= fullPassMs ||
      this.#retries.nextDueMs <= now ||
      (this.#unreadable?.dueMs ?? Infinity) <= now;
    // Asked in any case: notifications that nobody reads fill the socket.
    if (this.#hasChanged(kernel) || isDue) this.request();
  }

  #hasChanged(kernel: Kernel): boolean {
    try {
      return kernel.changed();
    } catch (error) {
      // Notifications only save time: without them the full passes still find everything.
      if (!(error instanceof NetlinkError)) throw error;
      return false;
    }
  }

  async #work(): Promise<void> {
    // Requests of the same turn share one pass.
    await Promise.resolve();
    try {
      while (this.#wanted && !this.#stopped) {
        this.#wanted = false;
        await this.#passFor(this.#waiters.splice(0));
      }
    } finally {
      // In the same step as the last look at #wanted: a request after it starts a new worker.
      this.#worker = undefined;
    }
    const stopped = new Error('the reconciler was stopped before it could look again');
    for (const waiter of this.#waiters.splice(0)) waiter.reject(stopped);
  }

  async #passFor(waiters: readonly PromiseWithResolvers<void>[]): Promise<void> {
    try {
      await this.#pass();
      for (const waiter of waiters) waiter.resolve();
    } catch (error) {
      for (const waiter of waiters) waiter.reject(error);
      if (!(error instanceof NetlinkError)) throw error;
      this.#noteUnreadable(error);
    }
  }

  async #pass(): Promise<void> {
    const { kernel, input, nowMs } = this.#options;
    const wish = input();
    if (wish === undefined) return;
    this.#lastPassMs = nowMs();
    const observed = kernel.observe();
    this.#unreadable = undefined;
    const desired = desiredState(wish);
    const planned = planChanges({ ...wish, desired, observed });
    this.#retries.keepOnly(planned);
    const due = planned.filter((operation) => this.#retries.isDue(operation, nowMs()));
    this.#noteDrift(this.#ledger.count(due, observed));
    const results = await this.#apply(due);
    this.#noteResults(results);
    const deferred = new Set(planned.filter((it) => !due.includes(it)).map(({ key }) => key));
    const possible = possibleState(desired, observed);
    this.#ledger.remember({ possible, observed, results, deferred });
    this.#missing = missingInterfaces(desired, observed);
    this.#inSync = this.#retries.failures.length === 0;
    this.#passes++;
  }

  async #apply(operations: readonly Operation[]): Promise<readonly OperationResult[]> {
    const results: OperationResult[] = [];
    for (let at = 0; at < operations.length; at += OPERATIONS_PER_TURN_MAX) {
      if (at > 0) await nextTurn();
      const portion = operations.slice(at, at + OPERATIONS_PER_TURN_MAX);
      results.push(...this.#options.kernel.apply(portion));
    }
    return results;
  }

  #noteResults(results: readonly OperationResult[]): void {
    const { log, nowMs } = this.#options;
    const failures = this.#retries.record(results, nowMs());
    for (const failure of failures.slice(0, FAILURES_REPORTED_MAX)) {
      log.warn(
        { key: failure.operation.key, reason: failure.reason },
        'the kernel refused a change',
      );
    }
    const done = results.filter(({ error }) => error === undefined);
    for (const { operation } of done) {
      this.#changes.set(operation.kind, (this.#changes.get(operation.kind) ?? 0) + 1);
    }
    if (this.#passes === 0) this.#firstPassChanges = done.length;
    if (done.length > 0) log.info({ changes: done.length }, 'changed the kernel');
  }

  #noteDrift(drift: readonly Operation[]): void {
    if (drift.length === 0) return;
    const objects = drift
      .slice(0, FAILURES_REPORTED_MAX)
      .map(({ action, key }) => `${action} ${key}`);
    this.#options.log.warn(
      { count: drift.length, objects },
      'somebody else changed what is ours in the kernel: repairing it',
    );
  }

  #noteUnreadable({ message }: NetlinkError): void {
    const attempts = (this.#unreadable?.attempts ?? 0) + 1;
    const pauseMs = Math.min(RETRY_FIRST_MS * 2 ** (attempts - 1), RETRY_MAX_MS);
    if (attempts === 1) this.#options.log.warn({ reason: message }, 'the kernel could not be read');
    this.#unreadable = { reason: message, attempts, dueMs: this.#options.nowMs() + pauseMs };
    this.#inSync = false;
  }

  #describeFailures(): readonly string[] {
    const { failures } = this.#retries;
    const unreadable =
      this.#unreadable && `the kernel could not be read: ${this.#unreadable.reason}`;
    const more = failures.length - FAILURES_REPORTED_MAX;
    return [
      ...(unreadable === undefined ? [] : [unreadable]),
      ...failures.slice(0, FAILURES_REPORTED_MAX).map(describeFailure),
      ...(more > 0 ? [`and ${more} more`] : []),
    ];
  }
}

function describeFailure({ operation, reason }: Failure): string {
  return `${operation.action} ${operation.key}: ${reason}`;
}

function targetOf(operation: Operation): Parameters<typeof deviceOf>[0] {
  return operation.action === 'remove' ? operation.before : operation.object;
}

function everyInterval(periodMs: number, run: () => void): () => void {
  const timer = setInterval(run, periodMs);
  return () => clearInterval(timer);
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
