/** The arbiter of a peer: alone, as one of the seeds, or asking them; over questions in JSON. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, describe, it } from 'node:test';
import { pino } from 'pino';
import { type ArbiterService, openArbiterService } from '#peer/daemon/arbiter-service.ts';
import { formatAddress } from '#peer/ipam/cidr.ts';
import { endpointKey } from '#peer/mesh/endpoint-key.ts';
import type { Endpoint } from '#peer/mesh/record.ts';
import { eventuallyTrue } from '#test/support/eventually.ts';
import { testEndpoint } from '#test/support/records.ts';
import { peerId } from '../ipam/builders.ts';

function makeDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'weft-arbiter-'));
  t.after(() => rmSync(directory, { recursive: true }));
  return directory;
}

const FIRST_START = {
  isNewSeed: false,
  wasRegistered: false,
  knowsMembers: () => false,
  log: pino({ level: 'silent' }),
};

/** Services of the numbered peers, which ask each other directly; the first three are seeds. */
async function openServices(t: TestContext, count: number): Promise<readonly ArbiterService[]> {
  const seeds = [1, 2, 3].map(testEndpoint);
  const byEndpoint = new Map<string, ArbiterService>();
  const services = Array.from({ length: count }, (_, at) => {
    const self = testEndpoint(at + 1);
    const service = openArbiterService({
      seeds,
      self,
      cluster: 'test',
      stateDirectory: makeDirectory(t),
      ...FIRST_START,
      ask: (seed, json) => ask(byEndpoint, { from: self, seed, json }),
    });
    byEndpoint.set(endpointKey(self), service);
    service.begin();
    t.after(() => service.close());
    return service;
  });
  await eventuallyTrue('the seeds vote', () =>
    Promise.all(services.map(({ arbiter }) => arbiter.list())).then(
      () => true,
      () => false,
    ),
  );
  return services;
}

async function ask(
  services: ReadonlyMap<string, ArbiterService>,
  { from, seed, json }: { from: Endpoint; seed: Endpoint; json: Uint8Array },
): Promise<Uint8Array> {
  const service = services.get(endpointKey(seed));
  if (service === undefined) throw new Error(`nobody at ${formatAddress(seed.address)}`);
  const answer = await service.answer({ peer: peerId(9), address: from.address }, json);
  return answer.arbiter;
}

