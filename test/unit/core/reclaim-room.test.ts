/** An executor that has no room for what it finds: the whole core, alone in its cluster. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { parseCidr } from '#peer/ipam/parse.ts';
import { RECLAIMED_BLOCKS_MAX } from '#peer/ipam/limits.ts';
import { testIdentity } from '#test/support/records.ts';
import { MemoryStore } from '../ipam/memory-store.ts';
import { Member } from './member.ts';

const SELF = testIdentity(1).id;
const VIEW = { rev: 1n, members: new Map([[SELF, 'node1']]) };
const MINUTE_MS = 60_000;

function createExecutor(): Member {
  const store = new MemoryStore();
  store.commit([
    { type: 'set-view', view: VIEW },
    { type: 'set-registered', rev: 1n },
    { type: 'set-founder', founder: SELF },
  ]);
  for (let n = 0; n < RECLAIMED_BLOCKS_MAX; n++) {
    const block = { cidr: parseCidr(`10.32.${n}.0/28`), term: 1 };
    store.commit([{ type: 'hold-block', block }]);
  }
  const member = new Member(1, { store, epoch: 2 });
  member.start();
  member.tell({ type: 'view', view: VIEW });
  return member;
}

it('reclaim without room is told, counted, and tried a few times a minute', () => {
  const member = createExecutor();
  const answered = new Set<number>();
  for (; member.now <= 2 * MINUTE_MS; member.now += 500) {
    member.tell({ type: 'time' });
    for (const { question } of member.all('ask-executor')) {
      if (answered.has(question)) continue;
      answered.add(question);
      member.tell({ type: 'executor-told', question, executor: SELF, view: VIEW });
    }
  }
  assert.deepEqual(member.core.reclaimState(), { type: 'too-many-blocks' });
  const hits = member.all('bound-hit').filter(({ bound }) => bound === 'too-many-blocks').length;
  assert.ok(hits > 4 && hits < 30, `${hits} times in two minutes`);
  assert.equal(member.store.durable.custody.hold.length, RECLAIMED_BLOCKS_MAX);
});
