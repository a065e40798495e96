/**
 * Makes a failing plan small: leaves out faults and peers for as long as the same invariant is
 * violated. Deterministic: the same seed is shrunk to the same plan.
 */
import { shorten } from '../support/shorten.ts';
import { type Plan, type Restriction, restrict } from './plan.ts';
import { run } from './run.ts';

/** Runs that shrinking may take: each is about as long as the failing one. */
const ATTEMPTS_MAX = 200;

export interface Shrunk {
  readonly restriction: Required<Restriction>;
  readonly plan: Plan;
  readonly attempts: number;
}

/** `invariant`: the one that the whole plan violates with this seed. */
export function shrink(plan: Plan, seed: number, invariant: string): Shrunk {
  let attempts = 0;
  const fails = (restriction: Restriction): boolean => {
    if (attempts >= ATTEMPTS_MAX) return false;
    attempts++;
    const outcome = run({ plan: restrict(plan, restriction), seed, checksBounds: true });
    return outcome.violation?.invariant === invariant;
  };
  let kept: Required<Restriction> = { peers: plan.peers, faults: [...plan.faults.keys()] };
  for (let before = -1; before !== sizeOf(kept);) {
    before = sizeOf(kept);
    kept = { ...kept, faults: fewerFaults(kept, fails) };
    kept = { ...kept, peers: fewerPeers(kept, fails) };
  }
  return { restriction: kept, plan: restrict(plan, kept), attempts };
}

type Fails = (restriction: Restriction) => boolean;

function fewerFaults({ peers, faults }: Required<Restriction>, fails: Fails): readonly number[] {
  return shorten(faults, (kept) => fails({ peers, faults: kept }));
}

function fewerPeers({ peers, faults }: Required<Restriction>, fails: Fails): number {
  const kept = peers;
  for (const count of [1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24])
    if (count < kept && fails({ peers: count, faults })) return count;
  return kept;
}

function sizeOf({ peers, faults }: Required<Restriction>): number {
  return peers + faults.length;
}
