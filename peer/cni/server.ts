/**
 * The unix socket that launchers connect to: one connection, one invocation. A launcher that goes
 * mad costs its own connection and nothing else. Knows no CNI; whom an invocation is handed to is
 * an argument.
 */
import { once } from 'node:events';
import { lstatSync } from 'node:fs';
import { chmod, mkdir, rm } from 'node:fs/promises';
import { createServer, type Server, Socket } from 'node:net';
import { dirname } from 'node:path';
import { type ConnectionOptions, serveConnection } from './connection.ts';

/** A burst of 300 ADDs fits; each waiting launcher is a few kilobytes here. */
export const CONNECTIONS_MAX = 512;

interface CniServerOptions extends ConnectionOptions {
  readonly socketPath: string;
}

export interface CniServer {
  /** Refuses new launchers, waits until those here have their answers, removes the socket. */
  close(): Promise<void>;
}

/**
 * Listens at `socketPath`, which only root can reach. A socket that a dead peer left there is
 * replaced; a live one is an error that says so.
 */
export async function startCniServer(options: CniServerOptions): Promise<CniServer> {
  const { socketPath, log } = options;
  await prepareDirectory(socketPath);
  const server = createServer((socket) => void serveConnection(socket, options));
  server.maxConnections = CONNECTIONS_MAX;
  server.on('drop', () =>
    log.warn({ CONNECTIONS_MAX }, 'too many launchers at once: one was refused'),
  );
  await listen(server, socketPath);
  return { close: () => close(server) };
}

async function prepareDirectory(socketPath: string): Promise<void> {
  await mkdir(dirname(socketPath), { recursive: true, mode: 0o700 });
  if (await isServed(socketPath))
    throw new Error(`${socketPath} is served by another process: is a peer running already?`);
  await removeStale(socketPath);
}

/** Only ever a socket: a file of another kind at this path is somebody's mistake, and stays. */
async function removeStale(socketPath: string): Promise<void> {
  const found = lstatSync(socketPath, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket())
    throw new Error(`${socketPath} is no socket: move it away, or choose another path`);
  await rm(socketPath);
}

/** The umask, not a later chmod alone, so that there is no moment at which others could connect. */
async function listen(server: Server, socketPath: string): Promise<void> {
  const umask = process.umask(0o177);
  try {
    server.listen({ path: socketPath, backlog: CONNECTIONS_MAX });
  } finally {
    process.umask(umask);
  }
  await once(server, 'listening');
  await chmod(socketPath, 0o600);
}

async function isServed(socketPath: string): Promise<boolean> {
  const probe = new Socket();
  try {
    probe.connect({ path: socketPath });
    await once(probe, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    probe.destroy();
  }
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  await closed;
}
