/**
 * One node: a process tree of its own that believes to be a machine. Starts it, ends it, finds it
 * and goes inside; what happens in there first is node-init.sh's.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startInBackground } from './background.ts';
import {
  killProcesses,
  listProcesses,
  makeCgroup,
  readHierarchies,
  removeCgroup,
} from './cgroups.ts';
import { ClusterError } from './command.ts';
import { describeLogEnd } from './logs.ts';
import {
  CONTAINERD_SOCKET,
  kubeletFlags,
  nodeFiles,
  proxyFlags,
  renderContainerdConfig,
  renderKubeletConfig,
  renderResolvConf,
} from './node-config.ts';
import { logDirectory, type NodePlan } from './plan.ts';
import type { ClusterState } from './state.ts';
import { isServing } from './unix-socket.ts';

const INIT = path.join(import.meta.dirname, 'node-init.sh');
/** Mounts, and containerd's own start: half a second, on busy cores some. */
const START_TIMEOUT_MS = 60_000;
const START_POLL_MS = 50;

/** Starts the node up to containerd. The kubelet waits for `letNodeJoin`. */
export async function startNode(state: ClusterState, node: NodePlan): Promise<void> {
  await writeConfiguration(state, node);
  // The kubelet adds the pods' cgroups to it.
  await makeCgroup(node.cgroup);
  await startInBackground({
    command: [
      // Which gives it a /sys of its own, too: that shows the interfaces of the namespace that mounts it.
      'ip',
      'netns',
      'exec',
      node.namespace,
      'unshare',
      '--mount',
      '--pid',
      '--fork',
      '--mount-proc',
      '--uts',
      '--ipc',
      '--kill-child',
      '/bin/sh',
      INIT,
    ],
    cgroup: node.systemCgroup,
    logFile: initLog(node),
    environment: await describeNode(state, node),
  });
  await untilContainerdServes(node);
}

/** Lets the kubelet and kube-proxy of the node start. */
export async function letNodeJoin(node: NodePlan): Promise<void> {
  await writeFile(nodeFiles(node).joinMark, '');
}

/** Ends all that runs on the node, as a power cut would. */
export async function killNode(node: NodePlan): Promise<void> {
  await killProcesses(node.cgroup);
  // The kubelet would look for the life of each old container, seconds for each, before it starts one.
  await removeCgroup(node.cgroup);
  await rm(nodeFiles(node).joinMark, { force: true });
}

/** The command line that runs `command` inside the node, as root, and sees what the node sees. */
export async function enterNode(
  node: NodePlan,
  command: readonly string[],
): Promise<readonly string[]> {
  const pid = await findInit(node);
  if (pid === undefined) throw new ClusterError(`${node.name} is not running`);
  const namespaces = ['--mount', '--net', '--uts', '--ipc', '--pid'];
  return ['nsenter', '--target', String(pid), ...namespaces, '--', ...command];
}

/** The node's first process: the one in its cgroup that is number 1 in a pid namespace of its own. */
async function findInit(node: NodePlan): Promise<number | undefined> {
  for (const pid of await listProcesses(node.systemCgroup)) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    if (/^NSpid:\t\d+\t1$/m.test(status)) return pid;
  }
  return undefined;
}

/** Where the node's /var/lib/containerd lies on the machine; node-init.sh puts it there. */
export function containerdStorage({ directory }: NodePlan): string {
  return `${directory}/own/var/lib/containerd`;
}

async function untilContainerdServes(node: NodePlan): Promise<void> {
  const deadlineMs = performance.now() + START_TIMEOUT_MS;
  while (!(await isContainerdThere(node))) {
    const isGone = (await listProcesses(node.systemCgroup)).length === 0;
    if (isGone || performance.now() > deadlineMs)
      throw new ClusterError(
        `${node.name} did not start${isGone ? '' : ` within ${START_TIMEOUT_MS / 1000} s`}\n${await describeLogEnd(initLog(node))}\n${await describeLogEnd(`${logDirectory(node.name)}/containerd.log`)}`,
      );
    await delay(START_POLL_MS);
  }
}

/** Its socket lies in the node's own /run, which is reached through the node's first process. */
async function isContainerdThere(node: NodePlan): Promise<boolean> {
  const pid = await findInit(node);
  return pid !== undefined && (await isServing(`/proc/${pid}/root${CONTAINERD_SOCKET}`));
}

async function writeConfiguration({ plan, parts }: ClusterState, node: NodePlan): Promise<void> {
  const files = nodeFiles(node);
  await mkdir(files.staticPods, { recursive: true });
  await mkdir(logDirectory(node.name), { recursive: true });
  await writeFile(files.containerdConfig, renderContainerdConfig(parts.pauseImage));
  await writeFile(files.kubeletConfig, renderKubeletConfig(node));
  await writeFile(files.resolvConf, renderResolvConf(plan.world));
}

async function describeNode(
  { plan, parts }: ClusterState,
  node: NodePlan,
): Promise<Readonly<Record<string, string>>> {
  const files = nodeFiles(node);
  const hierarchies = await readHierarchies();
  return {
    NODE: node.name,
    NODE_DIRECTORY: node.directory,
    LOG_DIRECTORY: logDirectory(node.name),
    CGROUPS: hierarchies
      .map(({ type, mountOptions, directory }) => `${type}:${mountOptions}:${directory}`)
      .join(' '),
    BIN: parts.bin,
    CNI_BIN: parts.cniBin,
    CONTAINERD_CONFIG: files.containerdConfig,
    JOIN_MARK: files.joinMark,
    KUBELET_FLAGS: kubeletFlags(node).join(' '),
    PROXY_FLAGS: proxyFlags(node, plan.proxyMode).join(' '),
  };
}

function initLog(node: NodePlan): string {
  return `${logDirectory(node.name)}/init.log`;
}
