/** Asks whether a daemon is up by the socket that it serves. */
import { createConnection } from 'node:net';

/** Whether somebody accepts connections on the unix socket. */
export async function isServing(socketPath: string): Promise<boolean> {
  const socket = createConnection(socketPath);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  return await promise.finally(() => socket.destroy());
}
