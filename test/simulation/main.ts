/**
 * `npm run sim`: runs scenarios over many seeds, or repeats one. Exit code 1: something was violated,
 * a rare path was never reached, or a planted mistake was not found.
 */
import process from 'node:process';
import { renderTable } from '../../peer/cli/table.ts';
import type { Batch, BatchResult, Failure } from './batch.ts';
import { describeFault } from './fault.ts';
import { MISTAKES } from './mistakes.ts';
import { type Options, USAGE, readOptions } from './options.ts';
import { drawPlan, restrict } from './plan.ts';
import { runPlanted } from './planted.ts';
import { runBatches } from './pool.ts';
import { Progress } from './progress.ts';
import { run } from './run.ts';
import { SCENARIOS, scenarioNamed } from './scenarios.ts';
import { shrink } from './shrink.ts';
import { Sightings } from './sightings.ts';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
/** Seeds of one batch: a thread that ends early takes another one. */
const BATCH_SEEDS = 20;
/** With so many seeds over all scenarios each rare path is reached. */
const SIGHTS_FROM_SEEDS = 1_000;
/** The last lines of a shrunk run. */
const TRACE_LINES = 60;
/** Of the failures, the first of which is shrunk. */
const FAILURES_SHOWN = 20;

const options = readOptions(process.argv.slice(2));
if (options === undefined) {
  process.stderr.write(USAGE);
  process.exitCode = EXIT_USAGE;
} else {
  const succeeded = await act(options);
  process.exitCode = succeeded ? 0 : EXIT_FAILED;
}

async function act(options: Options): Promise<boolean> {
  if (options.isPlanted) return await planted(options);
  const { scenario, seed } = options;
  if (scenario !== undefined && seed !== undefined && options.seeds === undefined)
    return repeat(options, scenario, seed);
  return await soak(options);
}

/** Many seeds: they are shared out evenly over the scenarios. */
async function soak({
  scenario,
  seeds = SCENARIOS.length,
  seed,
  peers,
}: Options): Promise<boolean> {
  const firstSeed = seed ?? Math.floor(Math.random() * 2 ** 31);
  const names = scenario === undefined ? SCENARIOS.map(({ name }) => name) : [scenario];
  const each = Math.ceil(seeds / names.length);
  print(`seeds ${firstSeed} to ${firstSeed + each - 1} of ${names.length} scenarios`);
  const startedMs = performance.now();
  const batches = names.flatMap((name) => batchesOf(name, { firstSeed, each, peers }));
  const progress = new Progress(each * names.length);
  const results = await runBatches(batches, { onResult: (result) => progress.add(result) });
  printResults(results);
  const seconds = (performance.now() - startedMs) / 1_000;
  print(`${each * names.length} runs in ${seconds.toFixed(1)} s`);
  const failures = results.flatMap((result) => result.failures);
  const [first] = failures;
  for (const { scenario: name, seed, invariant, detail } of failures.slice(0, FAILURES_SHOWN))
    print(`violated ${invariant} in ${name}, seed ${seed}: ${detail}`);
  if (first !== undefined) explain(first, peers);
  const hasSeenAll = scenario !== undefined || printSightings(results, each * names.length);
  return failures.length === 0 && hasSeenAll;
}

function batchesOf(
  scenario: string,
  { firstSeed, each, peers }: { firstSeed: number; each: number; peers: number | undefined },
): readonly Batch[] {
  const sized = peers === undefined ? {} : { peers };
  return Array.from({ length: Math.ceil(each / BATCH_SEEDS) }, (_, at) => ({
    scenario,
    ...sized,
    firstSeed: firstSeed + at * BATCH_SEEDS,
    seeds: Math.min(BATCH_SEEDS, each - at * BATCH_SEEDS),
    stopsAtFailure: false,
  }));
}

function printResults(results: readonly BatchResult[]): void {
  const rows = SCENARIOS.flatMap(({ name }) => {
    const ofIt = results.filter(({ scenario }) => scenario === name);
    return ofIt.length === 0 ? [] : [rowOf(name, ofIt)];
  });
  const columns = ['scenario', 'runs', 'events', 'events/s', 'virtual s', 'agreed ms', 'linked ms'];
  print(renderTable([...columns, 'violations'], rows));
}

