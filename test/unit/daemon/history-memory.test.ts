/** What a peer knows of its arbiter's history: kept on disk, published, and read in others' records. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { historyMemory } from '#peer/daemon/history-memory.ts';
import { Member, createFounder, createJoiner, viewOf } from '../core/member.ts';

const MARK = (7n << 64n) | 5n;

function memoryOf(member: Member) {
  return historyMemory(member.core, () => member);
}

it('a mark that came with a list is on disk and published, and others read it there', () => {
  const founder = createFounder(1);
  const { joiner } = createJoiner(2, founder);
  const memory = memoryOf(founder);
  assert.equal(memory.mark(), 0n);
  memory.keep(MARK);
  assert.equal(memory.mark(), MARK);
  assert.equal(founder.store.durable.custody.historyMark, MARK);
  assert.deepEqual(memoryOf(joiner).others(), new Map());
  joiner.hear(founder.record);
  assert.deepEqual(memoryOf(joiner).others(), new Map([[founder.id, MARK]]));
});

it('an older mark takes nothing away, and the same one publishes nothing', () => {
  const founder = createFounder(1);
  const memory = memoryOf(founder);
  memory.keep(MARK);
  const { seq } = founder.record;
  memory.keep(MARK);
  memory.keep(MARK - 1n);
  assert.equal(memory.mark(), MARK);
  assert.equal(founder.record.seq, seq);
});

it('a mark that is told before the registration is there with the first record', () => {
  const [founder, peer] = [createFounder(1), new Member(3)];
  memoryOf(peer).keep(MARK);
  peer.join(viewOf(2n, [founder, peer]), founder.id);
  assert.equal(peer.record.content.custody.historyMark, MARK);
  assert.equal(memoryOf(peer).view().rev, 2n);
});
