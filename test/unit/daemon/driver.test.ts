/** The driver: hands the core its events and carries out what it asks for, in order and durably. */
import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { type TestContext, describe, it } from 'node:test';
import type { CoreEffect, CoreEvent } from '#peer/core/core-event.ts';
import type { Core } from '#peer/core/core.ts';
import { Counters } from '#peer/counters.ts';
import { Driver, type DriverPorts } from '#peer/daemon/driver.ts';
import type { Write } from '#peer/ipam/writes.ts';
import { ALLOCATION_WAIT_MS, WAITING_MAX } from '#peer/core/waiting-allocations.ts';
import { testEndpoint } from '#test/support/records.ts';
import { requestOf } from '../ipam/builders.ts';
import { Member, type MemberOptions, createFounder, createJoiner, viewOf } from '../core/member.ts';

interface Driven {
  readonly driver: Driver;
  readonly core: Core;
  readonly counters: Counters;
  /** Calls of the ports in their order, each its name and what it was called with. */
  readonly calls: [string, ...unknown[]][];
  readonly named: (name: keyof DriverPorts) => readonly (readonly unknown[])[];
}

interface DriveOptions extends MemberOptions {
  readonly core?: Core;
  readonly ports?: Partial<DriverPorts>;
  readonly now?: () => number;
}

function drive(t: TestContext, options: DriveOptions = {}): Driven {
  const calls: [string, ...unknown[]][] = [];
  const counters = new Counters();
  const note =
    (name: string) =>
    (...args: readonly unknown[]): void =>
      void calls.push([name, ...args]);
  const ports: DriverPorts = {
    dial: note('dial'),
    send: note('send'),
    close: note('close'),
    commit: note('commit'),
    remember: note('remember'),
    lookAgain: note('lookAgain'),
    fence: note('fence'),
    askView: note('askView'),
    askExecutor: async () => undefined,
    askPeerView: async () => undefined,
    askSpace: async (...args) => {
      note('askSpace')(...args);
      return false;
    },
    ...options.ports,
  };
  const core = options.core ?? new Member(1, options).core;
  const driver = new Driver({ core, ports, counters, now: options.now ?? (() => 0) });
  t.after(() => driver.stop());
  return { driver, core, counters, calls, named: (name) => calls.filter(([it]) => it === name) };
}

/** A driven peer that founded its cluster a moment ago. */
async function driveFounder(t: TestContext, options: DriveOptions = {}): Promise<Driven> {
  const driven = drive(t, options);
  const { driver, core } = driven;
  driver.start([]);
  driver.tell({ type: 'registered', view: { rev: 1n, members: new Map([[core.self, 'node1']]) } });
  driver.tell({ type: 'founded', founder: core.self });
  await turn();
  await turn();
  driven.calls.length = 0;
  return driven;
}

function allocate(driver: Driver, n: number): ReturnType<Driver['ask']> {
  return driver.ask((reply) => ({ type: 'allocate', request: requestOf(n), reply }));
}

