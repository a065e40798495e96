/**
 * Whether our disk is older than what we have published: it was set back to a copy, or another
 * machine runs with a copy of it. Counters and the revision of our list only grow, and are on disk
 * before they are published: so a record of our own that has a higher one was written by a state
 * that is not ours. What no counter tells of (a merge, a reclaim) the next census makes good.
 */
import type { Counterparty, Custody } from './custody-state.ts';
import type { PeerId } from '../mesh/peer-id.ts';

/**
 * `own`: our state as it is. `published`: a record of an earlier run that our signature is on.
 * `allows`: whether a peer is a member as far as we know; of others the counters are forgotten.
 */
export function isBehind(
  own: Custody,
  published: Custody,
  allows: (peer: PeerId) => boolean,
): boolean {
  if (published.registeredRev !== own.registeredRev || published.viewRev > own.viewRev) return true;
  const known = new Map(own.counterparties.map((entry) => [entry.peer, entry]));
  return published.counterparties.some((shown) => {
    const counted = known.get(shown.peer);
    return counted === undefined ? allows(shown.peer) : isAhead(shown, counted);
  });
}

function isAhead(shown: Counterparty, counted: Counterparty): boolean {
  return (
    shown.granted > counted.granted ||
    shown.cleared > counted.cleared ||
    shown.accepted > counted.accepted
  );
}
