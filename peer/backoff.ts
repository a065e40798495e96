/** How long to wait before asking again. Retry loops differ in their bounds only. */

export interface BackoffBounds {
  readonly leastMs: number;
  readonly mostMs: number;
}

/**
 * Doubles from `leastMs` to `mostMs`, of which at least half is waited: the rest is jitter, so that
 * all peers of a cluster don't come back to its API server in step. `attempt` counts from 0.
 */
export function backoffMs(
  attempt: number,
  { leastMs, mostMs }: BackoffBounds,
  random: () => number,
): number {
  const cap = Math.min(mostMs, leastMs * 2 ** attempt);
  return cap * (0.5 + random() / 2);
}
