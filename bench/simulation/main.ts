/**
 * What the mesh does with thousands of peers, simulated with the daemon's own mesh on a virtual
 * clock: one record to all, a whole cluster that starts at once, and the simulator's own speed.
 *
 *   node bench/simulation/main.ts                  all of it, and writes bench/results/simulation.json
 *   node bench/simulation/main.ts --spread 1000    one record to all of so many peers
 *   node bench/simulation/main.ts --start 500      so many peers start, or all publish, within a second
 *   node bench/simulation/main.ts --speed 10000    events a second and memory at so many peers
 *
 * --kind cold, warm or storm: one kind of start only; --seed S: one seed, and not three.
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { renderTable } from '#peer/cli/table.ts';
import { summarize, writeResult } from '../result.ts';
import { CPUS, type CpuName, type Measured, measure } from './measurement.ts';
import type { Kind } from './start.ts';

const SPREAD_SIZES = [1_000, 5_000, 10_000];
const START_SIZE = 5_000;
const SPEED_SIZES = [100, 1_000, 10_000];
const KINDS: readonly Kind[] = ['cold', 'warm', 'storm'];
const SEEDS = [1, 2, 3];
const RESULT_FILE = 'bench/results/simulation.json';

const { values } = parseArgs({
  options: {
    spread: { type: 'string' },
    start: { type: 'string' },
    speed: { type: 'string' },
    kind: { type: 'string' },
    seed: { type: 'string' },
  },
});
const seeds = values.seed === undefined ? SEEDS : [Number(values.seed)];
const kinds = KINDS.filter((kind) => values.kind === undefined || values.kind === kind);

if (values.spread !== undefined) await spreads([Number(values.spread)]);
else if (values.start !== undefined) await starts(Number(values.start), seeds.slice(0, 1));
else if (values.speed !== undefined) await speeds([Number(values.speed)]);
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
