/**
 * `npm run model`: checks ownership over many short adversarial runs, repeats one, or looks whether
 * planted mistakes are found. Exit code 1: an invariant was violated, a rare path was never taken, or
 * a mistake was not found.
 */
import process from 'node:process';
import { renderTable } from '../../peer/cli/table.ts';
import { plantMistake } from '../support/mistake.ts';
import { runRange } from './batches.ts';
import { type BatchResult, type Failure, sumOf } from './batch-result.ts';
import { lookForMutants } from './look-for-mutants.ts';
import { MUTANTS } from './mutants.ts';
import { type Options, USAGE, readOptions } from './options.ts';
import { COUNTED } from './counted.ts';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
/** With so many runs each rare path is taken. */
const RARE_FROM_RUNS = 20_000;
/** Of the violations, the first of which is shrunk. */
const VIOLATIONS_SHOWN = 20;

const options = readOptions(process.argv.slice(2));
if (options === undefined) {
  process.stderr.write(USAGE);
  process.exitCode = EXIT_USAGE;
} else {
  process.exitCode = (await act(options)) ? 0 : EXIT_FAILED;
}

async function act(options: Options): Promise<boolean> {
  const { runs, seed, isForMutants } = options;
  if (isForMutants) return await reportMutants(options);
  if (runs !== undefined) return await check(runs, seed ?? Math.floor(Math.random() * 2 ** 31));
  return await repeat(options);
}

async function check(runs: number, firstSeed: number): Promise<boolean> {
  const startedMs = performance.now();
  print(`seeds ${firstSeed} to ${firstSeed + runs - 1}`);
  const sum = sumOf(await runRange({ firstSeed, runs }));
  printSum(sum, (performance.now() - startedMs) / 1_000);
  for (const { seed, invariant, detail } of sum.failures.slice(0, VIOLATIONS_SHOWN))
    print(`violated ${invariant} with seed ${seed}: ${detail}`);
  const [first] = sum.failures;
  if (first !== undefined) await explain(first);
  const missing = COUNTED.filter((what) => !sum.counts.has(what));
  for (const what of missing) print(`never: ${what}`);
  return first === undefined && (missing.length === 0 || runs < RARE_FROM_RUNS);
}

function printSum({ runs, steps, counts, failures, hash }: BatchResult, seconds: number): void {
  const rows = COUNTED.map((what) => [what, String(counts.get(what) ?? 0)]);
  const first = [
    ['runs', String(runs)],
    ['steps', String(steps)],
  ];
  print(
    renderTable(['what', 'count'], [...first, ...rows, ['violations', String(failures.length)]]),
  );
  print(`in ${seconds.toFixed(1)} s, trace ${hash.toString(16).padStart(16, '0')}`);
}

/** Shrinks it, and says how to see it again. */
async function explain({ seed }: Failure): Promise<void> {
  const { run } = await import('./run.ts');
  const { shrink } = await import('./shrink.ts');
  const keep = shrink(seed) ?? [];
  const { lines, violation } = run({ seed, keep: new Set(keep), isTraced: true });
  print(`seed ${seed} shrunk to ${keep.length} steps:`);
  for (const line of lines) print(`  ${line}`);
  print(`violated ${violation?.invariant}: ${violation?.detail}`);
  print(`again: npm run model -- --seed ${seed} --keep ${keep.join(',')}`);
}

/** One run, as it was. */
async function repeat({ seed = 0, keep, mutant }: Options): Promise<boolean> {
  const mistake = MUTANTS.find(({ name }) => name === mutant);
  const checkPlanted = mistake === undefined ? undefined : plantMistake(mistake);
  const { run } = await import('./run.ts');
  checkPlanted?.();
  const restricted = keep === undefined ? {} : { keep: new Set(keep) };
  const { lines, violation, hash } = run({ seed, ...restricted, isTraced: true });
  for (const line of lines) print(line);
  print(`trace ${hash.toString(16).padStart(8, '0')}`);
  if (violation !== undefined) print(`violated ${violation.invariant}: ${violation.detail}`);
  return violation === undefined;
}

async function reportMutants({ mutant, seed = 1 }: Options): Promise<boolean> {
  const chosen = MUTANTS.filter(({ name }) => mutant === undefined || name === mutant);
  const findings = await lookForMutants(chosen, seed);
  const rows = findings.map(({ mutant: { name, runsMax }, failure, runs }) => [
    name,
    failure?.invariant ?? 'NOT FOUND',
    failure === undefined ? '' : String(failure.seed),
    String(runs),
    String(runsMax),
  ]);
  print(renderTable(['mutant', 'found by', 'seed', 'runs', 'at most'], rows));
  return chosen.length > 0 && findings.every(({ failure }) => failure !== undefined);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
