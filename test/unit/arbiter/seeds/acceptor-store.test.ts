/** Votes on disk: kept over a restart, bound to their seed, refused when damaged. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openAcceptorStore } from '#peer/arbiter/seeds/acceptor-store.ts';
import { peerId } from '../suite.ts';

const BINDING = {
  cluster: 'c',
  seed: 1,
  seeds: ['10.0.0.1:6783', '10.0.0.2:6783', '10.0.0.3:6783'],
};

function makeDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'weft-votes-'));
  t.after(() => rmSync(directory, { recursive: true }));
  return directory;
}

test('votes, decisions and the count of runs outlive the process', (t) => {
  const directory = makeDirectory(t);
  const ballot = { round: 3, seed: 1, run: 1 };
  const batch = [{ type: 'genesis', founder: peerId(1) }] as const;
  const first = openAcceptorStore(directory, BINDING);
  first.saveVote(0, { promised: ballot, accepted: undefined });
  first.saveDecision(0, batch);
  first.saveVote(1, { promised: ballot, accepted: { ballot, batch } });
  first.saveVote(5, { promised: ballot, accepted: undefined });
  first.close();
  const second = openAcceptorStore(directory, BINDING);
  assert.equal(second.run, first.run + 1);
  assert.deepEqual(second.decisions(0, 9), [batch]);
  assert.deepEqual(second.vote(1), { promised: ballot, accepted: { ballot, batch } });
  assert.deepEqual(second.vote(5), { promised: ballot, accepted: undefined });
  assert.equal(second.end(), 2);
  second.close();
});

test('votes made in another place of the list are refused and stay as they are', (t) => {
  const directory = makeDirectory(t);
  openAcceptorStore(directory, BINDING).close();
  const other = { ...BINDING, seeds: BINDING.seeds.slice(0, 1) };
  assert.throws(() => openAcceptorStore(directory, other), { name: 'VotesOfAnotherSeed' });
  openAcceptorStore(directory, BINDING).close();
});

test('damaged votes are an error each time, and never fresh votes', (t) => {
  const directory = makeDirectory(t);
  writeFileSync(join(directory, 'votes.sqlite'), 'no database at all'.repeat(100));
  for (let attempt = 0; attempt < 2; attempt++) {
    assert.throws(() => openAcceptorStore(directory, BINDING), { name: 'VotesDamaged' });
  }
});
