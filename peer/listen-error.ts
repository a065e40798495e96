/** Why a server of ours can't listen, for whoever configured it; and what fails once it does. */
import type { Server } from 'node:net';
import type { OptionName } from './config/options.ts';

export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/** Node's message names the address; `option` is where it, or its port, was given. */
export function listenError(option: OptionName, cause: Error): ListenError {
  const isTaken = 'code' in cause && cause.code === 'EADDRINUSE';
  const advice = isTaken ? 'end the process that has it, or choose' : 'choose';
  return new ListenError(`${cause.message}: ${advice} another --${option}`, { cause });
}

/**
 * Of a server that listens. An accept that fails, as there is no memory left, costs who connected his
 * connection: with nobody to hear of it, it would cost us the process.
 */
export function outliveFailedAccepts(server: Server): void {
  server.on('error', () => {});
}
