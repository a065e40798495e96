/** Runs of one scenario over a range of seeds, summed up: what one worker does at a time. */
import process from 'node:process';
import { drawPlan } from './plan.ts';
import { type Outcome, run } from './run.ts';
import { scenarioNamed } from './scenarios.ts';
import { Sightings } from './sightings.ts';

export interface Batch {
  readonly scenario: string;
  readonly firstSeed: number;
  readonly seeds: number;
  /** In place of the size that would be drawn. */
  readonly peers?: number;
  /** No further seeds after the first that fails. */
  readonly stopsAtFailure: boolean;
}

export interface Failure {
  readonly scenario: string;
  readonly seed: number;
  readonly invariant: string;
  readonly detail: string;
}

export interface BatchResult {
  readonly scenario: string;
  readonly runs: number;
  readonly events: number;
  readonly virtualMs: number;
  /** Of the thread's own time. */
  readonly cpuMs: number;
  /** The longest that a cluster took to agree, and to have its links, after the last fault. */
  readonly agreedMs: number;
  readonly linkedMs: number;
  readonly failures: readonly Failure[];
  readonly sightings: ReadonlyMap<string, number>;
  /** Over the hashes of all runs. */
  readonly hash: string;
}

/** The collections of a peer are looked into at each so many-th seed: it takes milliseconds. */
const BOUNDS_EVERY = 50;

export function runBatch(batch: Batch): BatchResult {
  const scenario = scenarioNamed(batch.scenario);
  if (scenario === undefined) throw new RangeError(`there is no scenario "${batch.scenario}"`);
  const startedMs = threadMs();
  const sum = new Sum();
  for (let seed = batch.firstSeed; seed < batch.firstSeed + batch.seeds; seed++) {
    const plan = drawPlan(scenario, seed, batch.peers);
    const outcome = run({ plan, seed, checksBounds: seed % BOUNDS_EVERY === 0 });
    sum.add(batch.scenario, seed, outcome);
    if (batch.stopsAtFailure && outcome.violation !== undefined) break;
  }
  return sum.result(batch.scenario, threadMs() - startedMs);
}

function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

class Sum {
  readonly #sightings = new Sightings();
  readonly #failures: Failure[] = [];
  #runs = 0;
  #events = 0;
  #virtualMs = 0;
  #agreedMs = 0;
  #linkedMs = 0;
  #hash = 0n;

  add(scenario: string, seed: number, outcome: Outcome): void {
    const { events, virtualMs, times, violation, sightings, hash } = outcome;
    this.#runs++;
    this.#events += events;
    this.#virtualMs += virtualMs;
    this.#agreedMs = Math.max(this.#agreedMs, times?.agreedMs ?? 0);
    this.#linkedMs = Math.max(this.#linkedMs, times?.linkedMs ?? 0);
    this.#hash = BigInt.asUintN(64, this.#hash * 31n + BigInt(`0x${hash}`));
    this.#sightings.add(sightings);
    if (violation !== undefined) this.#failures.push({ scenario, seed, ...violation });
  }

  result(scenario: string, cpuMs: number): BatchResult {
    return {
      scenario,
      cpuMs,
      runs: this.#runs,
      events: this.#events,
      virtualMs: this.#virtualMs,
      agreedMs: this.#agreedMs,
      linkedMs: this.#linkedMs,
      failures: this.#failures,
      sightings: this.#sightings.counts,
      hash: this.#hash.toString(16).padStart(16, '0'),
    };
  }
}
