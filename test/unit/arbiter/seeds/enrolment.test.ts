/** A seed whose votes were just made: when it votes, and that none it lost is missing then. */
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { answerSeed, enrol } from '#peer/arbiter/seeds/acceptor.ts';
import { createAcceptorStore } from '#peer/arbiter/seeds/acceptor-store.ts';
import { enrolSelf } from '#peer/arbiter/seeds/enrolment.ts';
import type { SeedRequest } from '#peer/arbiter/seeds/messages.ts';
import { Proposer } from '#peer/arbiter/seeds/proposer.ts';
import { Quorum, type SeedCall, type Timing } from '#peer/arbiter/seeds/quorum.ts';
import { SeedNetwork } from '../seed-network.ts';
import { peerId } from '../suite.ts';
import { Disk, openDisk } from './losses/memory-store.ts';

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

  it('still knows of its loss when those are lost that told it', async () => {
    await withSeeds({ seeds: 3 }, async (network) => {
      await network.voting(0, 1, 2);
      assert.equal(await network.arbiter(0).genesis(peerId(1)), peerId(1));
      network.crash(1);
      network.restartWithNewDisk(0);
      await network.time.sleep(ROUNDS_MS);
      network.restartWithNewDisk(1);
      await network.time.sleep(ROUNDS_MS);
      network.restart(0);
      network.restart(1);
      network.restartWithNewDisk(2);
      await network.time.sleep(ROUNDS_MS);
      const wait = { type: 'log-lost', lost: true };
      for (const seed of [0, 1, 2]) assert.deepEqual(network.waitOf(seed), wait);
      await assert.rejects(network.arbiter(0).genesis(peerId(2)), UNAVAILABLE);
    });
  });

  it('does not begin anew where there are members, whatever the operator says', async () => {
    await withSeeds({ seeds: 3, down: [0, 1, 2] }, async (network) => {
      for (const seed of [0, 1, 2]) network.restartWithNewDisk(seed, { knowsMembers: true });
      await network.time.sleep(ROUNDS_MS);
      const wait = { type: 'log-lost', lost: false };
      for (const seed of [0, 1, 2]) assert.deepEqual(network.waitOf(seed), wait);
    });
    await withSeeds({ seeds: 5, down: [0, 1, 2, 3, 4] }, async (network) => {
      const start = { isNew: true, knowsMembers: true };
      for (const seed of [0, 1, 2]) network.restartWithNewDisk(seed, start);
      await assert.rejects(network.arbiter(0).genesis(peerId(2)), UNAVAILABLE);
      await network.time.sleep(ROUNDS_MS);
      const wait = { type: 'answers', missing: [3, 4], lost: false };
      assert.deepEqual(network.waitOf(0), wait);
    });
  });

  it('is new where there are members, too, if others have their log', async () => {
    await withSeeds({ seeds: 5, down: [0, 1, 2, 3, 4] }, async (network) => {
      for (const seed of [0, 1, 2]) network.restartWithNewDisk(seed, { isNew: true });
      await network.voting(0, 1, 2);
      assert.equal(await network.arbiter(0).genesis(peerId(1)), peerId(1));
      network.restartWithNewDisk(3, { isNew: true, knowsMembers: true });
      await network.voting(3);
      network.crash(0);
      assert.equal(await network.arbiter(3).genesis(peerId(2)), peerId(1));
    });
  });

  it('is told each time what it was told first, and others anew', () => {
    const binding = { cluster: 'c', seed: 0, seeds: [] };
    const making = { wasRegistered: false };
    const store = createAcceptorStore(new DatabaseSync(':memory:'), binding, making);
    const [first, second] = ['1', '2'].map((digit) => digit.repeat(32)) as [string, string];
    assert.deepEqual(enrol(store, 1, first), { store: first, floor: 0, replaces: false });
    store.saveVote(6, { promised: { round: 1, seed: 0, run: 1 }, accepted: undefined });
    assert.deepEqual(enrol(store, 1, first), { store: first, floor: 0, replaces: false });
    assert.deepEqual(enrol(store, 1, second), { store: second, floor: 7, replaces: true });
    store.close();
  });
});

describe('a single seed', () => {
  it('begins at the word of the operator alone, and goes on without it', async () => {
    await withSeeds({ seeds: 1 }, async (network) => {
      network.restartWithNewDisk(0, { isNew: false });
      await network.time.sleep(ROUNDS_MS);
      assert.deepEqual(network.waitOf(0), { type: 'operator', lost: false });
      await assert.rejects(network.arbiter(0).genesis(peerId(1)), UNAVAILABLE);
      network.restart(0, { isNew: true });
      await network.voting(0);
      assert.equal(await network.arbiter(0).genesis(peerId(1)), peerId(1));
      network.restart(0, { isNew: false });
      assert.equal(await network.arbiter(0).genesis(peerId(2)), peerId(1));
    });
  });

  it('that lost its disk never votes where it is known, whatever the operator says', async () => {
    await withSeeds({ seeds: 1 }, async (network) => {
      for (const known of [{ wasRegistered: true }, { knowsMembers: true }]) {
        network.restartWithNewDisk(0, { ...known, isNew: true });
        await network.time.sleep(ROUNDS_MS);
        const lost = 'wasRegistered' in known;
        assert.deepEqual(network.waitOf(0), { type: 'log-lost', lost });
        await assert.rejects(network.arbiter(0).genesis(peerId(2)), UNAVAILABLE);
      }
    });
  });
});

