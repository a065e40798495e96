/** Runs an attack of so many frames, and makes a violation as small as it gets. */
import { shorten } from '../support/shorten.ts';
import { Attacker, type Step } from './attacker.ts';
import { Dice } from './dice.ts';
import { measureHeapBytes } from './heap.ts';
import { Victim } from './victim.ts';

export interface Attack {
  readonly seed: number;
  readonly frames: number;
}

export interface Violation {
  /** What may not happen and did. */
  readonly detail: string;
  readonly frame: number;
  /** The fewest steps that were found to bring it about on a new victim; empty if it takes more than were kept. */
  readonly steps: readonly Step[];
}

export interface Report {
  readonly outcomes: ReadonlyMap<string, number>;
  readonly violation: Violation | undefined;
  /** From the first look at the heap to the last; undefined when there were not two. */
  readonly heapGrowthBytes: number | undefined;
}

/** Looking into every collection costs some milliseconds. */
const FRAMES_BETWEEN_LOOKS = 2_000;
/** A full collection costs tens of milliseconds. */
const FRAMES_BETWEEN_HEAP_LOOKS = 100_000;
/** By then caches, code and the attacker's own pool are as large as they get. */
const FRAMES_BEFORE_HEAP_LOOKS = 50_000;
/**
 * What the heap may grow by in all that follows. The attacker's identities could fill the directory
 * with 400 records of full lists, 70 KiB each, 28 MB, of which most are there by the first look; what is
 * lost at each frame would be more than that.
 */
const HEAP_GROWTH_BYTES_MAX = 24 * 1024 * 1024;
/** What is tried for a smaller case; what needs a longer history is repeated by its seed. */
const STEPS_KEPT = FRAMES_BETWEEN_LOOKS;
/** Each try plays the steps that are left to a new victim: the first cost a second. */
const TRIES_MAX = 400;

export function attack({ seed, frames }: Attack): Report {
  const outcomes = new Map<string, number>();
  const victim = new Victim((outcome) => outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1));
  const attacker = new Attacker(new Dice(seed), Victim.cast());
  const heap = new HeapWatch();
  const latest: Step[] = [];
  for (let frame = 1; frame <= frames; frame++) {
    const step = attacker.next();
    latest.push(step);
    if (latest.length > 2 * STEPS_KEPT) latest.splice(0, STEPS_KEPT);
    const isLook = frame % FRAMES_BETWEEN_LOOKS === 0 || frame === frames;
    const detail = violationOf(victim, step, isLook) ?? heap.violationAt(frame);
    if (detail === undefined) continue;
    const violation = { detail, frame, steps: shrink(latest) };
    return { outcomes, violation, heapGrowthBytes: heap.growthBytes };
  }
  return { outcomes, violation: undefined, heapGrowthBytes: heap.growthBytes };
}

/** Collections have their bounds; this is for what is in none, such as what a closure keeps. */
class HeapWatch {
  #firstBytes: number | undefined;
  growthBytes: number | undefined;

  /** Looks now and then; a sentence when the heap has grown too much. */
  violationAt(frame: number): string | undefined {
    if (frame % FRAMES_BETWEEN_HEAP_LOOKS !== FRAMES_BEFORE_HEAP_LOOKS) return undefined;
    const bytes = measureHeapBytes();
    if (this.#firstBytes === undefined) {
      this.#firstBytes = bytes;
      return undefined;
    }
    this.growthBytes = bytes - this.#firstBytes;
    if (this.growthBytes <= HEAP_GROWTH_BYTES_MAX) return undefined;
    return `the heap has grown by ${this.growthBytes} bytes: ${HEAP_GROWTH_BYTES_MAX} are the most`;
  }
}

/** The fewest of these steps, each with as few bytes, after which a new victim is violated. */
export function shrink(steps: readonly Step[]): readonly Step[] {
  let triesLeft = TRIES_MAX;
  const isViolating = (some: readonly Step[]): boolean => triesLeft-- > 0 && violates(some);
  if (!isViolating(steps)) return [];
  let fewest = shorten(steps, isViolating);
  for (const at of fewest.keys()) {
    const step = fewest[at];
    if (step === undefined) continue;
    const withBytes = (bytes: readonly number[]): readonly Step[] =>
      fewest.with(at, { ...step, bytes: Uint8Array.from(bytes) });
    fewest = withBytes(shorten([...step.bytes], (bytes) => isViolating(withBytes(bytes))));
  }
  return fewest;
}

function violates(steps: readonly Step[]): boolean {
  const victim = new Victim(() => {});
  return steps.some((step, at) => violationOf(victim, step, at === steps.length - 1) !== undefined);
}

function violationOf(victim: Victim, step: Step, isLook: boolean): string | undefined {
  try {
    victim.step(step);
    if (isLook) victim.checkBounds();
    return undefined;
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}
