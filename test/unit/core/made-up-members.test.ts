/** Identities that say to have registered after every list, and that the arbiter has never heard of. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { View } from '#peer/ipam/custody-state.ts';
import { size } from '#peer/ipam/cidr.ts';
import { Member, UNIVERSE, viewOf } from './member.ts';

const NEED = { family: 4, wantLog2: 10, minLog2: 4 } as const;

function askForSpace(giver: Member, taker: Member): void {
  giver.hear(taker.record);
  giver.tell({ type: 'space-asked', from: taker.id, need: NEED, reply: taker.n });
  taker.hear(giver.record);
  giver.hear(taker.record);
}

/** It knows the cluster key, and lies about the arbiter's list. */
function makeUp(n: number, founder: Member): Member {
  const liar = new Member(n);
  liar.hear(founder.record);
  liar.join({ ...viewOf(1n, [founder, liar]), rev: 2n ** 50n }, founder.id);
  askForSpace(founder, liar);
  return liar;
}

/** Time goes on; the arbiter answers whoever asks for the executor, with a newer list each time. */
function runAsExecutor(member: Member, list: View): void {
  let { rev } = list;
  member.tell({ type: 'view', view: list });
  for (let round = 0; round < 60; round++) {
    member.now += 5_000;
    member.tell({ type: 'time' });
    for (const effect of member.effects.splice(0)) {
      if (effect.type !== 'ask-executor') continue;
      rev++;
      const view = { ...list, rev };
      member.tell({ type: 'executor-told', question: effect.question, executor: member.id, view });
    }
  }
}

it('reclaim ends when members that were made up have space, and what these have comes back', () => {
  const [founder, other] = [new Member(1), new Member(2)];
  founder.join(viewOf(1n, [founder]), founder.id);
  other.hear(founder.record);
  other.join(viewOf(2n, [founder, other]), founder.id);
  founder.tell({ type: 'view', view: viewOf(2n, [founder, other]) });
  askForSpace(founder, other);
  const madeUp = [10, 11, 12].map((n) => makeUp(n, founder));
  for (const { store } of madeUp) assert.ok(store.durable.custody.hold.length > 0);

  runAsExecutor(founder, viewOf(3n, [founder]));
  assert.equal(founder.core.reclaimState().type, 'nothing-to-reclaim');
  const { hold, pending } = founder.store.durable.custody;
  const ours = [...hold, ...pending.map(({ block }) => block)];
  const addresses = ours.reduce((sum, { cidr }) => sum + size(cidr), 0n);
  assert.equal(addresses, size(UNIVERSE));
});
