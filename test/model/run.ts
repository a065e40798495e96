/** One run: drawn from its seed, stepped, watched, settled. The same seed is the same run. */
import type { Counted } from './counted.ts';
import { type Layout, layoutOf } from './layout.ts';
import { Oracle, violationOf } from './oracle.ts';
import { publish } from './custody-steps.ts';
import { askFounder, finishRegistration, register } from './life-steps.ts';
import type { Machine } from './process.ts';
import { createRandom } from '../simulation/random.ts';
import { settle } from './settle.ts';
import { STEPS, type Step } from './steps.ts';
import type { Violation } from './violation.ts';
import { World } from './world.ts';

export interface RunOptions {
  readonly seed: number;
  /** Only these of its steps, by their number. */
  readonly keep?: ReadonlySet<number>;
  readonly isTraced?: boolean;
}

export interface Outcome {
  readonly steps: number;
  readonly violation: Violation | undefined;
  /** The number of the step after which it was seen; the number of steps for the end of the run. */
  readonly violatedAt: number;
  readonly counts: ReadonlyMap<Counted, number>;
  readonly hash: number;
  readonly lines: readonly string[];
}

export interface Plan {
  readonly layout: Layout;
  readonly slots: number;
  readonly steps: number;
  /** So many nodes have joined when it begins. */
  readonly standing: number;
  /** Up to which number a draw is which kind. */
  readonly thresholds: Float64Array;
}

const LAYOUTS: readonly Layout[] = [
  layoutOf(2, undefined),
  layoutOf(1, 0),
  layoutOf(1, 1),
  layoutOf(2, 0),
  layoutOf(2, 1),
];
const STEPS_MIN = 150;
const STEPS_MORE = 200;
const WORD = 2 ** 32;

/** FNV-1a (Fowler, Noll, Vo) over words. */
const FNV_PRIME = 0x01000193;
const FNV_OFFSET = 0x811c9dc5;

export function drawPlan(random: () => number): Plan {
  const choose = <T>(list: readonly T[], otherwise: T): T =>
    list[Math.floor(random() * list.length)] ?? otherwise;
  const [first] = LAYOUTS;
  if (first === undefined) throw new Error('there is a layout');
  const layout = choose(LAYOUTS, first);
  const slots = 3 + Math.floor(random() * 3);
  const steps = STEPS_MIN + Math.floor(random() * (STEPS_MORE + 1));
  const standing = Math.min(slots, Math.floor(random() * (slots + 3)));
  const weights = STEPS.map(({ weight, factors }) => weight * choose(factors, 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  const thresholds = Float64Array.from(weights, (weight) => (sum += weight) / total);
  return { layout, slots, steps, standing, thresholds };
}

function drawStep(random: () => number, thresholds: Float64Array): Step {
  const draw = random();
  let kind = 0;
  while (kind < thresholds.length - 1 && draw >= (thresholds[kind] ?? 1)) kind++;
  const word = (): number => Math.floor(random() * WORD);
  return { kind, a: word(), b: word(), c: word() };
}

export function run({ seed, keep, isTraced = false }: RunOptions): Outcome {
  const random = createRandom(seed);
  const plan = drawPlan(random);
  const world = new World({ ...plan, isTraced });
  const oracle = new Oracle(world);
  for (const machine of world.machines.slice(0, plan.standing)) stand(world, machine);
  let hash = FNV_OFFSET;
  const end = (violation: Violation | undefined, violatedAt: number): Outcome => ({
    steps: plan.steps,
    violation,
    violatedAt,
    counts: world.counts,
    hash: hash >>> 0,
    lines: world.lines,
  });
  for (let n = 0; n < plan.steps; n++) {
    const step = drawStep(random, plan.thresholds);
    if (keep !== undefined && !keep.has(n)) continue;
    const violation = take(world, oracle, step);
    hash = Math.imul(hash ^ (oracle.covered | (step.kind << 16)), FNV_PRIME);
    hash = Math.imul(hash ^ (world.published.length | (world.running.length << 16)), FNV_PRIME);
    if (violation !== undefined) return end(violation, n);
  }
  return end(settleSafely(world, oracle), plan.steps);
}

/** A member that the others will hear of. */
function stand(world: World, machine: Machine): void {
  register(world, machine);
  finishRegistration(world, machine);
  const { process } = machine;
  if (process === undefined) return;
  askFounder(world, process);
  process.sync();
  publish(world, process);
}

function take(world: World, oracle: Oracle, step: Step): Violation | undefined {
  try {
    STEPS[step.kind]?.act(world, step);
    return oracle.check();
  } catch (error) {
    return violationOf(error);
  }
}

function settleSafely(world: World, oracle: Oracle): Violation | undefined {
  try {
    return settle(world, oracle);
  } catch (error) {
    return violationOf(error);
  }
}
