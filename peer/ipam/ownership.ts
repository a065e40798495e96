/**
 * What can be said of ownership as a whole, from our own state and the records of all others: the
 * census, whether one is needed at all, the accounts, and what our record can't tell. Nothing is
 * changed here.
 */
import { assert } from '../assert.ts';
import { type Account, account } from './accounts.ts';
import { type Census, takeCensus, unclaimed } from './census.ts';
import { containsAddress } from './cidr.ts';
import { blocksAround } from './claims.ts';
import type { Custody } from './custody-state.ts';
import type { Ipam } from './ipam.ts';
import { CARRIED_OVER_MAX } from './limits.ts';
import type { PeerId } from '../mesh/peer-id.ts';

/** All of the directory, members or not; our own record counts for nothing beside our state. */
export type Records = ReadonlyMap<PeerId, Custody>;

/**
 * What nobody has, if we are the executor. `gone`: peers that a list of the arbiter's
 * lacks which was read after they were heard of.
 */
export function censusOf(ipam: Ipam, all: Records, gone: ReadonlySet<PeerId>): Census {
  const founder = ipam.founder();
  assert(founder !== undefined, 'a census before it is known who founded the cluster');
  const self = { peer: ipam.self, custody: ipam.custody() };
  const records = new Map(all);
  records.delete(ipam.self);
  const { universe } = ipam;
  return takeCensus({ self, view: ipam.view(), records, universe, founder, gone });
}

/**
 * Whether each address is some member's, or on its way to one: as long as it is not, something may
 * be to reclaim, now or when whoever granted it to a removed peer has heard of the removal.
 */
export function isAllClaimed(ipam: Ipam, records: Records): boolean {
  const isAllowed = (peer: PeerId): boolean => {
    return ipam.allows(peer, records.get(peer)?.registeredRev ?? 0n);
  };
  const members = [...records].filter(([peer]) => peer !== ipam.self && isAllowed(peer));
  const custodies = [ipam.custody(), ...members.map(([, custody]) => custody)];
  const claims = custodies.map((custody) => {
    return { ...custody, pending: custody.pending.filter(({ to }) => isAllowed(to)) };
  });
  return unclaimed(claims, ipam.universe).length === 0;
}

/**
 * Smallest blocks with addresses of our pods from before that our record has no room for, which
 * nobody leaves alone until others are handed over. By the name that all counters are shown with; as
 * many as there are now.
 */
export function countUntold(ipam: Ipam): Readonly<Record<string, number>> {
  const { hold } = ipam.custody();
  const outside = ipam
    .carriedOver()
    .flatMap(({ addresses }) =>
      addresses.filter((address) => !hold.some(({ cidr }) => containsAddress(cidr, address))),
    );
  const count = blocksAround(outside, ipam.universe).length - CARRIED_OVER_MAX;
  return count > 0 ? { 'too-many-carried-over': count } : {};
}

/** The accounts of the universe, for the report. `down`: by what others say. */
export function accountsOf(
  ipam: Ipam,
  records: Records,
  down: ReadonlySet<PeerId>,
): readonly Account[] {
  return account({
    self: { peer: ipam.self, custody: ipam.custody() },
    records,
    allows: (peer, registeredRev) => ipam.allows(peer, registeredRev),
    universe: ipam.universe,
    down,
    free: new Map(ipam.universe.map(({ family }) => [family, ipam.freeCount(family)])),
  });
}
