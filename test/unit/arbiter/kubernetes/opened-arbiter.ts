/** An arbiter on Leases in memory, as a peer opens it, and how a peer asks it. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { ArbiterUnavailable } from '#peer/arbiter/arbiter.ts';
import type { HistoryMemory } from '#peer/arbiter/kubernetes/history.ts';
import { LeaseArbiter } from '#peer/arbiter/kubernetes/lease-arbiter.ts';
import type { MemoryLeaseStore } from './memory-lease-store.ts';
import { Remembering } from './remembering.ts';

export const NODE = { name: 'a', uid: 'uid-of-a' };

/** Time is nothing here: who has to wait lets others go first. */
const timing = { sleep: () => Promise.resolve(), random: () => 0.5 };

export function openArbiter(
  store: MemoryLeaseStore,
  memory: HistoryMemory = new Remembering(),
  now: () => number = () => 0,
): LeaseArbiter {
  return new LeaseArbiter({ store, node: NODE, memory, timing, token: drawToken, now });
}

function drawToken(): bigint {
  return randomBytes(8).readBigUInt64BE();
}

/** As a peer does: asks again where there was no answer. */
export async function again<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 0; attempt < 100; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof ArbiterUnavailable)) throw error;
      assert.doesNotMatch(error.message, /history/);
    }
  }
  throw new Error('no answer after 100 attempts');
}
