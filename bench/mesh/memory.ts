/**
 * What the whole daemon takes that knows thousands of others, kernel and all: two real peers in
 * namespaces, and a feeder that is the neighbours of the second one and brings it the records of all.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '#test/support/eventually.ts';
import { RealCluster, type RealNode } from '#test/support/real-cluster.ts';
import { measureWindow, type ProcessCost } from '../process-cost.ts';

export const MEMORY_PEERS = 5_000;
const FEEDER = resolve('bench/mesh/feeder.ts');
const KNOWN_WITHIN_MS = 120_000;
/** Between two looks, each of which has the peer write a report of megabytes. */
const LOOK_MS = 5_000;
/** The first ones are under the memory of the reports that were looked at. */
const WINDOWS = 6;

export interface MemoryFigures {
  /** Others that the peer knows. */
  readonly known: number;
  /** When it knew one. */
  readonly rssBytesAlone: number;
  readonly rssBytes: readonly number[];
  /** Of one core. */
  readonly cpuShare: readonly number[];
}

export async function measureMemory(): Promise<MemoryFigures> {
  await using cluster = await RealCluster.start(2);
  const [other, node] = cluster.nodes;
  if (other === undefined || node === undefined) throw new Error('the cluster has two nodes');
  const [alone] = await measureWindow([node.peer.pid]);
  await using feeder = await startFeeder(cluster, [node, other]);
  const known = await eventually(`the peer knows ${MEMORY_PEERS} others`, () => lookAt(node), {
    withinMs: KNOWN_WITHIN_MS,
    instead: () => (feeder.child.exitCode === null ? 'the feeder runs' : 'the feeder has ended'),
  });
  const samples: ProcessCost[] = [];
  for (let window = 0; window < WINDOWS; window++) {
    samples.push(...(await measureWindow([node.peer.pid])));
  }
  return {
    known,
    rssBytesAlone: alone?.rssBytes ?? Number.NaN,
    rssBytes: samples.map(({ rssBytes }) => rssBytes),
    cpuShare: samples.map(({ cpuShare }) => cpuShare),
  };
}

/** How many others it knows, once these are all. */
async function lookAt(node: RealNode): Promise<number | undefined> {
  await delay(LOOK_MS);
  const report = await node.peer.tryReport();
  const known = (report?.peers.length ?? 1) - 1;
  return known > MEMORY_PEERS ? known : undefined;
}

async function startFeeder(
  cluster: RealCluster,
  real: readonly [RealNode, RealNode],
): Promise<AsyncDisposable & { readonly child: ChildProcess }> {
  const reports = await Promise.all(real.map(({ peer }) => peer.report()));
  const ids = reports.map(({ peer }) => peer.id).join(',');
  const said = [cluster.keyFile, String(MEMORY_PEERS), real[0].address, ids];
  const inside = ['netns', 'exec', cluster.lan.name, process.execPath, FEEDER, ...said];
  // What is for the others goes to the namespace that stands for their network.
  await cluster.lan.exec('ip', 'addr', 'add', '198.18.255.254/15', 'dev', 'lan');
  const child = spawn('ip', inside, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    // It ends with its channel.
    child.disconnect();
    await ended;
  };
  return { child, [Symbol.asyncDispose]: stop };
}
