/** The seeds arbiter: the acceptance suite, and seeds that lose messages, restart and run alone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { type Arbiter, ArbiterRefusal } from '#peer/arbiter/arbiter.ts';
import type { View } from '#peer/ipam/custody-state.ts';
import type { PeerId } from '#peer/mesh/peer-id.ts';
import { propertyOptions } from '#test/support/property-options.ts';
import { createRandom } from './virtual-time.ts';
import { SeedNetwork } from './seed-network.ts';
import { peerId, testArbiter } from './suite.ts';

for (const seeds of [1, 3, 5, 7]) {
  for (const loss of [0, 0.1]) {
    testArbiter(`${seeds} seeds that lose ${loss * 100} % of their messages`, () => {
      const network = new SeedNetwork({ seeds, random: seeds, loss });
      return {
        arbiter: (i) => retrying(network, i % seeds),
        wait: (work) => network.time.run(work),
        restart: () => Array.from({ length: seeds }, (_, i) => network.restart(i)),
        close: () => network.close(),
      };
    });
  }
}

test('a minority does not answer and names the seeds that it reached', async () => {
  const network = new SeedNetwork({ seeds: 5, random: 1, loss: 0 });
  await network.time.run(network.voting(0, 1, 2, 3, 4));
  await network.time.run(network.arbiter(0).register('a', peerId(1)));
  network.cut([0, 3]);
  await assert.rejects(network.time.run(network.arbiter(0).list()), {
    name: 'ArbiterUnavailable',
    reachable: [0, 3],
  });
  const { members } = await network.time.run(network.arbiter(1).register('b', peerId(2)));
  assert.equal(members.size, 2);
  network.cut([]);
  assert.equal((await network.time.run(network.arbiter(0).list())).members.size, 2);
  network.close();
});

test('a majority answers while the other seeds are down, and they catch up over many pages', async () => {
  const network = new SeedNetwork({ seeds: 3, random: 2, loss: 0 });
  await network.time.run(network.voting(0, 1, 2));
  network.crash(2);
  for (let n = 1; n <= 40; n++) {
    await network.time.run(network.arbiter(0).register(`node-${n}`, peerId(n)));
  }
  network.restart(2);
  network.crash(0);
  const { members, rev } = await network.time.run(network.arbiter(2).list());
  assert.equal(members.size, 40);
  assert.equal(rev, 40n);
  network.close();
});

test('registrations that come at once share few decisions', async () => {
  const network = new SeedNetwork({ seeds: 3, random: 3, loss: 0 });
  await network.time.run(network.voting(0, 1, 2));
  const numbers = Array.from({ length: 500 }, (_, i) => i);
  const register = (n: number) => network.arbiter(n % 3).register(`node-${n}`, peerId(n));
  const views = await network.time.run(Promise.all(numbers.map(register)));
  assert.ok(views.every(({ members }, n) => members.has(peerId(n))));
  assert.ok((network.decisions()[0]?.length ?? 0) <= 12);
  network.close();
});

test('whatever is lost, late, repeated or crashes: one log, no answer from the past', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.constantFrom(3, 5), async (random, seeds) => {
      const network = new SeedNetwork({ seeds, random, loss: 0.15 });
      try {
        await checkHistory(network, { seeds, chance: createRandom(random + 1) });
      } finally {
        network.close();
      }
    }),
    propertyOptions(150),
  );
});

interface Chaos {
  readonly seeds: number;
  readonly chance: () => number;
}

interface Taking {
  readonly name: string;
  readonly id: PeerId;
  readonly listed: View;
}

/** The list after the name was taken from who had it, or after another was faster. */
async function take(arbiter: Arbiter, { name, id, listed }: Taking): Promise<View> {
  const [holder] = [...listed.members].find(([, held]) => held === name) ?? [];
  try {
    const view = await arbiter.register(name, id, holder);
    assert.equal(view.members.get(id), name);
    return view;
  } catch (error) {
    if (!(error instanceof ArbiterRefusal)) throw error;
    const view = await arbiter.list();
    assert.ok(view.rev > listed.rev && !view.members.has(id), error.message);
    return view;
  }
}

/** Clients work at once while seeds crash; each client's answers and all logs are compared. */
async function checkHistory(network: SeedNetwork, { seeds, chance }: Chaos): Promise<void> {
  const founders = new Set<string>();
  let newestAnswered = 0n;
  const over = new AbortController();

  const client = async (n: number) => {
    const arbiter = retrying(network, n % seeds);
    for (let turn = 0; turn < 4; turn++) {
      const before = newestAnswered;
      const id = peerId(100 * n + turn);
      const name = `node-${Math.floor(chance() * 3)}`;
      const listed = await arbiter.list();
      const view = chance() < 0.7 ? await take(arbiter, { name, id, listed }) : listed;
      assert.ok(view.rev >= before, `revision ${view.rev} was answered after ${before}`);
      if (view.rev > newestAnswered) newestAnswered = view.rev;
      founders.add(await arbiter.genesis(id));
    }
  };
  const crashes = async () => {
    while (!over.signal.aborted) {
      await network.time.sleep(chance() * 300);
      network.restart(Math.floor(chance() * seeds));
    }
  };

  const clients = Promise.all([1, 2, 3].map(client)).finally(() => over.abort());
  await network.time.run(Promise.all([clients, crashes()]));
  assert.equal(founders.size, 1);
  assertOneLog(network.decisions());
}

function assertOneLog(logs: readonly (readonly string[])[]): void {
  const decided = new Map<string, string>();
  for (const line of logs.flat()) {
    const position = line.slice(0, line.indexOf(' '));
    assert.equal(decided.get(position) ?? line, line, `index ${position} was decided twice`);
    decided.set(position, line);
  }
}

/** An arbiter whose user asks again when there was no answer, as a peer does. */
function retrying(network: SeedNetwork, self: number) {
  const arbiter = network.arbiter(self);
  const again = async <T>(ask: () => Promise<T>): Promise<T> => {
    for (let attempt = 0; attempt < 100; attempt++) {
      try {
        return await ask();
      } catch (error) {
        if (!(error instanceof Error) || error.name !== 'ArbiterUnavailable') throw error;
        await network.time.sleep(100);
      }
    }
    throw new Error('no answer after 100 attempts');
  };
  return {
    genesis: (...of: Parameters<typeof arbiter.genesis>) => again(() => arbiter.genesis(...of)),
    register: (...of: Parameters<typeof arbiter.register>) => again(() => arbiter.register(...of)),
    remove: (...of: Parameters<typeof arbiter.remove>) => again(() => arbiter.remove(...of)),
    list: () => again(() => arbiter.list()),
    executor: (...of: Parameters<typeof arbiter.executor>) => again(() => arbiter.executor(...of)),
  };
}
