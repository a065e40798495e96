/**
 * The unix socket that launchers connect to: one connection, one invocation. A launcher that goes
 * mad costs its own connection and nothing else. Knows no CNI; whom an invocation is handed to is
 * an argument.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { listenForRoot } from '../unix-socket.ts';
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
  const server = createServer((socket) => void serveConnection(socket, options));
  server.maxConnections = CONNECTIONS_MAX;
  server.on('drop', () =>
    log.warn({ CONNECTIONS_MAX }, 'too many launchers at once: one was refused'),
  );
  await listenForRoot(server, { path: socketPath, backlog: CONNECTIONS_MAX });
  return { close: () => close(server) };
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  await closed;
}
