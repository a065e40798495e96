/**
 * Weft on a real cluster of three nodes on this machine: from `kubectl apply` to every peer ready, each
 * time on a cluster that never had it, and what a peer costs there that has nothing to do. Needs root.
 * Prints a table and writes bench/results/kubernetes.json.
 *
 *   sh test/kubernetes/parts/prepare.sh && node bench/kubernetes.ts
 */
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { renderTable } from '#peer/cli/table.ts';
import { bringUp, takeDown } from '#test/kubernetes/cluster/bring-up.ts';
import { listProcesses } from '#test/kubernetes/cluster/cgroups.ts';
import { type Cluster, openCluster } from '#test/kubernetes/cluster/cluster.ts';
import { WEFT_IMAGE } from '#test/kubernetes/parts/images.ts';
import { measureWindow, type ProcessCost, WINDOW_MS } from './process-cost.ts';
import { megabytes, percent, seconds, summarize, writeResult } from './result.ts';

const NODES = 3;
const RUNS = 5;
const WINDOWS = 3;
/** After the last peer is ready, so that compiled code has been thrown away. */
const SETTLE_MS = 10_000;
const RESULT_FILE = 'bench/results/kubernetes.json';

const readyMs: number[] = [];
let costs: readonly ProcessCost[] = [];
let imageBytes = 0;
for (let run = 1; run <= RUNS; run++) {
  await using cluster = await freshCluster();
  readyMs.push(await measureReadiness(cluster));
  process.stderr.write(`run ${run}: ready after ${((readyMs.at(-1) ?? 0) / 1000).toFixed(1)} s\n`);
  if (run < RUNS) continue;
  costs = await measureCosts(cluster);
  imageBytes = cluster.parts.images.find(({ name }) => name === WEFT_IMAGE)?.sizeBytes ?? 0;
}
report();

async function freshCluster(): Promise<Cluster & AsyncDisposable> {
  await takeDown();
  const { signal } = new AbortController();
  await bringUp({ nodes: NODES, proxyMode: 'iptables' }, { onProgress: () => {}, stop: signal });
  const cluster = await openCluster();
  return { ...cluster, [Symbol.asyncDispose]: async () => void (await takeDown()) };
}

/** From the command's start to the answer that says that every peer is ready, in ms. */
async function measureReadiness(cluster: Cluster): Promise<number> {
  const startedMs = performance.now();
  await cluster.kubectl(['apply', '-f', 'manifests/weft.yaml']);
  await cluster.kubectl(['-n', 'weft', 'rollout', 'status', 'daemonset/weft', '--timeout=120s']);
  return performance.now() - startedMs;
}

/** A figure for each peer and window. */
async function measureCosts({ nodes }: Cluster): Promise<readonly ProcessCost[]> {
  const pids = (await Promise.all(nodes.map(({ cgroup }) => listProcesses(cgroup)))).flat();
  const peers = pids.filter(isPeer);
  if (peers.length !== NODES) throw new Error(`${peers.length} peers run, not ${NODES}`);
  await delay(SETTLE_MS);
  const measured: ProcessCost[] = [];
  for (let window = 0; window < WINDOWS; window++) measured.push(...(await measureWindow(peers)));
  return measured;
}

function isPeer(pid: number): boolean {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('peer\0--kubernetes');
}

function report(): void {
  const figures = {
    nodes: NODES,
    windowMs: WINDOW_MS,
    imageBytes,
    readyMs: summarize(readyMs),
    cpuShare: summarize(costs.map(({ cpuShare }) => cpuShare)),
    rssBytes: summarize(costs.map(({ rssBytes }) => rssBytes)),
  };
  writeResult(RESULT_FILE, figures);
  const rows = [
    ['kubectl apply to all peers ready', seconds(figures.readyMs)],
    ['image, unpacked', `${(imageBytes / 1e6).toFixed(0)} MB`],
    ['idle peer, of one core', percent(figures.cpuShare)],
    ['idle peer, resident', megabytes(figures.rssBytes)],
  ];
  process.stdout.write(`${renderTable(['what', 'median (least to most)'], rows)}\n`);
}
