/** `weft rmpeer` as the operator of a node runs it: sockets are files, so no namespace is entered. */
import { runRmpeer } from '#peer/cli/rmpeer.ts';
import { controlSocketPath } from '#peer/control/control-server.ts';
import type { RealPeer } from './real-peer.ts';

export interface Rmpeer {
  readonly exitCode: number;
  /** All that it printed. */
  readonly printed: string;
}

/** Asks `peer` to remove the one of that name, which is confirmed. `flags`: those besides. */
export async function rmpeer(
  peer: RealPeer,
  name: string,
  ...flags: readonly string[]
): Promise<Rmpeer> {
  let printed = '';
  const print = (text: string): void => void (printed += text);
  const socket = controlSocketPath(peer.cniSocket);
  const args = [name, '--confirm', name, '--control-socket', socket, ...flags];
  const exitCode = await runRmpeer(args, { out: print, error: print, ask: undefined });
  return { exitCode, printed };
}
