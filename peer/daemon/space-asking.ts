/** Asks donors for a block, one after the other, and answers those who ask us. */
import type { Logger } from 'pino';
import type { Core } from '../core/core.ts';
import { ASKING_MS } from '../core/space-questions.ts';
import type { Driver } from './driver.ts';
import type { Need } from '../ipam/outcomes.ts';
import type { PeerId } from '../mesh/peer-id.ts';
import type { Answer } from '../transport/questions.ts';
import type { Transport } from '../transport/transport.ts';
import type { SpaceQuestion } from '../wire/link-frame.ts';

export interface Asking {
  readonly core: { readonly mesh: Pick<Core['mesh'], 'directory'> };
  readonly transport: Pick<Transport, 'ask'>;
  readonly log: Pick<Logger, 'debug'>;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

/**
 * Resolves to whether one of them granted. Never rejects. Nobody is asked later than ASKING_MS after
 * the call: the core then gives up only after this has ended, and at most one donor grants.
 */
export async function askDonors(
  { core, transport, log, now }: Asking,
  donors: readonly PeerId[],
  need: Need,
): Promise<boolean> {
  const deadline = now() + ASKING_MS;
  log.debug({ ...need, donors: donors.length }, 'asking for a block');
  for (const peer of donors) {
    if (now() >= deadline) break;
    const [endpoint] = core.mesh.directory.peer(peer)?.content.profile.endpoints ?? [];
    if (endpoint === undefined) continue;
    try {
      await transport.ask({ peer, endpoint }, { type: 'space', ...need });
      return true;
    } catch (error) {
      log.debug({ peer, detail: String(error) }, 'a donor gave nothing');
    }
  }
  return false;
}

/** Rejects with the reason when we give nothing; the grant itself goes out with our record. */
export async function answerSpace(
  driver: Pick<Driver, 'ask'>,
  from: PeerId,
  { family, wantLog2, minLog2 }: SpaceQuestion,
): Promise<Answer> {
  const need: Need = { family, wantLog2, minLog2 };
  const reply = await driver.ask((to) => ({ type: 'space-asked', from, need, reply: to }));
  if (reply.type === 'refused') throw new Error(reply.reason);
  return { error: '', arbiter: new Uint8Array() };
}
