/**
 * Removes all that any run of the cluster made, however it ended, and nothing else. What there is to
 * remove is found by its cgroup, its name and its directory; nobody has to remember it.
 */
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import {
  killProcesses,
  listCgroups,
  listProcesses,
  readHierarchies,
  removeCgroup,
} from './cgroups.ts';
import { ClusterError, runIpBatch } from './command.ts';
import { CLUSTER_CGROUP, CLUSTER_DIRECTORY, isClusterNamespace } from './plan.ts';

/** Where `ip netns` keeps its names. */
const NAMESPACE_DIRECTORY = '/run/netns';

export interface Remains {
  readonly processes: readonly number[];
  readonly namespaces: readonly string[];
  readonly cgroups: readonly string[];
  readonly directory: boolean;
}

/** What is there of any cluster. */
export async function findRemains(): Promise<Remains> {
  const hierarchies = await readHierarchies();
  const cgroups = await Promise.all(
    hierarchies.map(({ directory }) => listCgroups(`${directory}/${CLUSTER_CGROUP}`)),
  );
  return {
    processes: await listProcesses(CLUSTER_CGROUP),
    namespaces: (await readdir(NAMESPACE_DIRECTORY).catch(() => []))
      .filter(isClusterNamespace)
      .sort(),
    cgroups: cgroups.flat(),
    directory: (await stat(CLUSTER_DIRECTORY).catch(() => undefined)) !== undefined,
  };
}

export function isAnythingLeft({ processes, namespaces, cgroups, directory }: Remains): boolean {
  return processes.length > 0 || namespaces.length > 0 || cgroups.length > 0 || directory;
}

/** Ends and removes it all. Throws ClusterError, naming what stays. */
export async function tearDown(): Promise<void> {
  await killProcesses(CLUSTER_CGROUP);
  const { namespaces } = await findRemains();
  if (namespaces.length > 0)
    await runIpBatch(namespaces.map((namespace) => `netns delete ${namespace}`));
  await removeCgroup(CLUSTER_CGROUP);
  await removeDirectory();
}

/** The nodes' mounts went with their namespaces. If the machine sees one of them, its content is not ours. */
async function removeDirectory(): Promise<void> {
  const mounts = (await readFile('/proc/self/mountinfo', 'utf8'))
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((mount) => `${mount}/`.startsWith(`${CLUSTER_DIRECTORY}/`));
  if (mounts.length > 0)
    throw new ClusterError(
      `${mounts.join(', ')} is mounted, which no cluster did: unmount it, then run npm run kubernetes -- down again`,
    );
  await rm(CLUSTER_DIRECTORY, { recursive: true, force: true });
}
