/** The proposer: one value an index, whatever the others have promised or accepted. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Batch } from '#peer/arbiter/log.ts';
import type { Ballot, SeedReply, SeedRequest } from '#peer/arbiter/seeds/messages.ts';
import { Proposer } from '#peer/arbiter/seeds/proposer.ts';
import { Quorum } from '#peer/arbiter/seeds/quorum.ts';
import { peerId } from '../suite.ts';
import { VirtualTime, createRandom } from '../virtual-time.ts';

/** Proposes `ours` to seeds that answer as told; the requests are kept. */
async function propose(answer: (seed: number, request: SeedRequest) => SeedReply) {
  const time = new VirtualTime(createRandom(1));
  const sent: SeedRequest[] = [];
  const call = async (seed: number, request: SeedRequest) => {
    if (seed === 0) sent.push(request);
    return answer(seed, request);
  };
  const quorum = new Quorum({ seeds: 3, call, timing: time });
  const proposer = new Proposer({ quorum, seed: 0, run: 1 });
  return { batch: await time.run(proposer.propose(0, batchOf(9))), sent };
}

test('of what seeds have accepted, the highest ballot is proposed again', async () => {
  for (const rounds of [
    [5, 7],
    [7, 5],
  ]) {
    const { batch } = await propose((seed, { type }) => {
      if (type !== 'prepare') return { type: 'accepted' };
      const round = rounds[seed];
      if (round === undefined) throw new Error('down');
      return { type: 'promised', accepted: { ballot: ballot(round), batch: batchOf(round) } };
    });
    assert.deepEqual(batch, batchOf(7));
  }
});

test('a proposer that was outbid comes back with a higher round', async () => {
  const { batch, sent } = await propose((_seed, request) => {
    if (request.type !== 'prepare') return { type: 'accepted' };
    if (request.ballot.round < 41) return { type: 'outbid', ballot: ballot(41) };
    return { type: 'promised' };
  });
  const rounds = sent.flatMap((request) =>
    request.type === 'prepare' ? [request.ballot.round] : [],
  );
  assert.deepEqual(batch, batchOf(9));
  assert.deepEqual([rounds[0], rounds.at(-1)], [1, 42]);
});

test('what is known to be decided is answered without another vote', async () => {
  const { batch, sent } = await propose(() => ({ type: 'decided', batch: batchOf(3) }));
  assert.deepEqual(batch, batchOf(3));
  assert.ok(sent.every(({ type }) => type !== 'accept'));
});

function ballot(round: number): Ballot {
  return { round, seed: 1, run: 1 };
}

function batchOf(n: number): Batch {
  return [{ type: 'genesis', founder: peerId(n) }];
}
