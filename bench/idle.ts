/**
 * What a peer costs that has nothing to do: CPU share and resident memory of real peers in
 * namespaces, a mesh of 3 and one of 12. Needs root. Prints a table and writes
 * bench/results/idle.json.
 *
 *   node bench/idle.ts
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { renderTable } from '#peer/cli/table.ts';
import { RealCluster } from '#test/support/real-cluster.ts';

const SIZES = [3, 12];
/** After the last peer is ready, so that joining is over and compiled code has been thrown away. */
const SETTLE_MS = 10_000;
/** A tick is 10 ms, so a window of 20 s tells shares that are 0.05 % apart. */
const WINDOW_MS = 20_000;
const WINDOWS = 3;
const RESULT_FILE = 'bench/results/idle.json';

/** Of USER_HZ, which is 100 on every Linux that Node runs on (proc_pid_stat(5)). */
const TICK_MS = 10;

interface Sample {
  /** Of one core: 0.01 is 1 %. */
  readonly cpuShare: number;
  readonly rssBytes: number;
}

interface Summary {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly samples: number;
}

interface Result {
  readonly peers: number;
  readonly cpuShare: Summary;
  readonly rssBytes: Summary;
}

const results: Result[] = [];
for (const peers of SIZES) {
  const samples = await measureMesh(peers);
  results.push({
    peers,
    cpuShare: summarize(samples.map(({ cpuShare }) => cpuShare)),
    rssBytes: summarize(samples.map(({ rssBytes }) => rssBytes)),
  });
}
writeResult();
printResult();

/** A sample for each peer and window. */
async function measureMesh(peers: number): Promise<readonly Sample[]> {
  await using cluster = await RealCluster.start(peers);
  const pids = cluster.nodes.map(({ peer }) => peer.pid);
  await delay(SETTLE_MS);
  const samples: Sample[] = [];
  for (let window = 0; window < WINDOWS; window++) samples.push(...(await measureWindow(pids)));
  return samples;
}

async function measureWindow(pids: readonly number[]): Promise<readonly Sample[]> {
  const startedMs = performance.now();
  const before = pids.map(readCpuMs);
  await delay(WINDOW_MS);
  const elapsedMs = performance.now() - startedMs;
  return pids.map((pid, index) => ({
    cpuShare: (readCpuMs(pid) - (before[index] ?? 0)) / elapsedMs,
    rssBytes: readRssBytes(pid),
  }));
}

/** Time in user and kernel mode of all threads, fields 14 and 15 of proc_pid_stat(5). */
function readCpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is a name in parentheses and may hold spaces; what follows it begins at 3.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[14 - 3]) + Number(fields[15 - 3])) * TICK_MS;
}

function readRssBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

function summarize(values: readonly number[]): Summary {
  const sorted = values.toSorted((a, b) => a - b);
  return {
    median: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN,
    least: sorted[0] ?? Number.NaN,
    most: sorted.at(-1) ?? Number.NaN,
    samples: sorted.length,
  };
}

function writeResult(): void {
  const result = {
    measuredAt: new Date().toISOString(),
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
    node: process.version,
    kernel: release(),
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    windowMs: WINDOW_MS,
    results,
  };
  mkdirSync(dirname(RESULT_FILE), { recursive: true });
  writeFileSync(RESULT_FILE, `${JSON.stringify(result, undefined, 2)}\n`);
}

function printResult(): void {
  const rows = results.map(({ peers, cpuShare, rssBytes }) => [
    String(peers),
    percent(cpuShare),
    megabytes(rssBytes),
    String(cpuShare.samples),
  ]);
  const table = renderTable(['peers', 'cpu of one core', 'rss', 'samples'], rows);
  process.stdout.write(`${table}\n`);
}

function percent({ median, least, most }: Summary): string {
  return `${(median * 100).toFixed(2)} % (${(least * 100).toFixed(2)} to ${(most * 100).toFixed(2)})`;
}

function megabytes({ median, least, most }: Summary): string {
  return `${(median / 1e6).toFixed(0)} MB (${(least / 1e6).toFixed(0)} to ${(most / 1e6).toFixed(0)})`;
}
