/**
 * What is written down of a cluster: its plan, the parts that it was made of, and whether it was made to
 * the end. Whether it still runs is asked of the kernel instead.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import type { Parts } from '../parts/parts.ts';
import { listProcesses } from './cgroups.ts';
import { ClusterError } from './command.ts';
import { CLUSTER_CGROUP, CLUSTER_DIRECTORY, type ClusterPlan } from './plan.ts';

const STATE_FILE = `${CLUSTER_DIRECTORY}/cluster.json`;

export interface ClusterState {
  readonly plan: ClusterPlan;
  readonly parts: Parts;
}

/** Writes it, which says that the cluster is whole. */
export async function writeState(state: ClusterState): Promise<void> {
  await mkdir(CLUSTER_DIRECTORY, { recursive: true, mode: 0o700 });
  await writeFile(`${STATE_FILE}.new`, JSON.stringify(state, undefined, 2));
  await rename(`${STATE_FILE}.new`, STATE_FILE);
}

/** The cluster that runs, if it was made to the end. */
export async function readState(): Promise<ClusterState | undefined> {
  const text = await readFile(STATE_FILE, 'utf8').catch(() => undefined);
  // After a reboot there are files of a cluster, and no cluster.
  if (text === undefined || (await listProcesses(CLUSTER_CGROUP)).length === 0) return undefined;
  return JSON.parse(text) as ClusterState;
}

/** Throws ClusterError if this process is not root's. */
export function requireRoot(): void {
  if (process.getuid?.() === 0) return;
  throw new ClusterError(
    'the test cluster is made of namespaces, mounts and cgroups, which takes root: run it as root, for example with sudo',
  );
}

/** The cluster that runs. Throws ClusterError if there is none. */
export async function requireState(): Promise<ClusterState> {
  requireRoot();
  const state = await readState();
  if (state !== undefined) return state;
  throw new ClusterError('no test cluster is running: make one with npm run kubernetes -- up');
}
