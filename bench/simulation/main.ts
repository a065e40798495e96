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
else
  writeResult(RESULT_FILE, {
    speed: await speeds(SPEED_SIZES),
    spread: await spreads(SPREAD_SIZES),
    start: await starts(START_SIZE, seeds),
  });

async function spreads(sizes: readonly number[]) {
  const results = [];
  for (const peers of sizes) {
    const bySeed: Measured<'spread'>[] = [];
    for (const seed of seeds) bySeed.push(await measure('spread', { peers, seed }));
    for (const name of Object.keys(CPUS) as CpuName[]) {
      const figures = summarizeFields(bySeed.flatMap((byCpu) => byCpu[name]));
      results.push({ peers, cpuPerNewRecord: name, ...figures });
    }
  }
  const rows = results.map((result) => [
    String(result.peers),
    result.cpuPerNewRecord,
    fixed(result.p50Ms.median),
    fixed(result.lastMs.median),
    fixed(result.limitMs.median),
    `${fixed(result.ratio.median)} (${fixed(result.ratio.least)} to ${fixed(result.ratio.most)})`,
    fixed(result.copies.median),
    fixed(result.bytesPerPeer.median, 0),
  ]);
  const columns = ['peers', 'cpu a new record', 'p50 ms', 'last ms', 'limit ms', 'last/limit'];
  print(renderTable([...columns, 'copies', 'bytes a peer'], rows));
  return results;
}

async function starts(peers: number, seeds: readonly number[]) {
  const results = [];
  for (const kind of kinds) {
    const runs: Measured<'start'>[] = [];
    for (const seed of seeds) runs.push(await measure('start', { peers, seed, kind }));
    results.push({ peers, kind, ...summarizeFields(runs) });
  }
  const rows = results.map((result) => [
    String(result.peers),
    result.kind,
    fixed(result.agreedMs.median, 0),
    `${fixed(result.lagP50Ms.median, 0)}/${fixed(result.lagP99Ms.median, 0)}`,
    `${fixed(result.lagLastMs.median, 0)} (${fixed(result.lagFloorMs.median, 0)})`,
    fixed(result.sentBytesPerPeer.median / 1e3, 0),
    fixed(result.ratio.median),
    fixed(result.copies.median),
    fixed(result.links.median, 0),
    fixed(result.cpuSeconds.median, 0),
    fixed(result.gigabytes.median, 1),
  ]);
  const columns = [
    'peers',
    'start',
    'all agree, ms after the last',
    'lag p50/p99 ms',
    'last (floor)',
  ];
  const costs = ['sent KB a peer', 'x floor', 'copies', 'links', 'cpu s', 'GB'];
  print(renderTable([...columns, ...costs], rows));
  return results;
}

async function speeds(sizes: readonly number[]) {
  const results = [];
  for (const peers of sizes) results.push(await measure('speed', { peers, seed: seeds[0] ?? 1 }));
  const rows = results.map(({ peers, events, eventsPerSecond, gigabytes }) =>
    [peers, events, Math.round(eventsPerSecond), gigabytes.toFixed(1)].map(String),
  );
  print(renderTable(['peers', 'events', 'events/s', 'GB'], rows));
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

function fixed(value: number, digits = 2): string {
  return value.toFixed(digits);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
