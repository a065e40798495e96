/** Who is attacked in tests, and what has to be as before after an attack. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { type End, Stranger, count, link, openEnd } from './ends.ts';

const ANSWERS = { onQuestion: async () => ({ error: '', arbiter: new Uint8Array() }) };

/** Who is attacked, and one that it has a link with all the time. */
export async function openPair(t: TestContext): Promise<{ victim: End; friend: End }> {
  const [victim, friend] = [await openEnd(t, 1), await openEnd(t, 2, ANSWERS)];
  await link(victim, friend);
  return { victim, friend };
}

/** Such a pair, and a stranger that has connected to the victim. */
export async function openToStranger(t: TestContext) {
  const pair = await openPair(t);
  return { pair, stranger: await Stranger.connect(t, pair.victim) };
}

/** The link of the two is the same as ever, the victim has no other, and it counted just this. */
export async function assertUnharmed(
  { victim, friend }: { victim: End; friend: End },
  counts: Readonly<Record<string, number>>,
): Promise<void> {
  const question = { type: 'space', family: 4, wantLog2: 8, minLog2: 4 } as const;
  await victim.transport.ask({ peer: friend.id, endpoint: friend.endpoint }, question);
  assert.equal(count(friend, 'link-up'), 1);
  assert.equal(count(victim, 'link-up') - count(victim, 'link-down'), 1);
  assert.deepEqual(victim.counters.all(), counts);
}
