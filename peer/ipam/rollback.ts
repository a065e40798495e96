/**
 * Whether our disk is older than what we have published: it was set back to a copy, or another
 * machine runs with a copy of it. The revision of our list and, under one list, the counters only
 * grow, and are on disk before they are published. So a record of an earlier run that is ahead in
 * these was written by a state that is not ours. What no counter tells of (a merge, a reclaim) the
 * next census makes good.
 */
import type { Counterparty, Custody } from './custody-state.ts';

/**
 * `started`: our custody as it was read at the start, and not as it is: a list that was adopted since
 * has other counters. `published`: a record of another run that our signature is on.
 */
export function isBehind(started: Custody, published: Custody): boolean {
  if (published.registeredRev !== started.registeredRev) return true;
  if (published.viewRev !== started.viewRev) return published.viewRev > started.viewRev;
  const known = new Map(started.counterparties.map((entry) => [entry.peer, entry]));
  return published.counterparties.some((shown) => {
    const counted = known.get(shown.peer);
    return counted === undefined || isAhead(shown, counted);
  });
}

function isAhead(shown: Counterparty, counted: Counterparty): boolean {
  return (
    shown.granted > counted.granted ||
    shown.cleared > counted.cleared ||
    shown.accepted > counted.accepted
  );
}
