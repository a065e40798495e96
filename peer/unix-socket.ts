/** A unix socket that only root can reach: made, and told from one that somebody else serves. */
import { once } from 'node:events';
import { lstatSync } from 'node:fs';
import { chmod, mkdir, rm } from 'node:fs/promises';
import { type Server, Socket } from 'node:net';
import { dirname } from 'node:path';
import { outliveFailedAccepts } from './listen-error.ts';

export interface RootSocket {
  readonly path: string;
  /** Connections that may wait to be accepted; without it as many as Node has by itself. */
  readonly backlog?: number;
}

/**
 * Listens at `path`. A socket that a dead process left there is replaced. Rejects, with what to do,
 * when a live one serves it or it is no socket.
 */
export async function listenForRoot(server: Server, socket: RootSocket): Promise<void> {
  const { path } = socket;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  if (await isServed(path)) {
    throw new Error(`${path} is served by another process: is a peer running already?`);
  }
  await removeStale(path);
  // The umask, not a later chmod alone, so that there is no moment at which others could connect.
  const umask = process.umask(0o177);
  try {
    server.listen(socket);
  } finally {
    process.umask(umask);
  }
  await once(server, 'listening');
  outliveFailedAccepts(server);
  await chmod(path, 0o600);
}

/** Only ever a socket: a file of another kind at this path is somebody's mistake, and stays. */
async function removeStale(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) {
    throw new Error(`${path} is no socket: move it away, or choose another path`);
  }
  await rm(path);
}

async function isServed(path: string): Promise<boolean> {
  const probe = new Socket();
  try {
    probe.connect({ path });
    await once(probe, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    probe.destroy();
  }
}
