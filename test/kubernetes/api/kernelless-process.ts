/** A process that runs kernelless peers, as kernelless-group.ts asks it to. It ends with its channel. */
import { type KernellessPeer, startKernellessPeer } from './kernelless-peer.ts';
import type { Answered, Asked, PeerAnswers, PeerRequest } from './kernelless-messages.ts';

const peers = new Map<number, Promise<KernellessPeer>>();

process.on('message', (asked: Asked) => void answer(asked));
process.once('disconnect', () => process.exit());

async function answer({ id, machine, request }: Asked): Promise<void> {
  let answered: Answered;
  try {
    answered = { id, value: await carryOut(machine, request) };
  } catch (error) {
    answered = { id, problem: String(error) };
  }
  if (process.connected) process.send?.(answered);
}

async function carryOut(
  machine: number,
  request: PeerRequest,
): Promise<PeerAnswers[keyof PeerAnswers]> {
  if (request.type === 'start') {
    const starting = startKernellessPeer(request.options);
    peers.set(machine, starting);
    return (await starting).id;
  }
  const peer = await peers.get(machine);
  if (peer === undefined) throw new Error(`no peer was started on machine ${machine}`);
  switch (request.type) {
    case 'is-ready':
      return peer.isReady();
    case 'attach':
      return await peer.attach(request.containerId);
    case 'report':
      return peer.report();
    case 'stop':
      peers.delete(machine);
      return await peer.stop();
  }
}
