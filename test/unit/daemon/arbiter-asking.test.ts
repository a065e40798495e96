/** What the core asks of the arbiter: who is told what, and what is told of an arbiter that has no answer. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Arbiter, ArbiterRefusal, ArbiterUnavailable } from '#peer/arbiter/arbiter.ts';
import { ArbiterAsking } from '#peer/daemon/arbiter-asking.ts';
import type { View } from '#peer/ipam/custody-state.ts';
import type { PeerId } from '#peer/mesh/peer-id.ts';
import { testIdentity } from '#test/support/records.ts';

const [self, other] = [1, 2].map((n) => testIdentity(n).id) as [PeerId, PeerId];
const VIEW: View = { rev: 4n, members: new Map([[self, 'node1']]) };

function unavailable(): Promise<never> {
  return Promise.reject(new ArbiterUnavailable('no seed could answer', { reachable: [] }));
}

function refuse(): Promise<never> {
  return Promise.reject(new ArbiterRefusal(`${self} is no member`));
}

function createAsking(arbiter: Pick<Arbiter, 'list' | 'executor'>) {
  const told = { views: [] as View[], problems: [] as (string | undefined)[], asked: '' };
  const asking = new ArbiterAsking({
    self,
    arbiter: {
      list: () => {
        told.asked += 'list ';
        return arbiter.list();
      },
      executor: (peer) => {
        told.asked += 'executor ';
        return arbiter.executor(peer);
      },
    },
    log: { debug: () => {}, info: () => {}, warn: () => {} },
    onView: (view) => told.views.push(view),
    onProblem: (problem) => told.problems.push(problem),
  });
  return { asking, told };
}

describe('what the core asks of the arbiter', () => {
  it('is a list that is told, or why there is none, until there is one', async () => {
    let list = unavailable;
    const { asking, told } = createAsking({ list: () => list(), executor: unavailable });
    await asking.list();
    assert.deepEqual(told.views, []);
    assert.match(told.problems.at(-1) ?? '', /has no list of members: no seed could answer/);
    list = async () => VIEW as never;
    await asking.list();
    assert.deepEqual(told.views, [VIEW]);
    assert.equal(told.problems.at(-1), undefined);
  });

  it('is who the executor is; it reads the list after it was made one, and not else', async () => {
    const asked = [];
    for (const executor of [self, other]) {
      const { asking, told } = createAsking({
        list: async () => VIEW,
        executor: async () => executor,
      });
      const answer = await asking.executor();
      assert.deepEqual(answer, { executor, view: executor === self ? VIEW : undefined });
      assert.deepEqual(told.views, []);
      asked.push(told.asked);
    }
    assert.deepEqual(asked, ['executor list ', 'executor ']);
  });

  it('is nothing when the arbiter has no answer, or takes us for no member, and that is told', async () => {
    for (const [executor, words] of [
      [unavailable, /does not say who takes back.*no seed could answer/],
      [refuse, /does not say who takes back.*is no member/],
    ] as const) {
      const { asking, told } = createAsking({ list: async () => VIEW, executor });
      assert.equal(await asking.executor(), undefined);
      assert.match(told.problems.at(-1) ?? '', words);
    }
  });

  it('is asked for again until there is an answer, and not after that', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    let executor: () => Promise<PeerId> = unavailable;
    let list: () => Promise<View> = unavailable;
    const { asking, told } = createAsking({ list: () => list(), executor: () => executor() });
    const wait = async (): Promise<void> => {
      t.mock.timers.tick(120_000);
      await new Promise(setImmediate);
    };
    await asking.executor();
    await asking.list();
    await wait();
    assert.equal(told.asked, 'executor list list ');
    list = async () => VIEW;
    await wait();
    assert.equal(told.problems.at(-1), undefined);
    assert.deepEqual(told.views, [VIEW]);
    executor = async () => other;
    await wait();
    assert.equal(told.asked, 'executor list list list ');
    asking.close();
  });

  it('is told no more once this peer stops', async () => {
    const { asking, told } = createAsking({ list: unavailable, executor: unavailable });
    asking.close();
    await asking.list();
    assert.deepEqual(told.problems, []);
  });
});