describe('a driver', () => {
  it('commits what one turn asked for in one write, and answers after it', async (t) => {
    const order: string[] = [];
    const { driver, named } = await driveFounder(t, {
      ports: { commit: (writes) => void order.push(`${writes.length} written`) },
    });
    order.length = 0;
    const answers = [1, 2, 3].map(async (n) => {
      const { type } = await allocate(driver, n);
      order.push(type);
    });
    assert.deepEqual(order, []);
    await Promise.all(answers);
    assert.deepEqual(order, ['3 written', 'attached', 'attached', 'attached']);
    assert.ok(named('lookAgain').length > 0);
  });

  it('answers an ADD that is repeated before the first is written after that is written', async (t) => {
    const order: string[] = [];
    const { driver } = await driveFounder(t, {
      ports: { commit: () => void order.push('written') },
    });
    order.length = 0;
    const [first, again] = await Promise.all([
      allocate(driver, 1).finally(() => order.push('first')),
      allocate(driver, 1).finally(() => order.push('again')),
    ]);
    assert.deepEqual(first, again);
    assert.deepEqual(order, ['written', 'first', 'again']);
  });

  it('has published only what was written before', async (t) => {
    let written: readonly Write[] = [];
    const { driver, core } = drive(t, { ports: { commit: (writes) => (written = writes) } });
    driver.start([]);
    driver.tell({
      type: 'registered',
      view: { rev: 1n, members: new Map([[core.self, 'node1']]) },
    });
    driver.tell({ type: 'founded', founder: core.self });
    assert.equal(core.mesh.directory.size, 0);
    await turn();
    assert.ok(written.some(({ type }) => type === 'hold-block'));
    assert.equal(core.mesh.directory.size, 1);
  });

  it('when the disk fails answers nothing and publishes nothing', async (t) => {
    const { driver, core } = drive(t, {
      ports: {
        commit: () => {
          throw new Error('the disk is full');
        },
      },
    });
    driver.start([]);
    driver.tell({
      type: 'registered',
      view: { rev: 1n, members: new Map([[core.self, 'node1']]) },
    });
    driver.tell({ type: 'founded', founder: core.self });
    assert.throws(() => driver.stop(), /the disk is full/);
    await turn();
    assert.equal(core.mesh.directory.size, 0);
  });

  it('handles what a port tells at once after all effects of the event before it', (t) => {
    const order: string[] = [];
    const ports: Partial<DriverPorts> = {
      dial: (endpoint) => {
        order.push('dial');
        driver.tell({ type: 'dial-failed', endpoint });
      },
    };
    const { driver, core } = drive(t, { ports });
    t.mock.method(core, 'step', (_now: number, { type }: CoreEvent): readonly CoreEffect[] => {
      order.push(type);
      if (type !== 'time') return [];
      return [8, 9].map((n) => ({ type: 'dial', endpoint: testEndpoint(n) }));
    });
    driver.tell({ type: 'time' });
    assert.deepEqual(order, ['time', 'dial', 'dial', 'dial-failed', 'dial-failed']);
  });

  it('wakes the core when it asked for it', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    let now = 0;
    const founder = createFounder(2);
    const { joiner } = createJoiner(1, founder);
    const { driver } = drive(t, { core: joiner.core, now: () => now });
    const answer = allocate(driver, 1);
    for (let waited = 0; waited <= ALLOCATION_WAIT_MS; waited += 100) {
      now = waited;
      t.mock.timers.tick(100);
    }
    assert.equal((await answer).type, 'refused');
  });

  it('that was paused hears what came meanwhile before it hears of the time', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    let now = 0;
    const { driver, core } = drive(t, { now: () => now });
    const order: string[] = [];
    t.mock.method(core, 'nextAt', () => now + 1_000);
    t.mock.method(core, 'step', (_now: number, { type }: CoreEvent): readonly CoreEffect[] => {
      order.push(type);
      return [];
    });
    driver.start([]);
    now = 999;
    t.mock.timers.tick(1_000);
    assert.equal(order.at(-1), 'time', 'one that is in time is told at once');
    order.length = 0;
    now += 6_000;
    t.mock.timers.tick(1_000);
    driver.tell({ type: 'link-down', link: 1 });
    assert.deepEqual(order, ['link-down']);
    await turn();
    assert.deepEqual(order, ['link-down', 'time']);
  });

  it('sends no spare copy by a link that was congested, down or closed meanwhile', async (t) => {
    const { promise: lastIsSent, resolve } = Promise.withResolvers<void>();
    const sent: number[] = [];
    const send: DriverPorts['send'] = (link) => {
      sent.push(link);
      if (link === 4) resolve();
    };
    const { driver, core } = drive(t, { ports: { send } });
    const frame = { type: 'records', records: [] } as const;
    const copies = [1, 2, 3, 4].map(
      (link) => ({ type: 'send', link, frame, isSpare: true }) as const,
    );
    const close = { type: 'close', link: 3, reason: 'silent' } as const;
    t.mock.method(core, 'step', (_now: number, { type }: CoreEvent): readonly CoreEffect[] =>
      type === 'time' ? [...copies, close] : [],
    );
    driver.tell({ type: 'time' });
    driver.tell({ type: 'congested', link: 1 });
    driver.tell({ type: 'link-down', link: 2 });
    await lastIsSent;
    assert.deepEqual(sent, [4]);
  });

  it('counts why it closes links', (t) => {
    const { driver, core, counters } = drive(t);
    t.mock.method(core, 'step', (): readonly CoreEffect[] => [
      { type: 'close', link: 1, reason: 'silent' },
    ]);
    driver.tell({ type: 'time' });
    assert.deepEqual(counters.all(), { silent: 1 });
  });

  it('asks donors once its own record is published, and tells the core how that ended', async (t) => {
    const { promise: asked, resolve } = Promise.withResolvers<readonly string[]>();
    const founder = createFounder(2);
    const askSpace: DriverPorts['askSpace'] = async (donors) => {
      assert.ok(core.mesh.directory.peer(core.self) !== undefined);
      resolve(donors);
      return true;
    };
    const { driver, core } = drive(t, { ports: { askSpace } });
    driver.start([founder.record]);
    driver.tell({
      type: 'registered',
      view: viewOf(2n, [founder, new Member(1)]),
    });
    driver.tell({ type: 'founded', founder: founder.id });
    assert.deepEqual(await asked, [founder.id]);
    await turn();
    // Granted: it waits for the record that brings the block, and not for the answer.
    assert.equal(core.nextAt(), 1_000);
  });

  it('counts what the core refused, and passes on a fence', async (t) => {
    const { driver, core, counters, named } = await driveFounder(t);
    const up = { link: 1, peer: new Member(2).id, endpoint: testEndpoint(2) } as const;
    driver.tell({ type: 'link-up', initiator: 'them', ...up });
    const signed = { body: Uint8Array.of(1, 2, 3), signature: new Uint8Array(64) };
    driver.tell({ type: 'frame', link: 1, frame: { type: 'records', records: [signed] } });
    assert.deepEqual(counters.all(), { 'bad-record': 1 });
    driver.tell({ type: 'view', view: { rev: 9n, members: new Map() } });
    assert.deepEqual(named('fence'), []);
    await turn();
    assert.equal(named('fence').length, 1);
    assert.equal(core.ipam.phase(), 'removed');
  });

  it('that stops writes what it was asked for, answers it, and hears nothing more', async (t) => {
    const { driver, core, calls, named } = await driveFounder(t);
    const answer = allocate(driver, 1);
    driver.stop();
    assert.equal(named('commit').length, 1);
    assert.equal((await answer).type, 'attached');
    const before = calls.length;
    driver.tell({ type: 'allocate', request: requestOf(2), reply: 99 });
    await turn();
    assert.equal(calls.length, before);
    assert.equal(core.ipam.attachments().length, 1);
  });

  it('that stops refuses what the core has not answered, and all that is asked later', async (t) => {
    const founder = createFounder(2);
    const { joiner } = createJoiner(1, founder);
    const { driver } = drive(t, { core: joiner.core });
    const pending = allocate(driver, 1);
    driver.stop();
    const refused = { type: 'refused', reason: 'the peer is stopping' };
    assert.deepEqual(await pending, refused);
    assert.deepEqual(await allocate(driver, 2), refused);
  });

  it('that can not write what is left when it stops refuses it all the same', async (t) => {
    let isFull = false;
    const commit = (): void => {
      if (isFull) throw new Error('the disk is full');
    };
    const { driver } = await driveFounder(t, { ports: { commit } });
    isFull = true;
    const pending = allocate(driver, 1);
    assert.throws(() => driver.stop(), /the disk is full/);
    assert.equal((await pending).type, 'refused');
  });

  it('counts a bound that is hit, by its name', async (t) => {
    const { driver, counters } = drive(t);
    for (let n = 0; n < WAITING_MAX; n++) void allocate(driver, n);
    assert.deepEqual(counters.all(), {});
    assert.equal((await allocate(driver, WAITING_MAX)).type, 'refused');
    assert.deepEqual(counters.all(), { 'too-many-waiting-allocations': 1 });
  });

  it('remembers what was learned, and starts with what it is told an earlier run knew', (t) => {
    const founder = createFounder(2);
    const { driver, core, named } = drive(t);
    driver.start([founder.record]);
    assert.deepEqual(core.mesh.directory.peer(founder.id)?.digest, founder.record.digest);
    assert.equal(named('remember').length, 1);
  });
});
