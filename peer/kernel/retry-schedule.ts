/**
 * What the kernel refused, and when it is asked again: each object on its own, with a pause that
 * doubles, so that one that keeps failing neither holds up the others nor fills the log. A new wish
 * for the object is tried at once.
 */
import { describeObject } from '../overlay/kernel-state.ts';
import type { Operation } from '../overlay/plan.ts';
import type { OperationResult } from './kernel.ts';

/** The first pause. Short: the usual cause is something that is just about to appear. */
export const RETRY_FIRST_MS = 500;

/** The longest pause: as long as a full pass, which would find the difference anyway. */
export const RETRY_MAX_MS = 30_000;

export interface Failure {
  readonly operation: Operation;
  readonly reason: string;
  readonly attempts: number;
  readonly dueMs: number;
}

export class RetrySchedule {
  readonly #failures = new Map<string, Failure>();

  get failures(): readonly Failure[] {
    return [...this.#failures.values()];
  }

  /** When the next retry is due; Infinity if there is none. */
  get nextDueMs(): number {
    return this.failures.reduce((next, { dueMs }) => Math.min(next, dueMs), Infinity);
  }

  /** Is it to be tried now? */
  isDue(operation: Operation, nowMs: number): boolean {
    const failure = this.#failures.get(operation.key);
    return (
      failure === undefined || failure.dueMs <= nowMs || !isSameWish(failure.operation, operation)
    );
  }

  /** Notes how it went, and returns the failures that are new: these are worth a line in the log. */
  record(results: readonly OperationResult[], nowMs: number): readonly Failure[] {
    return results.flatMap(({ operation, error }) => {
      const earlier = this.#failures.get(operation.key);
      this.#failures.delete(operation.key);
      if (error === undefined) return [];
      const isSame = earlier !== undefined && isSameWish(earlier.operation, operation);
      const attempts = isSame ? earlier.attempts + 1 : 1;
      const pauseMs = Math.min(RETRY_FIRST_MS * 2 ** (attempts - 1), RETRY_MAX_MS);
      const failure = { operation, reason: error, attempts, dueMs: nowMs + pauseMs };
      this.#failures.set(operation.key, failure);
      return isSame && earlier.reason === error ? [] : [failure];
    });
  }

  /** Forgets failures of what is not planned any more: it came right, or nobody wants it now. */
  keepOnly(planned: readonly Operation[]): void {
    const keys = new Set(planned.map(({ key }) => key));
    for (const key of this.#failures.keys()) if (!keys.has(key)) this.#failures.delete(key);
  }
}

function isSameWish(a: Operation, b: Operation): boolean {
  return wishOf(a) === wishOf(b);
}

function wishOf(operation: Operation): string {
  if (operation.action === 'remove') return `remove ${operation.key}`;
  return describeObject(operation.object);
}
