/**
 * What a peer costs that has nothing to do: CPU share and resident memory of real peers in
 * namespaces, a mesh of 3 and one of 12. Needs root. Prints a table and writes
 * bench/results/idle.json.
 *
 *   node bench/idle.ts
 */
import { setTimeout as delay } from 'node:timers/promises';
import { renderTable } from '#peer/cli/table.ts';
import { RealCluster } from '#test/support/real-cluster.ts';
import { measureWindow, type ProcessCost, WINDOW_MS } from './process-cost.ts';
import { megabytes, percent, type Summary, summarize, writeResult } from './result.ts';

const SIZES = [3, 12];
/** After the last peer is ready, so that joining is over and compiled code has been thrown away. */
const SETTLE_MS = 10_000;
const WINDOWS = 3;
const RESULT_FILE = 'bench/results/idle.json';

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
writeResult(RESULT_FILE, { windowMs: WINDOW_MS, results });
printResult();

/** A sample for each peer and window. */
async function measureMesh(peers: number): Promise<readonly ProcessCost[]> {
  await using cluster = await RealCluster.start(peers);
  const pids = cluster.nodes.map(({ peer }) => peer.pid);
  await delay(SETTLE_MS);
  const samples: ProcessCost[] = [];
  for (let window = 0; window < WINDOWS; window++) samples.push(...(await measureWindow(pids)));
  return samples;
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
