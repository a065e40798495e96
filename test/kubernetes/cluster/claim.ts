/**
 * One command at a time makes or removes the cluster, as names and files are fixed. It is claimed by an
 * abstract unix socket (unix(7)): the kernel gives it to one process, and takes it back when that ends,
 * however it ends, and no file is left.
 */
import { readFile } from 'node:fs/promises';
import { createConnection, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { ClusterError } from './command.ts';

const SOCKET = '\0weft-kubernetes';
/** Whoever is at work answers at once, unless it was stopped. */
const ANSWER_TIMEOUT_MS = 2000;
/** An interrupted `up` removes what it made first. */
const END_TIMEOUT_MS = 60_000;
const END_POLL_MS = 50;

export interface Claim extends AsyncDisposable {}

/** Claims the cluster for this process. Throws ClusterError while another process has it. */
export async function claimCluster(): Promise<Claim> {
  const claim = await tryClaim();
  if (claim !== undefined) return claim;
  const holder = await findHolder();
  throw new ClusterError(
    `the test cluster is being made or removed by another command${holder === undefined ? '' : ` (pid ${holder})`}: wait for it, or end it with npm run kubernetes -- down`,
  );
}

/** Claims the cluster, asking who has it to end first. Throws ClusterError if it does not. */
export async function claimClusterFromHolder(): Promise<Claim> {
  const deadlineMs = performance.now() + END_TIMEOUT_MS;
  let asked: number | undefined;
  for (;;) {
    const claim = await tryClaim();
    if (claim !== undefined) return claim;
    const holder = await findHolder();
    if (holder !== undefined && holder !== asked) process.kill(holder, 'SIGTERM');
    asked = holder ?? asked;
    if (performance.now() > deadlineMs)
      throw new ClusterError(`the command that makes the cluster (pid ${asked}) does not end`);
    await delay(END_POLL_MS);
  }
}

async function tryClaim(): Promise<Claim | undefined> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.end(`${process.pid}`);
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('listening', resolve).once('error', reject).listen(SOCKET);
  try {
    await promise;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined;
    throw error;
  }
  // The claim alone is no reason for the process to live.
  server.unref();
  return { [Symbol.asyncDispose]: async () => await closeServer(server) };
}

async function closeServer(server: ReturnType<typeof createServer>): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
}

/** The process that has the claim, if it answers and is this program: anybody may take a socket. */
async function findHolder(): Promise<number | undefined> {
  const socket = createConnection(SOCKET).setTimeout(ANSWER_TIMEOUT_MS, () => socket.destroy());
  const pid = Number(await text(socket).catch(() => ''));
  if (!Number.isSafeInteger(pid) || pid <= 1) return undefined;
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return command.includes('test/kubernetes') ? pid : undefined;
}
