/** One run of a plan: a world, its faults, its oracle, and what came of it. */
import { findBoundless, LEAVES } from '../fuzz/bounds.ts';
import { findCollections } from '../fuzz/collections.ts';
import { plant } from './fault.ts';
import { Oracle } from './oracle.ts';
import { type Plan, quietAt } from './plan.ts';
import { awaitSiege } from './siege.ts';
import { type Times, awaitVerdict, checkRanks } from './verdict.ts';
import { Violation, hold } from './violation.ts';
import { World } from './world.ts';

export interface Outcome {
  readonly events: number;
  readonly virtualMs: number;
  readonly hash: string;
  readonly sightings: ReadonlyMap<string, number>;
  /** Undefined when something was violated. */
  readonly times: Times | undefined;
  readonly violation: { readonly invariant: string; readonly detail: string } | undefined;
  /** The last of what happened, if it was asked for. */
  readonly trace: readonly string[];
}

export interface RunOptions {
  readonly plan: Plan;
  readonly seed: number;
  readonly isTraced?: boolean;
  /** Looks into every collection of all peers in the end: costs more than a small run. */
  readonly checksBounds?: boolean;
}

const JOIN_AT = [0, 1, 2];
/** Collections of plain values: an attachment is one, with its addresses. */
const PLAIN = new Set([...LEAVES, 'ipam.#addresses.#attachments']);
/** Another stream of numbers than the one that the plan is drawn from. */
const WORLD_SEED = 0x5eed;

export function run({ plan, seed, isTraced = false, checksBounds = false }: RunOptions): Outcome {
  const { world, oracle } = createWorld(plan, { seed, isTraced });
  let times: Times | undefined;
  let violation: Outcome['violation'];
  try {
    times = play(world, oracle, plan);
    if (checksBounds) checkBounds(world);
  } catch (error) {
    violation = describe(error);
  }
  return {
    events: world.events,
    virtualMs: world.now,
    hash: oracle.trace.hash,
    sightings: oracle.sightings.counts,
    times,
    violation,
    trace: oracle.trace.lines,
  };
}

function createWorld(plan: Plan, { seed, isTraced }: { seed: number; isTraced: boolean }) {
  const { linksMax } = plan;
  const oracle: Oracle = new Oracle({
    linksMax,
    isTraced,
    now: () => world.now,
    isHostile: (id) => world.hostileIds.has(id),
  });
  const world: World = new World({ ...plan, seed: seed ^ WORLD_SEED, observer: oracle });
  return { world, oracle };
}

function play(world: World, oracle: Oracle, plan: Plan): Times {
  for (let n = 0; n < plan.peers; n++) {
    const peer = world.add();
    // Also for whoever starts it first: a fault that ends may come before its time.
    peer.bootstrap = JOIN_AT;
    const call = () => world.start(peer);
    world.schedule(world.random() * plan.startWithinMs, { kind: 'call', call });
  }
  world.registry.othersWritePerSecond = plan.othersWritePerSecond ?? 0;
  world.registry.hasMarks = plan.faults.some(({ type }) => type === 'restore');
  for (const fault of plan.faults) plant(world, fault);
  if (plan.ranksClosedAt !== undefined && plan.ranksClosedAt < quietAt(plan)) {
    world.runUntil(plan.ranksClosedAt);
    checkRanks(world);
  }
  if (plan.siegeHeldAt !== undefined && plan.siegeHeldAt < quietAt(plan)) {
    awaitSiege({ world, oracle, heldAt: plan.siegeHeldAt });
    checkBounds(world);
  }
  world.runUntil(quietAt(plan));
  return awaitVerdict({ ...plan, world, oracle });
}

function checkBounds(world: World): void {
  for (const { n, machine } of world.peers) {
    if (machine.core === undefined) continue;
    const [first] = findBoundless(findCollections(machine.core, PLAIN));
    hold('I5', first === undefined, () => `node${n}: ${first}`);
  }
}

/** What the code under test throws is a violation as any other. */
function describe(error: unknown): { readonly invariant: string; readonly detail: string } {
  if (error instanceof Violation) return { invariant: error.invariant, detail: error.message };
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { invariant: 'throws', detail };
}
