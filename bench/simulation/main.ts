/**
 * What the mesh does with thousands of peers, simulated with the daemon's own mesh on a virtual
 * clock: one record to all, a whole cluster that starts at once, and the simulator's own speed.
 * `--help` tells how to run parts of it. Without options it is all run, and the figures are written to
 * RESULT_FILE.
 */
import process from 'node:process';
import { renderTable } from '#peer/cli/table.ts';
import { readOptions } from '../command-line.ts';
import { summarize, writeResult } from '../result.ts';
import { CPUS, type CpuName, type Measured, measure } from './measurement.ts';
import { KINDS, USAGE, parseOptions } from './options.ts';
import {
  type SpreadRow,
  type StartRow,
  type Table,
  speedTable,
  spreadTable,
  startTable,
} from './tables.ts';

const SPREAD_SIZES = [1_000, 5_000, 10_000];
const START_SIZE = 5_000;
const SPEED_SIZES = [100, 1_000, 10_000];
const SEEDS = [1, 2, 3];
const RESULT_FILE = 'bench/results/simulation.json';

const options = readOptions(parseOptions);
const seeds = options.seed === undefined ? SEEDS : [options.seed];
const kinds = KINDS.filter((kind) => options.kind === undefined || options.kind === kind);

if (options.isHelp) print(USAGE.trimEnd());
else if (options.spread !== undefined) await spreads([options.spread]);
else if (options.start !== undefined) await starts(options.start, seeds.slice(0, 1));
else if (options.speed !== undefined) await speeds([options.speed]);
else await all();

/** The file is written when there is all of it: it takes an hour, and is committed. */
async function all(): Promise<void> {
  const speed = await speeds(SPEED_SIZES);
  const spread = await spreads(SPREAD_SIZES);
  const start = await starts(START_SIZE, seeds);
  writeResult(RESULT_FILE, { speed, spread, start });
}

async function spreads(sizes: readonly number[]): Promise<readonly SpreadRow[]> {
  const results: SpreadRow[] = [];
  for (const peers of sizes) {
    const bySeed: Measured<'spread'>[] = [];
    for (const seed of seeds) bySeed.push(await measure('spread', { peers, seed }));
    for (const name of Object.keys(CPUS) as CpuName[]) {
      const figures = summarizeFields(bySeed.flatMap((byCpu) => byCpu[name]));
      results.push({ peers, cpuPerNewRecord: name, ...figures });
    }
  }
  show(spreadTable(results));
  return results;
}

async function starts(peers: number, seeds: readonly number[]): Promise<readonly StartRow[]> {
  const results: StartRow[] = [];
  for (const kind of kinds) {
    const runs: Measured<'start'>[] = [];
    for (const seed of seeds) runs.push(await measure('start', { peers, seed, kind }));
    results.push({ peers, kind, ...summarizeFields(runs) });
  }
  show(startTable(results));
  return results;
}

async function speeds(sizes: readonly number[]) {
  const results = [];
  for (const peers of sizes) results.push(await measure('speed', { peers, seed: seeds[0] ?? 1 }));
  show(speedTable(results));
  return results;
}

/** Median and spread of each figure over the runs. */
function summarizeFields<T extends object>(runs: readonly T[]) {
  const [first] = runs;
  if (first === undefined) throw new RangeError('no runs');
  const names = Object.keys(first) as (keyof T & string)[];
  const entries = names.map((name) => [name, summarize(runs.map((run) => Number(run[name])))]);
  return Object.fromEntries(entries) as Record<keyof T, ReturnType<typeof summarize>>;
}

function show({ header, rows }: Table): void {
  print(renderTable(header, rows));
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
