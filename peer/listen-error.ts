/** Why a server of ours can't listen, for whoever configured it. */
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
