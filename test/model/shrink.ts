/**
 * Makes a failing run small: leaves out steps for as long as the same invariant is violated.
 * Deterministic: the same seed is shrunk to the same steps.
 */
import { shorten } from '../support/shorten.ts';
import { run } from './run.ts';

/** Runs that shrinking may take: a second or two. */
const ATTEMPTS_MAX = 3_000;

/** The numbers of the steps that it takes; undefined when the seed violates nothing. */
export function shrink(seed: number): readonly number[] | undefined {
  const { violation, violatedAt } = run({ seed });
  if (violation === undefined) return undefined;
  let attempts = 0;
  const fails = (kept: readonly number[]): boolean => {
    if (attempts >= ATTEMPTS_MAX) return false;
    attempts++;
    return run({ seed, keep: new Set(kept) }).violation?.invariant === violation.invariant;
  };
  let kept: readonly number[] = Array.from({ length: violatedAt + 1 }, (_, n) => n);
  for (let before = -1; before !== kept.length;) {
    before = kept.length;
    kept = shorten(kept, fails);
  }
  return kept;
}