function question(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

/** Says which votes are those of the seed at that place. */
function enrol(place: number): Uint8Array {
  return question({ type: 'enrol', seed: place, store: 'a'.repeat(32) });
}

const FROM_SEED = { peer: peerId(1), address: testEndpoint(1).address };
const FROM_CLIENT = { peer: peerId(4), address: testEndpoint(4).address };

describe('a peer without seeds', () => {
  it('has an arbiter of its own, which answers nobody else', async (t) => {
    const service = openArbiterService({
      seeds: [],
      self: testEndpoint(1),
      cluster: 'test',
      stateDirectory: makeDirectory(t),
      ...FIRST_START,
      ask: () => Promise.reject(new Error('asked')),
    });
    t.after(() => service.close());
    assert.equal(await service.arbiter.genesis(peerId(1)), peerId(1));
    await assert.rejects(
      service.answer(FROM_CLIENT, question({ type: 'list' })),
      /no seed: compare the lists of seeds/,
    );
  });
});

describe('peers with seeds', { timeout: 20_000 }, () => {
  it('agree on who founded the cluster and who is a member, seeds or not', async (t) => {
    const services = await openServices(t, 5);
    const founders = await Promise.all(
      services.map(({ arbiter }, n) => arbiter.genesis(peerId(n + 1))),
    );
    assert.equal(new Set(founders).size, 1);
    await Promise.all(
      services.map(({ arbiter }, n) => arbiter.register(`node${n}`, peerId(n + 1))),
    );
    const views = await Promise.all(services.map(({ arbiter }) => arbiter.list()));
    for (const { members } of views) assert.equal(members.size, 5);
  });

  it('that are no seeds answer nothing', async (t) => {
    const client = (await openServices(t, 4))[3];
    assert.ok(client !== undefined);
    await assert.rejects(client.answer(FROM_SEED, question({ type: 'list' })), /no seed/);
  });
});

describe('a seed', { timeout: 20_000 }, () => {
  it('answers what every peer may ask', async (t) => {
    const [seed] = await openServices(t, 3);
    assert.ok(seed !== undefined);
    const { error, arbiter } = await seed.answer(FROM_CLIENT, question({ type: 'list' }));
    assert.equal(error, '');
    assert.equal(JSON.parse(new TextDecoder().decode(arbiter)).type, 'view');
  });

  it('encodes a list once for all that ask, until there is another', async (t) => {
    const [seed] = await openServices(t, 3);
    assert.ok(seed !== undefined);
    const ask = () => seed.answer(FROM_CLIENT, question({ type: 'list' }));
    await seed.arbiter.register('node7', peerId(7));
    const first = await ask();
    assert.equal((await ask()).arbiter, first.arbiter);
    await seed.arbiter.register('node8', peerId(8));
    const { members } = JSON.parse(new TextDecoder().decode((await ask()).arbiter));
    assert.deepEqual(members, [
      [peerId(7), 'node7'],
      [peerId(8), 'node8'],
    ]);
  });

  const noQuestions: readonly [string, Uint8Array][] = [
    ['no JSON', Uint8Array.of(0xff, 0)],
    ['nothing', new Uint8Array()],
    ['null', question(null)],
    ['a list', question([1, 2])],
    ['an unknown question', question({ type: 'forget' })],
    ['a malformed one', question({ type: 'register', name: 7, id: 'x' })],
  ];
  for (const [what, json] of noQuestions) {
    it(`refuses ${what}, from a peer and from a seed`, async (t) => {
      const [seed] = await openServices(t, 3);
      assert.ok(seed !== undefined);
      for (const asker of [FROM_CLIENT, FROM_SEED]) {
        await assert.rejects(seed.answer(asker, json), /this is no question for a seed/);
      }
    });
  }

  it('takes votes from the addresses of seeds alone', async (t) => {
    const [seed] = await openServices(t, 3);
    assert.ok(seed !== undefined);
    const vote = question({ type: 'prepare', index: 0, ballot: { round: 1, seed: 0, run: 1 } });
    await assert.rejects(seed.answer(FROM_CLIENT, vote), /this is no question for a seed/);
    assert.equal((await seed.answer(FROM_SEED, vote)).error, '');
  });

  it('is told by a seed which votes are its own, and by none which are another one’s', async (t) => {
    const [seed] = await openServices(t, 3);
    assert.ok(seed !== undefined);
    const second = { peer: peerId(2), address: testEndpoint(2).address };
    for (const place of [0, 2, 3, 1e9]) {
      await assert.rejects(seed.answer(second, enrol(place)), /this is no question for a seed/);
    }
    assert.equal((await seed.answer(second, enrol(1))).error, '');
  });

  it('that is a member, by its state, and has no votes is not started as a new one', async (t) => {
    const stateDirectory = makeDirectory(t);
    const options = {
      seeds: [1, 2, 3].map(testEndpoint),
      self: testEndpoint(1),
      cluster: 'test',
      stateDirectory,
      ...FIRST_START,
      ask: () => Promise.reject(new Error('nobody')),
    };
    const open = (more: Partial<typeof FIRST_START>) => {
      const service = openArbiterService({ ...options, ...more });
      t.after(() => service.close());
      service.begin();
      return service;
    };
    for (const wasRegistered of [true, false]) {
      assert.throws(() => open({ isNewSeed: true, wasRegistered }), {
        name: 'VotesMissing',
        message: /votes were lost, as its state in .*weft-arbiter-.* start it without --new-seed/,
      });
    }
    const service = open({ wasRegistered: true });
    await eventuallyTrue('it says why it does not vote', () =>
      Promise.resolve(/its votes were lost/.test(service.problem() ?? '')),
    );
  });

  it('that never voted is started as a new one, though its peer became a member meanwhile', (t) => {
    const options = {
      ...FIRST_START,
      seeds: [1, 2, 3].map(testEndpoint),
      self: testEndpoint(1),
      cluster: 'test',
      stateDirectory: makeDirectory(t),
      ask: () => Promise.reject(new Error('nobody')),
    };
    openArbiterService(options).close();
    openArbiterService({ ...options, isNewSeed: true, wasRegistered: true }).close();
  });

  it('that votes may be started again with --new-seed left in place', async (t) => {
    const directory = makeDirectory(t);
    const seeds = [testEndpoint(1)];
    const open = (more: { readonly isNewSeed: boolean; readonly wasRegistered: boolean }) => {
      const service = openArbiterService({
        ...FIRST_START,
        ...more,
        seeds,
        self: testEndpoint(1),
        cluster: 'test',
        stateDirectory: directory,
        ask: () => Promise.reject(new Error('nobody')),
      });
      service.begin();
      return service;
    };
    const first = open({ isNewSeed: true, wasRegistered: false });
    await eventuallyTrue('it votes', () =>
      first.arbiter.genesis(peerId(1)).then(
        () => true,
        () => false,
      ),
    );
    first.close();
    const second = open({ isNewSeed: true, wasRegistered: true });
    t.after(() => second.close());
    assert.equal(await second.arbiter.genesis(peerId(2)), peerId(1));
  });
});
