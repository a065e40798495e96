/**
 * A node's peer: the script that starts it, waiting until it is ready, and what it says of itself.
 * The process outlives the lab's own, so that a crash of the lab does not look like one of the peer.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { getFromPeer, PeerUnavailableError } from '../cli/peer-client.ts';
import type { Report } from '../http/report.ts';
import { insideNamespace, LabError } from './command.ts';
import { KEY_FILE, type LabPlan, NAMESPACE_PREFIX, type NodePlan, STATUS_ADDRESS } from './plan.ts';

const PEER_MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
/** Compiled code is kept between runs: it halves the start of a peer. */
const COMPILE_CACHE = fileURLToPath(new URL('../../build/compile-cache', import.meta.url));

/**
 * Peers that start at a time. A start is a second of a core, so more of them only wait for each
 * other; the seeds must be among the first, for a majority of them answers all who join.
 */
export const STARTING_MAX = 8;

/** Fifteen seconds suffice for three nodes on two busy cores; each further peer shares those cores. */
const READY_TIMEOUT_MS = 15_000;
const READY_TIMEOUT_PER_NODE_MS = 2500;
/**
 * How often a peer that is not ready yet is asked again, and what is added for each node: a report
 * tells of all of them, and reading it must not cost more than the start that is waited for.
 */
const READY_POLL_MS = 50;
const READY_POLL_PER_NODE_MS = 3;
/** Enough of a log to see why a peer stopped, and few enough lines to read. */
const LOG_LINES_SHOWN = 15;

/** Starts the node's peer and resolves to its report once it is ready. Throws LabError with its log otherwise. */
export async function startPeer(
  node: NodePlan,
  plan: LabPlan,
  signal: AbortSignal,
): Promise<Report> {
  await mkdir(node.cniQueue, { recursive: true, mode: 0o700 });
  await writeFile(node.startFile, startScript(node, plan), { mode: 0o700 });
  const child = spawn(node.startFile, { detached: true, stdio: 'ignore' });
  await once(child, 'spawn');
  child.unref();
  return await waitUntilReady(node, child, {
    signal,
    timeoutMs: readyTimeoutMs(plan),
    pollMs: READY_POLL_MS + READY_POLL_PER_NODE_MS * plan.nodes.length,
  });
}

/** What the peer says of itself now. */
export async function readReport(node: NodePlan): Promise<Report> {
  return JSON.parse(await getFromPeer(node.httpSocket, '/report')) as Report;
}

function readyTimeoutMs({ nodes }: LabPlan): number {
  return READY_TIMEOUT_MS + READY_TIMEOUT_PER_NODE_MS * Math.min(nodes.length, STARTING_MAX);
}

/** The peer's flags: all that the lab tells it. */
export function peerFlags(node: NodePlan, plan: LabPlan): readonly string[] {
  const flags = {
    '--name': node.name,
    '--address': node.underlay,
    '--universe': plan.universe,
    '--seeds': plan.seeds.join(','),
    '--state-dir': node.stateDirectory,
    '--cni-socket': node.cniSocket,
    '--cni-queue': node.cniQueue,
    '--key-file': KEY_FILE,
    '--http-address': `${STATUS_ADDRESS},${node.httpSocket}`,
    '--cluster': NAMESPACE_PREFIX,
    '--log-level': 'info',
  };
  // A single seed begins at the operator's word alone.
  const isLone = plan.seeds.length === 1;
  return [...Object.entries(flags).flat(), ...(isLone ? ['--new-seed'] : [])];
}

/** Root without any privilege but CAP_NET_ADMIN: what a peer's container has, and nothing may grow to need more. */
const DROP_CAPABILITIES = [
  'setpriv',
  '--bounding-set=-all,+net_admin',
  '--inh-caps=-all,+net_admin',
  '--ambient-caps=-all',
  '--no-new-privs',
];

function startScript(node: NodePlan, plan: LabPlan): string {
  const peer = [process.execPath, PEER_MAIN, 'peer', ...peerFlags(node, plan)];
  const command = insideNamespace(node.namespace, [...DROP_CAPABILITIES, ...peer]);
  return `#!/bin/sh
# Starts the peer of ${node.name}; the lab made this file and ran it. After a kill run it again, with & behind it.
echo $$ > ${quote(node.pidFile)}
export NODE_COMPILE_CACHE=${quote(COMPILE_CACHE)}
exec ${command.map(quote).join(' ')} >> ${quote(node.logFile)} 2>&1
`;
}

/** The text as one word of a POSIX shell. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

interface Wait {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly pollMs: number;
}

async function waitUntilReady(
  node: NodePlan,
  child: ChildProcess,
  { signal, timeoutMs, pollMs }: Wait,
): Promise<Report> {
  const deadline = performance.now() + timeoutMs;
  let state = 'not answering';
  while (performance.now() < deadline) {
    signal.throwIfAborted();
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new LabError(
        await describeLog(node, `ended (${child.signalCode ?? `exit code ${child.exitCode}`})`),
      );
    }
    const report = await tryReport(node);
    if (report?.peer.state === 'ready') return report;
    state = report === undefined ? state : [report.peer.state, ...report.problems].join(': ');
    await delay(pollMs, undefined, { signal });
  }
  throw new LabError(
    await describeLog(node, `is not ready after ${timeoutMs / 1000} s but ${state}`),
  );
}

async function tryReport(node: NodePlan): Promise<Report | undefined> {
  if (!existsSync(node.httpSocket)) return undefined;
  try {
    return await readReport(node);
  } catch (error) {
    if (error instanceof PeerUnavailableError) return undefined;
    throw error;
  }
}

async function describeLog(node: NodePlan, what: string): Promise<string> {
  const log = await readFile(node.logFile, 'utf8').catch(() => '');
  const lines = log.trimEnd().split('\n').slice(-LOG_LINES_SHOWN);
  return `the peer of ${node.name} ${what}. The end of ${node.logFile}:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}
