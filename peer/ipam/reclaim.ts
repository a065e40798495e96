/**
 * Reclaim, after the census: the executor takes the orphans as its own, and grants on at once what
 * has an heir. All of it is one commit, so that an heir's block is never seen as anybody's to give.
 */
import { without } from './blocks.ts';
import type { Claims } from './claims.ts';
import { type Cidr, containsAddress } from './cidr.ts';
import * as custody from './custody.ts';
import type { CustodyState } from './custody.ts';
import { findBound } from './giving.ts';
import type { Inheritance } from './heirs.ts';
import type { PeerId } from '../mesh/peer-id.ts';
import type { CustodyWrite } from './writes.ts';

export interface Reclaim {
  readonly orphans: readonly Cidr[];
  /** See census.ts. */
  readonly term: number;
  readonly inheritances: readonly Inheritance[];
}

export interface Executor {
  readonly self: PeerId;
  readonly state: CustodyState;
  /** Addresses that are in use here, held or not. */
  readonly used: (family: Cidr['family']) => readonly bigint[];
  /** What others' pods have from before (claims.ts). */
  readonly claims: Pick<Claims, 'isClaimedBesides' | 'wanted'>;
}

export interface Reclaimed {
  readonly writes: readonly CustodyWrite[];
  /** What we keep of it for others: it rests before it is used. What we inherit ourselves does not. */
  readonly rests: readonly Cidr[];
}

export function reclaimFor(
  executor: Executor,
  { orphans, term, inheritances }: Reclaim,
): Reclaimed {
  const taken = custody.reclaim(executor.state, orphans, term);
  const state = custody.applyWrites(executor.state, taken);
  // Whole blocks before the small ones around addresses, which are most often parts of them.
  const heirs = [...inheritances, ...executor.claims.wanted()];
  const granted = passOn({ ...executor, state }, heirs);
  const after = custody.applyWrites(state, granted);
  const own = inheritances.filter(({ to }) => to === executor.self).map(({ cidr }) => cidr);
  const before = new Set(executor.state.hold.map(({ cidr }) => cidr));
  const kept = after.hold.map(({ cidr }) => cidr).filter((cidr) => !before.has(cidr));
  return {
    writes: [...taken, ...granted],
    rests: kept.flatMap((range) => without(range, own)),
  };
}

/** Grants the heirs what is theirs, as far as it is still ours to give. */
export function passOn(
  executor: Executor,
  inheritances: readonly Inheritance[],
): readonly CustodyWrite[] {
  let { state } = executor;
  const writes: CustodyWrite[] = [];
  for (const inheritance of inheritances) {
    if (!mayGrant({ ...executor, state }, inheritance)) continue;
    const granted = custody.grant(state, inheritance.cidr, inheritance);
    state = custody.applyWrites(state, granted);
    writes.push(...granted);
  }
  return writes;
}

/** Nothing is lost where not: the block stays here, and whoever asks gets some of it. */
export function mayGrant(
  { self, state, used, claims }: Executor,
  { cidr, to, registeredRev }: Inheritance,
): boolean {
  if (to === self || !custody.allows(state, to, registeredRev)) return false;
  if (claims.isClaimedBesides(cidr, to)) return false;
  if (findBound(state, to) !== undefined) return false;
  if (!custody.holds(state, cidr) || !custody.canSplitOff(state, cidr)) return false;
  const { family } = cidr;
  return !used(family).some((value) => containsAddress(cidr, { family, value }));
}
