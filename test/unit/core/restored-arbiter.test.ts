/**
 * Peers on an API server whose etcd is restored from a backup while some are down, with a raised
 * revision: what was known of the lost history must outlive their start, and their talk.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { LeaseArbiter } from '#peer/arbiter/kubernetes/lease-arbiter.ts';
import { ISOLATION_MS } from '#peer/core/boot-gate.ts';
import { historyMemory } from '#peer/daemon/history-memory.ts';
import { overlaps } from '#peer/ipam/cidr.ts';
import type { View } from '#peer/ipam/custody-state.ts';
import { MemoryLeaseStore } from '../arbiter/kubernetes/memory-lease-store.ts';
import { openArbiter } from '../arbiter/kubernetes/opened-arbiter.ts';
import { MemoryStore } from '../ipam/memory-store.ts';
import { Member } from './member.ts';

/** After which a list that only has newcomers is adopted. */
const NEWCOMERS_MS = 700_000;

const wentBack = { message: /history went back/ };

function arbiterOf(store: MemoryLeaseStore, member: Member): LeaseArbiter {
  return openArbiter(
    store,
    historyMemory(member.core, () => member),
  );
}

async function join(store: MemoryLeaseStore, member: Member, founder: Member): Promise<void> {
  const view = await arbiterOf(store, member).register(`node${member.n}`, member.id);
  member.join(view, founder.id);
}

function exchange(members: readonly Member[]): void {
  for (const one of members) for (const other of members) if (one !== other) one.hear(other.record);
}

function lists(member: Member, other: Member): boolean {
  return member.core.ipam.view().members.has(other.id);
}

/**
 * `executor` runs on; two more are down. Of `newcomer`, which joined and was granted a block after the
 * backup, the executor alone was told by the arbiter.
 */
async function restoreWithoutNewcomer() {
  const store = new MemoryLeaseStore();
  const [one, executor, newcomer, two] = [1, 2, 3, 4].map((n) => new Member(n)) as [
    Member,
    Member,
    Member,
    Member,
  ];
  const olds = [one, two, executor];
  for (const member of olds) await join(store, member, executor);
  exchange(olds);
  for (const member of olds) {
    member.now = NEWCOMERS_MS;
    member.tell({ type: 'view', view: await arbiterOf(store, member).list() });
  }
  await elect(store, executor, 0);
  exchange(olds);
  const seen = [one.record, two.record, executor.record];
  const backup = store.table;
  newcomer.hear(executor.record);
  await join(store, newcomer, executor);
  executor.hear(newcomer.record);
  const need = newcomer.all('ask-space').at(-1)?.need;
  assert.ok(need !== undefined);
  executor.tell({ type: 'space-asked', from: newcomer.id, need, reply: 500 });
  newcomer.hear(executor.record);
  executor.hear(newcomer.record);
  executor.tell({ type: 'view', view: await arbiterOf(store, executor).list() });
  assert.ok(!lists(executor, newcomer));
  store.table = backup;
  for (let i = 0; i < 1_000; i++) store.grow();
  const started = [one, two].map((member) => {
    const disk = new MemoryStore();
    disk.durable = member.store.durable;
    const again = new Member(member.n, { store: disk, epoch: 2 });
    again.start();
    for (const record of seen) if (record.peer !== again.id) again.hear(record);
    return again;
  });
  return { store, executor, newcomer, started };
}

async function elect(store: MemoryLeaseStore, member: Member, question: number): Promise<void> {
  const executor = await arbiterOf(store, member).executor(member.id);
  assert.equal(executor, member.id);
  const view = await arbiterOf(store, member).list();
  member.tell({ type: 'executor-told', question, executor, view });
}

/** As a peer does at once when it starts. */
async function tellList(store: MemoryLeaseStore, member: Member): Promise<View> {
  const view = await arbiterOf(store, member).list();
  member.tell({ type: 'view', view });
  return view;
}

it('what the arbiter told before the records came is not adopted when they tell that it went back', async () => {
  const { store, executor, newcomer, started } = await restoreWithoutNewcomer();
  for (const member of started) {
    const before = member.core.ipam.view();
    member.hear(newcomer.record);
    assert.ok((await tellList(store, member)).rev > before.rev);
    member.hear(executor.record);
    member.now = ISOLATION_MS;
    member.tell({ type: 'time' });
    assert.equal(member.core.ipam.view(), before);
    assert.ok(member.all('ask-view').length > 0);
    await assert.rejects(arbiterOf(store, member).list(), wentBack);
  }
});

it('who knows that the arbiter went back neither takes its list from others nor counts over it', async () => {
  const { store, executor, newcomer, started } = await restoreWithoutNewcomer();
  for (const member of started) {
    member.hear(newcomer.record);
    member.now = ISOLATION_MS;
    member.tell({ type: 'time' });
    await tellList(store, member);
    assert.ok(!member.core.ipam.allows(newcomer.id, newcomer.core.ipam.custody().registeredRev));
  }
  const all = [...started, executor];
  for (let round = 0; round < 12; round++) {
    exchange(all);
    executor.now += 5_000;
    executor.tell({ type: 'time' });
    answerListQuestions(executor, started, round);
  }
  assert.ok(executor.all('ask-view').length > 0);
  await assert.rejects(arbiterOf(store, executor).list(), wentBack);
  const held = newcomer.core.ipam.custody().hold;
  assert.ok(held.length > 0);
  for (const { cidr } of executor.core.ipam.custody().hold)
    assert.ok(held.every((block) => !overlaps(block.cidr, cidr)));
  assert.ok(executor.core.ipam.allows(newcomer.id, newcomer.core.ipam.custody().registeredRev));
});

/** Those that were asked for their list tell it. */
function answerListQuestions(asker: Member, asked: readonly Member[], round: number): void {
  const question = asker.all('ask-peer-view').at(-1);
  const witness = asked.find(({ id }) => id === question?.peer);
  if (question === undefined || witness === undefined) return;
  const reply = 1_000 + round;
  witness.tell({ type: 'view-asked', from: asker.id, since: question.since, reply });
  const answer = witness.replies.get(reply);
  const update = answer?.type === 'view' ? answer.update : undefined;
  asker.tell({ type: 'view-answered', from: witness.id, update });
}
