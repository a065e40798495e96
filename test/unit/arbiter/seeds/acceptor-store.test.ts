/** Votes on disk: kept over a restart, bound to their seed, refused when damaged. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { answerSeed } from '#peer/arbiter/seeds/acceptor.ts';
import { openAcceptorStore } from '#peer/arbiter/seeds/acceptor-store.ts';
import { peerId } from '../suite.ts';

const BINDING = {
  cluster: 'c',
  seed: 1,
  seeds: ['10.0.0.1:6783', '10.0.0.2:6783', '10.0.0.3:6783'],
};

const MADE = { wasRegistered: false };

/** As a seed made it before it had floors. */
const OLD_SCHEMA = `
CREATE TABLE seed (
  one INTEGER PRIMARY KEY CHECK (one = 1), binding TEXT NOT NULL, run INTEGER NOT NULL
) STRICT;
CREATE TABLE vote (
  position INTEGER PRIMARY KEY, promised TEXT NOT NULL, accepted TEXT
) STRICT;
CREATE TABLE decision (position INTEGER PRIMARY KEY, batch TEXT NOT NULL) STRICT;
`;

/** Beside it, as a seed made it that had floors, and noted no loss. */
const FLOORS_SCHEMA = `
CREATE TABLE enrolment (
  one INTEGER PRIMARY KEY CHECK (one = 1), name TEXT NOT NULL, floor INTEGER
) STRICT;
`;

function makeDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'weft-votes-'));
  t.after(() => rmSync(directory, { recursive: true }));
  return directory;
}

test('votes, decisions and the count of runs outlive the process', (t) => {
  const directory = makeDirectory(t);
  const ballot = { round: 3, seed: 1, run: 1 };
  const batch = [{ type: 'genesis', founder: peerId(1) }] as const;
  const first = openAcceptorStore(directory, BINDING, MADE);
  first.saveVote(0, { promised: ballot, accepted: undefined });
  first.saveDecision(0, batch);
  first.saveVote(1, { promised: ballot, accepted: { ballot, batch } });
  first.saveVote(5, { promised: ballot, accepted: undefined });
  first.close();
  const second = openAcceptorStore(directory, BINDING, MADE);
  assert.equal(second.run, first.run + 1);
  assert.deepEqual(second.decisions(0, 9), [batch]);
  assert.deepEqual(second.vote(1), { promised: ballot, accepted: { ballot, batch } });
  assert.deepEqual(second.vote(5), { promised: ballot, accepted: undefined });
  assert.equal(second.end(), 2);
  second.close();
});

test('votes made in another place of the list are refused and stay as they are', (t) => {
  const directory = makeDirectory(t);
  openAcceptorStore(directory, BINDING, MADE).close();
  const other = { ...BINDING, seeds: BINDING.seeds.slice(0, 1) };
  assert.throws(() => openAcceptorStore(directory, other, MADE), { name: 'VotesOfAnotherSeed' });
  openAcceptorStore(directory, BINDING, MADE).close();
});

test('damaged votes are an error each time, and never fresh votes', (t) => {
  const directory = makeDirectory(t);
  writeFileSync(join(directory, 'votes.sqlite'), 'no database at all'.repeat(100));
  for (let attempt = 0; attempt < 2; attempt++) {
    assert.throws(() => openAcceptorStore(directory, BINDING, MADE), { name: 'VotesDamaged' });
  }
});

test('votes from before there were floors go on from the first index, and new ones do not vote', (t) => {
  const directory = makeDirectory(t);
  const ballot = { round: 3, seed: 1, run: 1 };
  const old = new DatabaseSync(join(directory, 'votes.sqlite'));
  old.exec(OLD_SCHEMA);
  old.prepare('INSERT INTO seed VALUES (1, ?, 4)').run(JSON.stringify(BINDING));
  old.prepare('INSERT INTO vote VALUES (0, ?, NULL)').run(JSON.stringify(ballot));
  old.close();
  const upgraded = openAcceptorStore(directory, BINDING, MADE);
  assert.deepEqual([upgraded.floor, upgraded.run, upgraded.isWhole()], [0, 5, true]);
  const accept = { type: 'accept', index: 0, ballot, batch: [] } as const;
  assert.deepEqual(answerSeed(upgraded, accept), { type: 'accepted' });
  upgraded.close();
  const again = openAcceptorStore(directory, BINDING, MADE);
  assert.deepEqual([again.floor, again.name], [0, upgraded.name]);
  again.close();
  const fresh = openAcceptorStore(makeDirectory(t), BINDING, MADE);
  assert.equal(fresh.floor, undefined);
  assert.deepEqual(answerSeed(fresh, accept), { type: 'abstained' });
  assert.deepEqual(answerSeed(fresh, { type: 'read', from: 0 }), { type: 'abstained' });
  fresh.close();
});

test('a file that was made and has not voted does not vote after a restart either', (t) => {
  const directory = makeDirectory(t);
  const first = openAcceptorStore(directory, BINDING, MADE);
  first.close();
  const second = openAcceptorStore(directory, BINDING, MADE);
  assert.deepEqual([second.floor, second.name], [undefined, first.name]);
  second.saveFloor(6);
  second.close();
  const third = openAcceptorStore(directory, BINDING, MADE);
  assert.deepEqual([third.floor, third.isWhole(), third.touched()], [6, false, 6]);
  third.close();
});

test('that votes before are lost is noted when the file is made, or told, and stays', (t) => {
  const [made, told] = [makeDirectory(t), makeDirectory(t)];
  const isLost = (directory: string, wasRegistered: boolean) => {
    const store = openAcceptorStore(directory, BINDING, { wasRegistered });
    store.close();
    return store.lost;
  };
  assert.deepEqual([isLost(made, true), isLost(made, false)], [true, true]);
  assert.deepEqual([isLost(told, false), isLost(told, true)], [false, false]);
  const store = openAcceptorStore(told, BINDING, MADE);
  store.saveLost();
  store.close();
  assert.equal(isLost(told, false), true);
});

test('a file of a version with floors, that noted no loss, is read', (t) => {
  const directory = makeDirectory(t);
  const old = new DatabaseSync(join(directory, 'votes.sqlite'));
  old.exec(`${OLD_SCHEMA} ${FLOORS_SCHEMA}`);
  old.prepare('INSERT INTO seed VALUES (1, ?, 4)').run(JSON.stringify(BINDING));
  old.exec("INSERT INTO enrolment VALUES (1, 'cd', 7)");
  old.close();
  const upgraded = openAcceptorStore(directory, BINDING, MADE);
  t.after(() => upgraded.close());
  assert.deepEqual([upgraded.floor, upgraded.name, upgraded.lost], [7, 'cd', false]);
});

test('of a file that is not damaged it is not said to remove it', (t) => {
  const directory = makeDirectory(t);
  mkdirSync(join(directory, 'votes.sqlite'));
  assert.throws(() => openAcceptorStore(directory, BINDING, MADE), {
    name: 'VotesDamaged',
    message: /nothing was changed; mend that, and start again$/,
  });
});

test('of damaged votes of a single seed it is not said that others bring them back', (t) => {
  const directory = makeDirectory(t);
  writeFileSync(join(directory, 'votes.sqlite'), 'no database at all'.repeat(100));
  const lone = { ...BINDING, seed: 0, seeds: BINDING.seeds.slice(0, 1) };
  assert.throws(() => openAcceptorStore(directory, lone, MADE), {
    message: /restore the file as it was; a single seed has no others to vote again with/,
  });
});
