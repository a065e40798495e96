/**
 * The cluster's cgroups, in every hierarchy that the machine has (version 1), or in the only one
 * (version 2). They are how the cluster's processes are known: a process can't leave unnoticed, and a
 * number in a file may belong to somebody else by now. See cgroups(7).
 */
import { appendFile, mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ClusterError } from './command.ts';

/** How long the kernel may take to end what was killed: a container with many mounts takes a second. */
const END_TIMEOUT_MS = 20_000;
const END_POLL_MS = 20;
/** Where a machine mounts its hierarchies; mounts elsewhere are somebody's containers'. */
const CGROUP_MOUNTS = '/sys/fs/cgroup';

export interface CgroupHierarchy {
  readonly directory: string;
  readonly type: 'cgroup' | 'cgroup2';
  /** What mounts the same hierarchy once more: controllers or a name. Empty for version 2. */
  readonly mountOptions: string;
}

/** The hierarchies of the machine, each once. */
export async function readHierarchies(): Promise<readonly CgroupHierarchy[]> {
  return parseHierarchies(await readFile('/proc/self/mountinfo', 'utf8'));
}

/**
 * Reads them off /proc/self/mountinfo (proc_pid_mountinfo(5)). Version 2 counts only where it is alone:
 * beside version 1 it has no controller that Kubernetes uses.
 */
export function parseHierarchies(mountInfo: string): readonly CgroupHierarchy[] {
  const found = new Map<string, CgroupHierarchy>();
  for (const line of mountInfo.split('\n')) {
    const [mount = '', fileSystem = ''] = line.split(' - ');
    const [, , , root, directory = ''] = mount.split(' ');
    const [type, , superOptions = ''] = fileSystem.split(' ');
    if (root !== '/' || !`${directory}/`.startsWith(`${CGROUP_MOUNTS}/`)) continue;
    if (type !== 'cgroup' && type !== 'cgroup2') continue;
    const mountOptions = type === 'cgroup2' ? '' : identifyHierarchy(superOptions);
    if (!found.has(mountOptions)) found.set(mountOptions, { directory, type, mountOptions });
  }
  const hierarchies = [...found.values()];
  const first = hierarchies.filter(({ type }) => type === 'cgroup');
  return first.length > 0 ? first : hierarchies;
}

/** Makes the cgroup, and those above it, in every hierarchy, ready to take processes. */
export async function makeCgroup(cgroup: string): Promise<void> {
  for (const { directory, type } of await readHierarchies()) {
    let parent = directory;
    for (const name of cgroup.split('/')) {
      if (type === 'cgroup2') await passControllersOn(parent);
      const child = path.join(parent, name);
      await mkdir(child, { recursive: true });
      await inheritCpuset(parent, child);
      parent = child;
    }
  }
}

/** The files to which a process's number is written to move it there. */
export async function cgroupProcsFiles(cgroup: string): Promise<readonly string[]> {
  return (await readHierarchies()).map(({ directory }) => `${directory}/${cgroup}/cgroup.procs`);
}

/** Moves this process, and so all that it starts, into the cgroup. Returns what moves it back. */
export async function joinCgroup(cgroup: string): Promise<() => Promise<void>> {
  const before = await readFile('/proc/self/cgroup', 'utf8');
  await makeCgroup(cgroup);
  for (const file of await cgroupProcsFiles(cgroup)) await moveSelf(file);
  const hierarchies = await readHierarchies();
  return async () => {
    for (const { directory, mountOptions } of hierarchies)
      await moveSelf(`${directory}${findOwnCgroup(before, mountOptions)}/cgroup.procs`);
  };
}

