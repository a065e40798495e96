/**
 * Makes a failing plan small: leaves out faults and peers for as long as the same invariant is
 * violated. Deterministic: the same seed is shrunk to the same plan.
 */
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

/** Leaves out ever smaller parts of the list (Zeller, "Yesterday, my program worked", 1999). */
function fewerFaults({ peers, faults }: Required<Restriction>, fails: Fails): readonly number[] {
  let kept = faults;
  for (
    let size = Math.ceil(kept.length / 2);
    size >= 1;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let at = 0; at < kept.length;) {
      const rest = [...kept.slice(0, at), ...kept.slice(at + size)];
      if (fails({ peers, faults: rest })) kept = rest;
      else at += size;
    }
  }
  return kept;
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
