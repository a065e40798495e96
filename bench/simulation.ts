/**
 * What the mesh does with thousands of peers, simulated with the daemon's own mesh on a virtual
 * clock: one record to all, a whole cluster that starts at once, and the simulator's own speed.
 *
 *   node bench/simulation.ts                   all of it, and writes bench/results/simulation.json
 *   node bench/simulation.ts --spread 1000     one record to all of so many peers
 *   node bench/simulation.ts --start 500       so many peers start within a second, cold and warm
 *   node bench/simulation.ts --speed 10000     events a second and memory at so many peers
 */
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { getHeapStatistics } from 'node:v8';
import { renderTable } from '#peer/cli/table.ts';
import { summarize, writeResult } from './result.ts';
import { DESIGN_CPU, MEASURED_CPU } from './simulation-models.ts';
import { type Speed, measureSpeed } from './simulation-speed.ts';
import { type Spread, measureSpread } from './simulation-spread.ts';
import { type Start, measureStart } from './simulation-start.ts';

const SPREAD_SIZES = [1_000, 5_000, 10_000];
const START_SIZE = 5_000;
const SPEED_SIZE = 10_000;
const SEEDS = [1, 2, 3];
const RECORDS_PER_SEED = 5;
/** 10,000 directories of 10,000 records; Node gives itself 4 GB of whatever there is. */
const HEAP_MB = 15_000;
const RESULT_FILE = 'bench/results/simulation.json';
const CPUS = { '80 us': DESIGN_CPU, '145 us': MEASURED_CPU } as const;

const { values } = parseArgs({
  options: {
    spread: { type: 'string' },
    start: { type: 'string' },
    speed: { type: 'string' },
    seed: { type: 'string' },
  },
});
const hasHeap = getHeapStatistics().heap_size_limit >= HEAP_MB * 2 ** 20;
if (hasHeap) measure();
else againWithHeap();

/** The size of the heap can only be given at the start of a process. */
function againWithHeap(): void {
  const args = [`--max-old-space-size=${HEAP_MB}`, ...process.argv.slice(1)];
  process.exitCode = spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1;
}

function measure(): void {
  const { spread, start, speed, seed } = values;
  const seeds = seed === undefined ? SEEDS : [Number(seed)];
  if (spread !== undefined) spreads([Number(spread)], seeds);
  if (start !== undefined) starts(Number(start), seeds.slice(0, 1));
  if (speed !== undefined) showSpeed(measureSpeed(Number(speed)));
  if (spread === undefined && start === undefined && speed === undefined) measureAll();
}

function measureAll(): void {
  // First, as its memory is that of the process.
  const speed = measureSpeed(SPEED_SIZE);
  showSpeed(speed);
  const spread = spreads(SPREAD_SIZES, SEEDS);
  const start = starts(START_SIZE, SEEDS);
  writeResult(RESULT_FILE, { spread, start, speed });
}

function spreads(sizes: readonly number[], seeds: readonly number[]) {
  const results = sizes.flatMap((peers) => {
    const cpus = Object.values(CPUS);
    const bySeed = seeds.map((seed) =>
      measureSpread({ peers, seed, cpus, records: RECORDS_PER_SEED }),
    );
    return Object.keys(CPUS).map((name, at) => {
      const runs = bySeed.flatMap((byCpu) => byCpu[at] ?? []);
      return { peers, cpuPerNewRecord: name, ...summarizeFields(runs) };
    });
  });
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

function starts(peers: number, seeds: readonly number[]) {
  const results = (['cold', 'warm'] as const).map((kind) => {
    const runs = seeds.map((seed) =>
      measureStart({ peers, seed, cpu: DESIGN_CPU, isWarm: kind === 'warm' }),
    );
    return { peers, kind, ...summarizeFields(runs) };
  });
  const rows = results.map((result) => [
    String(result.peers),
    result.kind,
    fixed(result.agreedMs.median, 0),
    `${fixed(result.lagP50Ms.median, 0)}/${fixed(result.lagP99Ms.median, 0)}`,
    fixed(result.lagLastMs.median, 0),
    fixed(result.sentBytesPerPeer.median / 1e3, 0),
    fixed(result.ratio.median),
    fixed(result.copies.median),
    fixed(result.links.median, 0),
  ]);
  const columns = ['peers', 'start', 'all agree, ms after the last start', 'lag p50/p99 ms'];
  print(renderTable([...columns, 'last', 'sent KB a peer', 'x floor', 'copies', 'links'], rows));
  return results;
}

function showSpeed({ peers, eventsPerSecond, gigabytes, events }: Speed): void {
  const row = [peers, events, Math.round(eventsPerSecond), gigabytes.toFixed(1)].map(String);
  print(renderTable(['peers', 'events', 'events/s', 'GB'], [row]));
}

/** Median and spread of each figure over the runs. */
function summarizeFields<T extends Spread | Start>(runs: readonly T[]) {
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