/** Numbers of the processes in the cgroup and below it, in any hierarchy. */
export async function listProcesses(cgroup: string): Promise<readonly number[]> {
  const pids = new Set<number>();
  for (const { directory } of await readHierarchies()) {
    for (const below of await listCgroups(`${directory}/${cgroup}`)) {
      const text = await readFile(`${below}/cgroup.procs`, 'utf8').catch(() => '');
      // A number of 0 is a process that our pid namespace does not show.
      for (const pid of text.split('\n').map(Number)) if (pid > 0) pids.add(pid);
    }
  }
  return [...pids].sort((a, b) => a - b);
}

/** Kills whatever runs in the cgroup or below, and waits for its end. Throws ClusterError if it stays. */
export async function killProcesses(cgroup: string): Promise<void> {
  const deadlineMs = performance.now() + END_TIMEOUT_MS;
  for (;;) {
    // Read anew each time: what was there a moment ago may have started more, or be somebody else's.
    const pids = (await listProcesses(cgroup)).filter((pid) => pid !== process.pid);
    if (pids.length === 0) return;
    if (performance.now() > deadlineMs)
      throw new ClusterError(`processes ${pids.join(', ')} in cgroup ${cgroup} don't end`);
    for (const pid of pids) kill(pid);
    await delay(END_POLL_MS);
  }
}

/** Removes the cgroup and all below it from every hierarchy. */
export async function removeCgroup(cgroup: string): Promise<void> {
  for (const { directory } of await readHierarchies())
    for (const below of (await listCgroups(`${directory}/${cgroup}`)).toReversed())
      await removeDirectory(below);
}

/** The directory and all below it, parents first. None if it is not there. */
export async function listCgroups(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => undefined);
  if (entries === undefined) return [];
  const children = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const below = await Promise.all(children.map((name) => listCgroups(`${directory}/${name}`)));
  return [directory, ...below.flat()];
}

async function moveSelf(procsFile: string): Promise<void> {
  await appendFile(procsFile, `${process.pid}`);
}

/** The kernel says EBUSY for some moments after the last process's end. */
async function removeDirectory(directory: string): Promise<void> {
  const deadlineMs = performance.now() + END_TIMEOUT_MS;
  for (;;) {
    try {
      return await rmdir(directory);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return;
      if (code !== 'EBUSY' || performance.now() > deadlineMs)
        throw new ClusterError(`cgroup ${directory} can't be removed: ${String(error)}`, {
          cause: error,
        });
      await delay(END_POLL_MS);
    }
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** What tells one version 1 hierarchy from another: all but the options that any of them may have. */
function identifyHierarchy(superOptions: string): string {
  return superOptions
    .split(',')
    .filter((option) => !/^(?:rw|ro|xattr|clone_children|noprefix|release_agent=.*)$/.test(option))
    .join(',');
}

/** This process's path in a hierarchy, from /proc/self/cgroup (`2:cpu,cpuacct:/path`, `0::/path`). */
function findOwnCgroup(ownCgroups: string, mountOptions: string): string {
  for (const line of ownCgroups.split('\n')) {
    const [, controllers, ...rest] = line.split(':');
    if (controllers === mountOptions) return rest.join(':');
  }
  return '/';
}

/** Version 1: a new cpuset is empty, and takes no process before it has cores and memory. */
async function inheritCpuset(parent: string, child: string): Promise<void> {
  for (const name of ['cpuset.cpus', 'cpuset.mems']) {
    const inherited = await readFile(`${parent}/${name}`, 'utf8').catch(() => '');
    const own = await readFile(`${child}/${name}`, 'utf8').catch(() => inherited);
    if (own.trim() === '' && inherited.trim() !== '')
      await writeFile(`${child}/${name}`, inherited);
  }
}

/** Version 2: children have the controllers that their parent names, and only a cgroup without processes may. */
async function passControllersOn(directory: string): Promise<void> {
  const available = (await readFile(`${directory}/cgroup.controllers`, 'utf8')).trim();
  for (const controller of available.split(' ').filter((name) => name !== ''))
    await writeFile(`${directory}/cgroup.subtree_control`, `+${controller}`);
}
