/**
 * Removes what any run of the lab left, however it ended, and nothing else: processes that the lab
 * started, namespaces with its prefix, and its directory. What a reader runs in them is left alone.
 */
import { readdir, readFile, readlink, rm, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { LabError, runIpBatch } from './command.ts';
import { LAB_DIRECTORY, NAMESPACE_PREFIX, RESULT_FILE } from './plan.ts';

/** Where `ip netns` keeps its names. */
const NAMESPACE_DIRECTORY = '/run/netns';
/** How long a peer may take to end after SIGTERM before it is killed. */
const END_TIMEOUT_MS = 3000;
const END_POLL_MS = 20;

export interface Remains {
  readonly namespaces: readonly string[];
  /** Processes of the lab itself that still run inside them. */
  readonly processes: readonly number[];
  /** Names and pids of others' processes inside them. */
  readonly strangers: readonly string[];
  readonly directory: boolean;
}

/** What is there of earlier runs. */
export async function findRemains(): Promise<Remains> {
  const namespaces = (await readdir(NAMESPACE_DIRECTORY).catch(() => []))
    .filter(isLabNamespace)
    .sort();
  const inside = await findProcesses(namespaces);
  return {
    namespaces,
    processes: inside
      .filter((process) => isLabProcess(process.command))
      .map((process) => process.pid),
    strangers: inside
      .filter((process) => !isLabProcess(process.command))
      .map((process) => `${process.command[0] ?? '?'} (pid ${process.pid})`),
    directory: (await stat(LAB_DIRECTORY).catch(() => undefined)) !== undefined,
  };
}

/** True when there is something to remove. A lone result is what a run with --once leaves on purpose. */
export function isAnythingLeft({ namespaces, directory }: Remains): boolean {
  return namespaces.length > 0 || directory;
}

export interface TeardownOptions {
  /** Files to leave: the result and the logs of a run that is over, for whoever asks why it failed. */
  readonly keep: 'nothing' | 'result' | 'result-and-logs';
}

/** Ends the lab's processes, then removes its namespaces and files. Returns what it had to leave alone. */
export async function tearDown({ keep }: TeardownOptions): Promise<readonly string[]> {
  const remains = await findRemains();
  await endProcesses(remains.namespaces, remains.processes);
  if (remains.namespaces.length > 0) {
    await runIpBatch(remains.namespaces.map((namespace) => `netns delete ${namespace}`));
  }
  await removeFiles(keep);
  return remains.strangers;
}

function isLabNamespace(name: string): boolean {
  return /^weft-lab-(lan|node\d+(-pod\d+)?)$/.test(name) && name.startsWith(NAMESPACE_PREFIX);
}

/** A peer is known by its state directory, an iperf3 server by its pid file: both lie in the lab's directory. */
function isLabProcess(command: readonly string[]): boolean {
  return command.some((word, index) => {
    const value = command[index + 1] ?? '';
    return (
      (word === '--state-dir' || word === '--pidfile') && value.startsWith(`${LAB_DIRECTORY}/`)
    );
  });
}

interface RunningProcess {
  readonly pid: number;
  readonly command: readonly string[];
}

/** Processes whose network namespace is one of the named. */
async function findProcesses(namespaces: readonly string[]): Promise<readonly RunningProcess[]> {
  const inodes = new Set<string>();
  for (const name of namespaces)
    inodes.add(`net:[${(await stat(`${NAMESPACE_DIRECTORY}/${name}`)).ino}]`);
  if (inodes.size === 0) return [];
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const found: RunningProcess[] = [];
  for (const pid of pids) {
    // A process may end between any two of these reads: then it is no remains.
    const namespace = await readlink(`/proc/${pid}/ns/net`).catch(() => '');
    if (!inodes.has(namespace)) continue;
    const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
    found.push({ pid: Number(pid), command });
  }
  return found;
}

async function endProcesses(namespaces: readonly string[], pids: readonly number[]): Promise<void> {
  signalAll(pids, 'SIGTERM');
  const deadline = performance.now() + END_TIMEOUT_MS;
  let running = pids;
  while (running.length > 0 && performance.now() < deadline) {
    await delay(END_POLL_MS);
    running = await stillRunning(namespaces, pids);
  }
  signalAll(running, 'SIGKILL');
}

/** Looked up anew each time, so that a pid which now belongs to somebody else is never signalled. */
async function stillRunning(
  namespaces: readonly string[],
  pids: readonly number[],
): Promise<readonly number[]> {
  const processes = await findProcesses(namespaces);
  return processes
    .filter(({ pid, command }) => pids.includes(pid) && isLabProcess(command))
    .map(({ pid }) => pid);
}

function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') {
        throw new LabError(`process ${pid} of the lab can't be ended: ${String(error)}`, {
          cause: error,
        });
      }
    }
  }
}

async function removeFiles(keep: TeardownOptions['keep']): Promise<void> {
  if (keep === 'nothing') return await rm(LAB_DIRECTORY, { recursive: true, force: true });
  const kept = (path: string) =>
    path === RESULT_FILE || (keep === 'result-and-logs' && path.endsWith('/peer.log'));
  const entries = await readdir(LAB_DIRECTORY, { recursive: true, withFileTypes: true }).catch(
    () => [],
  );
  const paths = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => `${entry.parentPath}/${entry.name}`);
  for (const path of paths.filter((path) => !kept(path))) await rm(path, { force: true });
  await removeEmptyDirectories(LAB_DIRECTORY);
}

/** Removes the directories below and including `path` that hold no file. Returns whether `path` is gone. */
async function removeEmptyDirectories(path: string): Promise<boolean> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  let isEmpty = true;
  for (const entry of entries) {
    const isGone = entry.isDirectory() && (await removeEmptyDirectories(`${path}/${entry.name}`));
    isEmpty &&= isGone;
  }
  if (isEmpty) await rm(path, { recursive: true, force: true });
  return isEmpty;
}
