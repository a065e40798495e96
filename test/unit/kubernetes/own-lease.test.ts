/** When a running peer looks for its own Lease, and what it makes of what it finds. */
import assert from 'node:assert/strict';
import { type TestContext, describe, it } from 'node:test';
import { ArbiterUnavailable } from '#peer/arbiter/arbiter.ts';
import type { Lease } from '#peer/arbiter/kubernetes/lease-store.ts';
import { JITTER_SHARE, LOOK_EVERY_MS, watchOwnLease } from '#peer/kubernetes/own-lease.ts';
import type { PeerId } from '#peer/mesh/peer-id.ts';

const SELF = { peer: '11'.repeat(16) as PeerId, name: 'node1' };
const OTHER = '22'.repeat(16);

function leaseOf(holder: string | undefined): Lease {
  return { name: 'peer-node1', resourceVersion: '1', holder, node: 'node1', retired: undefined };
}

type Answer = Lease | undefined | 'none';

/** Lets what is under way get to its next wait. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** A watch that looks again only when `next` says so. */
function watch(t: TestContext, { first, random = 0.5 }: { first: Answer; random?: number }) {
  const ending = new AbortController();
  const at = { answer: first, isMember: true, asked: [] as string[], waitMs: 0, missing: 0 };
  let problem: string | undefined;
  let waiting = Promise.withResolvers<void>();
  const ended = watchOwnLease({
    leases: {
      get: async (name) => {
        at.asked.push(name);
        if (at.answer === 'none') throw new ArbiterUnavailable('no answer', { reachable: [] });
        return at.answer;
      },
    },
    self: SELF,
    isMember: () => at.isMember,
    onProblem: (told) => (problem = told),
    onMissing: () => at.missing++,
    timing: {
      sleep: (ms) => {
        at.waitMs = ms;
        waiting = Promise.withResolvers();
        return waiting.promise;
      },
      random: () => random,
    },
    signal: ending.signal,
  });
  t.after(async () => {
    ending.abort();
    waiting.resolve();
    await ended;
  });
  return {
    at,
    problem: async () => {
      await settle();
      return problem;
    },
    next: async (answer: Answer) => {
      await settle();
      at.answer = answer;
      waiting.resolve();
      await settle();
      return problem;
    },
  };
}

describe('its Lease', () => {
  it('is nothing to tell of as long as it is there and its own', async (t) => {
    const { at, problem, next } = watch(t, { first: leaseOf(SELF.peer) });
    assert.equal(await problem(), undefined);
    assert.equal(await next(leaseOf(SELF.peer)), undefined);
    assert.deepEqual(at.asked, ['peer-node1', 'peer-node1']);
  });

  it('is told to be gone, with what to do, until it is back', async (t) => {
    const { next } = watch(t, { first: leaseOf(SELF.peer) });
    assert.equal(
      await next(undefined),
      'the Lease peer-node1 of this peer is gone, so it is no member any more: its Node or the ' +
        'Lease was deleted. It ends, and starts again as a new one; pods that run keep their addresses',
    );
    assert.equal(await next(leaseOf(SELF.peer)), undefined);
  });

  it("is told to be another's, or nobody's", async (t) => {
    const { next } = watch(t, { first: leaseOf(SELF.peer) });
    assert.match((await next(leaseOf(OTHER))) ?? '', new RegExp(`is the peer ${OTHER}'s now`));
    assert.match((await next(leaseOf(undefined))) ?? '', /is nobody's now/);
  });

  it('has the list of members asked for each time that it is missed, and never else', async (t) => {
    const { at, next } = watch(t, { first: leaseOf(SELF.peer) });
    for (const [answer, missing] of [
      [leaseOf(SELF.peer), 0],
      ['none', 0],
      [undefined, 1],
      [leaseOf(OTHER), 2],
      [leaseOf(SELF.peer), 2],
    ] as const) {
      await next(answer);
      assert.equal(at.missing, missing);
    }
  });

  it('is neither lost nor back because there is no answer', async (t) => {
    const { next } = watch(t, { first: 'none' });
    assert.equal(await next('none'), undefined);
    const gone = await next(undefined);
    assert.match(gone ?? '', /is gone/);
    assert.equal(await next('none'), gone);
  });

  it('is not asked for before this peer is a member', async (t) => {
    const { at, problem, next } = watch(t, { first: undefined });
    assert.match((await problem()) ?? '', /is gone/);
    at.isMember = false;
    await next(undefined);
    assert.equal(at.asked.length, 1);
  });

  it('is asked for about once a minute, each peer at a moment of its own', async (t) => {
    for (const [random, expectedMs] of [
      [0, LOOK_EVERY_MS * (1 - JITTER_SHARE)],
      [1, LOOK_EVERY_MS * (1 + JITTER_SHARE)],
    ] as const) {
      const { at, problem } = watch(t, { first: leaseOf(SELF.peer), random });
      await problem();
      assert.equal(at.waitMs, expectedMs);
    }
  });
});
