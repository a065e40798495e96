/**
 * What the whole daemon takes that knows thousands of others, kernel and all: two real peers in
 * namespaces, and a feeder at their network that brings the second one the records of the others.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '#test/support/eventually.ts';
import { RealCluster } from '#test/support/real-cluster.ts';
import { measureWindow, type ProcessCost } from '../process-cost.ts';

export const MEMORY_PEERS = 5_000;
const FEEDER = resolve('bench/mesh/feeder.ts');
/** Of the range of the cluster's network (real-cluster.ts), far from its nodes. */
const FEEDER_ADDRESS = '198.18.255.254';
const KNOWN_WITHIN_MS = 60_000;
const WINDOWS = 3;

export interface MemoryFigures {
  /** Others that the peer knows. */
  readonly known: number;
  /** Before it knew them. */
  readonly rssBytesAlone: number;
  /** Afterwards, over a while. */
  readonly rssBytes: readonly number[];
  readonly cpuShare: readonly number[];
}

export async function measureMemory(): Promise<MemoryFigures> {
  await using cluster = await RealCluster.start(2);
  await cluster.lan.exec('ip', 'addr', 'add', `${FEEDER_ADDRESS}/15`, 'dev', 'lan');
  const node = cluster.nodes[1];
  if (node === undefined) throw new Error('the cluster has two nodes');
  const [alone] = await measureWindow([node.peer.pid]);
  await using feeder = startFeeder(cluster, node.address);
  await eventually(
    `the peer knows ${MEMORY_PEERS} others`,
    async () => {
      // Rarely: each look has the peer write a report of megabytes.
      await delay(5_000);
      const known = (await node.peer.tryReport())?.peers.length ?? 0;
      return known > MEMORY_PEERS ? known : undefined;
    },
    { withinMs: KNOWN_WITHIN_MS, instead: () => `${feeder.child.exitCode ?? 'it feeds'}` },
  );
  const samples: ProcessCost[] = [];
  for (let window = 0; window < WINDOWS; window++) {
    samples.push(...(await measureWindow([node.peer.pid])));
  }
  return {
    known: MEMORY_PEERS,
    rssBytesAlone: alone?.rssBytes ?? Number.NaN,
    rssBytes: samples.map(({ rssBytes }) => rssBytes),
    cpuShare: samples.map(({ cpuShare }) => cpuShare),
  };
}

function startFeeder(
  cluster: RealCluster,
  target: string,
): AsyncDisposable & { readonly child: ChildProcess } {
  const said = [FEEDER_ADDRESS, target, cluster.keyFile, String(MEMORY_PEERS)];
  const inside = ['netns', 'exec', cluster.lan.name, process.execPath, FEEDER, ...said];
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
