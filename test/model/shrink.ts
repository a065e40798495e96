/**
 * Makes a failing run small: leaves out steps for as long as the same invariant is violated.
 * Deterministic: the same seed is shrunk to the same steps.
 */
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
    kept = fewer(kept, fails);
  }
  return kept;
}

/** Leaves out ever smaller parts of the list (Zeller, "Yesterday, my program worked", 1999). */
function fewer(
  steps: readonly number[],
  fails: (kept: readonly number[]) => boolean,
): readonly number[] {
  let kept = steps;
  for (
    let size = Math.ceil(kept.length / 2);
    size >= 1;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let at = 0; at < kept.length;) {
      const rest = [...kept.slice(0, at), ...kept.slice(at + size)];
      if (fails(rest)) kept = rest;
      else at += size;
    }
  }
  return kept;
}