function rowOf(name: string, results: readonly BatchResult[]): readonly string[] {
  const sum = (of: (result: BatchResult) => number) =>
    results.reduce((total, result) => total + of(result), 0);
  const events = sum((result) => result.events);
  return [
    name,
    sum(({ runs }) => runs),
    events,
    Math.round((events / sum(({ cpuMs }) => cpuMs)) * 1_000),
    Math.round(sum(({ virtualMs }) => virtualMs) / 1_000),
    Math.round(Math.max(...results.map(({ agreedMs }) => agreedMs))),
    Math.round(Math.max(...results.map(({ linkedMs }) => linkedMs))),
    sum(({ failures }) => failures.length),
  ].map(String);
}

/** Whether each rare path was reached, as far as there were enough runs for that. */
function printSightings(results: readonly BatchResult[], runs: number): boolean {
  const sightings = new Sightings();
  for (const result of results) sightings.add(result.sightings);
  const missing = sightings.missing();
  for (const sight of missing) print(`never reached: ${sight}`);
  return missing.length === 0 || runs < SIGHTS_FROM_SEEDS;
}

/** Shrinks it, and says how to see it again. */
function explain({ scenario: name, seed, invariant }: Failure, peers?: number): void {
  const scenario = scenarioNamed(name);
  if (scenario === undefined) return;
  const { restriction, plan, attempts } = shrink(drawPlan(scenario, seed, peers), seed, invariant);
  print(`shrunk by ${attempts} runs to ${plan.peers} peers and ${plan.faults.length} faults:`);
  for (const fault of plan.faults) print(describeFault(fault));
  const { trace, violation } = run({ plan, seed, isTraced: true, checksBounds: true });
  print(`the end of its trace (${violation?.detail ?? 'nothing is violated'}):`);
  for (const line of trace.slice(-TRACE_LINES)) print(line);
  const sized = peers === undefined ? '' : ` --peers ${peers}`;
  const kept = restriction.faults.length === 0 ? 'none' : restriction.faults.join(',');
  print(
    `again: npm run sim -- --scenario ${name} --seed ${seed}${sized} --first ${restriction.peers} --keep ${kept} --trace`,
  );
}

/** One run, as it was. */
function repeat(options: Options, name: string, seed: number): boolean {
  const scenario = scenarioNamed(name);
  if (scenario === undefined) return false;
  const whole = drawPlan(scenario, seed, options.peers);
  const plan = restrict(whole, options.restriction);
  print(`${name}, seed ${seed}: ${plan.peers} peers, ${plan.faults.length} faults`);
  for (const fault of plan.faults) print(describeFault(fault));
  const outcome = run({ plan, seed, isTraced: options.isTraced, checksBounds: true });
  for (const line of outcome.trace) print(line);
  const { events, virtualMs, hash, times, violation } = outcome;
  print(`${events} events, ${(virtualMs / 1_000).toFixed(1)} s of its own time, trace ${hash}`);
  if (violation === undefined)
    print(
      `agreed after ${times?.agreedMs.toFixed(0)} ms, linked after ${times?.linkedMs.toFixed(0)}`,
    );
  else print(`violated ${violation.invariant}: ${violation.detail}`);
  return violation === undefined;
}

async function planted({ seed, mistake }: Options): Promise<boolean> {
  const chosen = MISTAKES.filter(({ name }) => mistake === undefined || name === mistake);
  const found = await runPlanted(chosen, seed ?? 1);
  const rows = found.map(({ mistake: { name, scenario, seedsMax }, seeds, invariant, problem }) => [
    name,
    scenario,
    problem === undefined ? String(invariant) : 'NOT FOUND',
    String(seeds),
    String(seedsMax),
  ]);
  print(renderTable(['planted mistake', 'scenario', 'found by', 'seeds', 'at most'], rows));
  for (const { mistake, problem } of found)
    if (problem !== undefined) print(`${mistake.name}: ${problem}`);
  return found.every(({ problem }) => problem === undefined);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
