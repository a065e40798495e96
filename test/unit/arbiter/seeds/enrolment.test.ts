/** A seed whose votes were just made: when it votes, and that none it lost is missing then. */
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { enrol } from '#peer/arbiter/seeds/acceptor.ts';
import { createAcceptorStore } from '#peer/arbiter/seeds/acceptor-store.ts';
import { SeedNetwork } from '../seed-network.ts';
import { peerId } from '../suite.ts';

/** Seeds of which some run; they are closed in the end. */
async function withSeeds(
  { seeds, down = [] }: { seeds: number; down?: readonly number[] },
  body: (network: SeedNetwork) => Promise<void>,
): Promise<void> {
  const network = new SeedNetwork({ seeds, random: 1, loss: 0 });
  for (const seed of down) network.crash(seed);
  try {
    await network.time.run(body(network));
  } finally {
    network.close();
  }
}

/** In which a seed asks the others, one of which is down, at least once. */
const ROUNDS_MS = 5_000;

const UNAVAILABLE = { name: 'ArbiterUnavailable' };

describe('a first start', () => {
  it('needs all seeds once: until then nobody is the founder', async () => {
    await withSeeds({ seeds: 3, down: [2] }, async (network) => {
      await assert.rejects(network.arbiter(0).genesis(peerId(1)), UNAVAILABLE);
      await network.time.sleep(ROUNDS_MS);
      const wait = { type: 'answers', missing: [2], lost: false };
      assert.deepEqual([network.waitOf(0), network.waitOf(1)], [wait, wait]);
      network.restart(2);
      await network.voting(0, 1, 2);
      assert.equal(await network.arbiter(0).genesis(peerId(1)), peerId(1));
    });
  });

  it('needs a majority of them when the operator says that each of these is new', async () => {
    await withSeeds({ seeds: 3, down: [0, 1, 2] }, async (network) => {
      for (const seed of [0, 1]) network.restartWithNewDisk(seed, { isNew: true });
      await network.voting(0, 1);
      assert.equal(await network.arbiter(0).genesis(peerId(1)), peerId(1));
      network.restart(2);
      await network.voting(2);
      network.crash(0);
      assert.equal(await network.arbiter(2).genesis(peerId(2)), peerId(1));
    });
  });

  it('that is broken off goes on', async () => {
    await withSeeds({ seeds: 3 }, async (network) => {
      await network.voting(0);
      for (const seed of [1, 2]) network.restart(seed);
      await network.voting(0, 1, 2);
      assert.equal(await network.arbiter(1).genesis(peerId(1)), peerId(1));
    });
  });
});

describe('a seed that lost its disk', () => {
  it('does not make a second founder with one that knows nothing yet', async () => {
    await withSeeds({ seeds: 3, down: [0, 1, 2] }, async (network) => {
      for (const seed of [0, 1]) network.restartWithNewDisk(seed, { isNew: true });
      await network.voting(0, 1);
      assert.equal(await network.arbiter(0).genesis(peerId(1)), peerId(1));
      network.cut([0]);
      network.restartWithNewDisk(1);
      network.restart(2);
      await assert.rejects(network.arbiter(1).genesis(peerId(2)), UNAVAILABLE);
      await assert.rejects(network.arbiter(2).list(), UNAVAILABLE);
      network.cut([]);
      await assert.rejects(network.arbiter(1).genesis(peerId(2)), UNAVAILABLE);
      await network.time.sleep(ROUNDS_MS);
      assert.deepEqual(network.waitOf(1), { type: 'log-lost', lost: true });
      network.restart(2, { isNew: true });
      await network.voting(1, 2);
      network.crash(0);
      assert.equal(await network.arbiter(1).genesis(peerId(2)), peerId(1));
    });
  });

  it('votes again when all others have answered, and what was decided stays', async () => {
    await withSeeds({ seeds: 3 }, async (network) => {
      await network.voting(0, 1, 2);
      for (let n = 1; n <= 20; n++) await network.arbiter(0).register(`node-${n}`, peerId(n));
      network.crash(2);
      network.restartWithNewDisk(1);
      await assert.rejects(network.arbiter(0).list(), UNAVAILABLE);
      network.restart(2);
      await network.voting(1);
      network.crash(0);
      assert.equal((await network.arbiter(1).list()).members.size, 20);
    });
  });

  it('is not taken for a new one, whatever the operator says, by who knew its votes', async () => {
    await withSeeds({ seeds: 3 }, async (network) => {
      await network.voting(0, 1, 2);
      await network.arbiter(1).genesis(peerId(1));
      network.crash(0);
      network.restartWithNewDisk(1, { isNew: true });
      await assert.rejects(network.arbiter(1).genesis(peerId(2)), UNAVAILABLE);
      await network.time.sleep(ROUNDS_MS);
      assert.deepEqual(network.waitOf(1), { type: 'answers', missing: [0], lost: true });
    });
  });

  it('waits for ever with others that lost theirs, if its peer is a member', async () => {
    await withSeeds({ seeds: 3, down: [0, 1, 2] }, async (network) => {
      for (const seed of [0, 1, 2]) network.restartWithNewDisk(seed, { wasRegistered: true });
      await assert.rejects(network.arbiter(0).genesis(peerId(1)), UNAVAILABLE);
      await network.time.sleep(ROUNDS_MS);
      const wait = { type: 'log-lost', lost: true };
      for (const seed of [0, 1, 2]) assert.deepEqual(network.waitOf(seed), wait);
    });
  });

  it('is told each time what it was told first, and others anew', () => {
    const store = createAcceptorStore(new DatabaseSync(':memory:'), {
      cluster: 'c',
      seed: 0,
      seeds: [],
    });
    const [first, second] = ['1', '2'].map((digit) => digit.repeat(32)) as [string, string];
    assert.deepEqual(enrol(store, 1, first), { store: first, floor: 0, replaces: false });
    store.saveVote(6, { promised: { round: 1, seed: 0, run: 1 }, accepted: undefined });
    assert.deepEqual(enrol(store, 1, first), { store: first, floor: 0, replaces: false });
    assert.deepEqual(enrol(store, 1, second), { store: second, floor: 7, replaces: true });
    store.close();
  });
});
