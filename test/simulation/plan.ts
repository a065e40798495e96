/** One run as plain values: how many peers, how they start, what goes wrong. Drawn from a seed. */
import { Dice } from '../fuzz/dice.ts';
import { type Fault, endOf } from './fault.ts';

export interface Plan {
  readonly peers: number;
  /** All are started within so long; they are told to join at the first three. */
  readonly startWithinMs: number;
  readonly faults: readonly Fault[];
  /** Links above which a peer that isn't wanted is sent elsewhere. */
  readonly linksMax: number;
  /** Unsent bytes at which a link is congested; the transport's if undefined. */
  readonly congestedBytes?: number;
  /** A time at which those that run must have closed the ranks, although the others are still gone. */
  readonly ranksClosedAt?: number;
  /** A time from which on those of the cluster must agree, although attackers are still there. */
  readonly siegeHeldAt?: number;
  /** After the last fault all directories are equal within so long, and all links up. */
  readonly agreeWithinMs: number;
  readonly linkWithinMs: number;
  /**
   * What others write a second to where the arbiter has its list: the revision of that grows with it, as
   * etcd's does, although no member has changed. 0 if undefined.
   */
  readonly othersWritePerSecond?: number;
}

export interface Scenario {
  readonly name: string;
  /** Numbers of the failure catalogue (docs/SIMULATOR.md has the table). */
  readonly items: readonly number[];
  /** Sizes that are drawn from. */
  readonly sizes: { readonly least: number; readonly most: number };
  /** `peers`: how many there are. */
  readonly draw: (dice: Dice, peers: number) => Partial<Plan> & Pick<Plan, 'faults'>;
}

/** When faults may begin: a cluster of some tens has started by then. */
export const STARTED_MS = 5_000;
const START_WITHIN_MS = 1_000;
const LINKS_MAX = 24;
/** A redial may have to wait for the longest backoff, and for the links of a round before it. */
const AGREE_WITHIN_MS = 30_000;
const LINK_WITHIN_MS = 60_000;

/** The plan of that seed; `peers` in place of the size that would be drawn. */
export function drawPlan(scenario: Scenario, seed: number, peers?: number): Plan {
  const dice = new Dice(seed);
  const { least, most } = scenario.sizes;
  const drawn = least + dice.below(most - least + 1);
  const count = peers ?? drawn;
  return {
    peers: count,
    startWithinMs: START_WITHIN_MS,
    linksMax: LINKS_MAX,
    agreeWithinMs: AGREE_WITHIN_MS,
    linkWithinMs: LINK_WITHIN_MS,
    ...scenario.draw(dice, count),
  };
}

/** What is left of a plan: its first peers, and of its faults those with these numbers. */
export interface Restriction {
  readonly peers?: number;
  readonly faults?: readonly number[];
}

export function restrict(plan: Plan, { peers = plan.peers, faults }: Restriction): Plan {
  const kept = plan.faults.filter((fault, at) => {
    const isThere = !('peer' in fault) || fault.peer < peers;
    const isOtherThere = !('other' in fault) || fault.other < peers;
    return isThere && isOtherThere && (faults === undefined || faults.includes(at));
  });
  return { ...plan, peers, faults: kept };
}

/** When the last fault is over. */
export function quietAt({ faults, startWithinMs }: Plan): number {
  return Math.max(startWithinMs, ...faults.map(endOf));
}
