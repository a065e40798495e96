/** A list that fails, made short: what is left of it still does, and is what is worth reading. */

/** Leaves out ever smaller parts for as long as `fails` holds (Zeller, "Yesterday, my program worked", 1999). */
export function shorten<T>(
  list: readonly T[],
  fails: (kept: readonly T[]) => boolean,
): readonly T[] {
  let kept = list;
  let size = Math.ceil(kept.length / 2);
  while (size >= 1) {
    for (let at = 0; at < kept.length;) {
      const rest = kept.toSpliced(at, size);
      if (fails(rest)) kept = rest;
      else at += size;
    }
    size = size === 1 ? 0 : Math.ceil(size / 2);
  }
  return kept;
}