/** Stores that know each other, as machines whose network is in our hands; some of them vote. */
function makeDisks({ seeds, voting }: { seeds: number; voting: readonly number[] }) {
  const watch = { onDecision: () => undefined, onVoting: () => undefined };
  const stores = Array.from({ length: seeds }, (_, name) => openDisk(new Disk(name), watch));
  const at = (seed: number) => {
    const store = stores[seed];
    assert.ok(store !== undefined);
    return store;
  };
  for (const store of stores) {
    for (const [seed, { name }] of stores.entries()) enrol(store, seed, name);
  }
  for (const seed of voting) at(seed).saveFloor(0);
  const ask = (seed: number, request: SeedRequest) => answerSeed(at(seed), request);
  return {
    ask,
    lose: (seed: number) => void (stores[seed] = openDisk(new Disk(seeds + seed), watch)),
    /** Which of them promise, or accept. */
    agree: (asked: readonly number[], request: SeedRequest) =>
      asked.filter((seed) => ['promised', 'accepted'].includes(ask(seed, request).type)),
    /** Resolves when the seed votes; one answer may come late. */
    enrolSelf: (seed: number, late?: { readonly from: number; readonly until: Promise<void> }) =>
      enrolSelf({
        seed,
        seeds,
        store: at(seed),
        call: async (to, request) => {
          if (to === late?.from) await late.until;
          return ask(to, request);
        },
        timing: PATIENT,
        isNew: false,
        knowsMembers: () => false,
        signal: new AbortController().signal,
        onWaiting: (wait) => assert.equal(wait, undefined),
      }),
  };
}

const [FIRST, SECOND] = [
  [{ type: 'genesis', founder: peerId(1) }],
  [{ type: 'genesis', founder: peerId(2) }],
] as const;

/** No time passes: an answer that does not come is waited for. */
const PATIENT: Timing = {
  sleep: (_ms, signal) =>
    new Promise((resolve) => {
      if (signal === undefined) resolve();
      signal?.addEventListener('abort', () => resolve());
    }),
  random: () => 0,
};

it('a promise of a lost disk is not counted by a seed that did not vote itself then', async () => {
  const { ask, agree, lose, enrolSelf } = makeDisks({ seeds: 3, voting: [0, 1] });
  const late = Promise.withResolvers<void>();
  const call: SeedCall = async (to, request) => {
    if (to === 1) await late.promise;
    return ask(to, request);
  };
  const quorum = new Quorum({ seeds: 3, call, timing: PATIENT });
  const proposed = new Proposer({ quorum, seed: 2, run: 1 }).propose(0, SECOND);
  await setImmediate();
  await enrolSelf(2);
  lose(0);
  await enrolSelf(0);
  const ballot = { round: 1, seed: 0, run: 1 };
  assert.deepEqual(agree([0, 2], { type: 'prepare', index: 0, ballot }), [0, 2]);
  assert.deepEqual(agree([0, 2], { type: 'accept', index: 0, ballot, batch: FIRST }), [0, 2]);
  late.resolve();
  assert.deepEqual(await proposed, FIRST);
});

it('of two disks lost at once, neither votes where the other had counted a vote of it', async () => {
  const { agree, lose, enrolSelf } = makeDisks({ seeds: 5, voting: [0, 1, 2, 3, 4] });
  const late = { round: 2, seed: 4, run: 1 };
  const prepare = { type: 'prepare', index: 0, ballot: late } as const;
  assert.deepEqual(agree([4, 0], prepare), [4, 0]);
  lose(0);
  const restarted = Promise.withResolvers<void>();
  const enrolled = enrolSelf(0, { from: 4, until: restarted.promise });
  await setImmediate();
  // The third promise: now its proposer sends what comes only when its own disk is lost, too.
  assert.deepEqual(agree([1], prepare), [1]);
  lose(4);
  restarted.resolve();
  await enrolled;
  const ballot = { round: 1, seed: 0, run: 1 };
  const promises = agree([0, 2, 3], { type: 'prepare', index: 0, ballot });
  const votes = agree(promises, { type: 'accept', index: 0, ballot, batch: FIRST });
  const lateVotes = agree([0, 1, 2, 3], { ...prepare, type: 'accept', batch: SECOND });
  assert.deepEqual(
    [votes, lateVotes],
    [
      [2, 3],
      [1, 2, 3],
    ],
  );
});
