/** How an identity becomes a member: what it asks the arbiter, in which order, and what it waits for. */
import assert from 'node:assert/strict';
import { type TestContext, describe, it } from 'node:test';
import { pino } from 'pino';
import { type Arbiter, ArbiterRefusal, ArbiterUnavailable } from '#peer/arbiter/arbiter.ts';
import { Counters } from '#peer/counters.ts';
import { Driver } from '#peer/daemon/driver.ts';
import { type JoinOptions, join } from '#peer/daemon/join.ts';
import { testEndpoint } from '#test/support/records.ts';
import { idlePorts } from './idle-ports.ts';
import { Member, type MemberOptions, createFounder, viewOf } from '../core/member.ts';

interface Joining {
  readonly options: JoinOptions;
  readonly member: Member;
  /** What the arbiter was asked, in order. */
  readonly asked: string[];
  readonly waits: (string | undefined)[];
  readonly controller: AbortController;
}

function prepare(
  t: TestContext,
  arbiter: (member: Member) => Partial<Arbiter> = () => ({}),
  memberOptions: MemberOptions = {},
): Joining {
  const member = new Member(2, memberOptions);
  const [asked, waits]: [string[], (string | undefined)[]] = [[], []];
  const driver = new Driver({
    core: member.core,
    counters: new Counters(),
    now: () => 0,
    ports: { ...idlePorts, commit: (writes) => member.store.commit(writes) },
  });
  t.after(() => driver.stop());
  const view = viewOf(1n, [member]);
  const answers: Arbiter = {
    genesis: async (id) => id,
    register: async () => view,
    list: async () => view,
    remove: async () => view,
    executor: async (id) => id,
    ...arbiter(member),
  };
  const controller = new AbortController();
  return {
    member,
    asked,
    waits,
    controller,
    options: {
      self: member.id,
      name: 'node2',
      endpoint: testEndpoint(2),
      arbiter: {
        ...answers,
        genesis: (id) => {
          asked.push(`genesis ${id}`);
          return answers.genesis(id);
        },
        register: (name, id, replaces) => {
          asked.push(`register ${name} ${id} in place of ${replaces ?? 'nobody'}`);
          return answers.register(name, id, replaces);
        },
        list: () => {
          asked.push('list');
          return answers.list();
        },
      },
      core: member.core,
      driver,
      log: pino({ level: 'silent' }),
      signal: controller.signal,
      hasOthers: false,
      onWaiting: (problem) => waits.push(problem),
    },
  };
}

/** The disk of an identity that was told these by an arbiter. */
function diskOf({ isFounded }: { isFounded: boolean }): MemberOptions {
  const before = new Member(2);
  before.tell({ type: 'registered', view: viewOf(1n, [before]) });
  if (isFounded) before.tell({ type: 'founded', founder: before.id });
  return { store: before.store, epoch: 2 };
}

/** An arbiter that has the member under the name of the joining one. */
function listing(namesake: Member): Pick<Arbiter, 'list'> {
  return { list: async () => ({ rev: 1n, members: new Map([[namesake.id, 'node2']]) }) };
}

/** Whom the registrations that were asked for were to replace. */
function registrations(asked: readonly string[]): readonly (string | undefined)[] {
  const all = asked.filter((question) => question.startsWith('register'));
  return all.map((question) => question.split(' ').at(-1));
}

describe('a new identity', () => {
  it('registers under its name, asks who founded the cluster, and is a member', async (t) => {
    const { options, member, asked } = prepare(t);
    await join(options);
    assert.deepEqual(asked.slice(-2), [
      `register node2 ${member.id} in place of nobody`,
      `genesis ${member.id}`,
    ]);
    assert.equal(member.core.ipam.phase(), 'member');
  });

  it('waits for an arbiter that can not be reached, and says so for as long as it does', async (t) => {
    let failures = 0;
    const { options, member, waits } = prepare(t, (joining) => ({
      register: async () => {
        if (failures++ === 0) throw new ArbiterUnavailable('1 of 3 seeds', { reachable: [0] });
        return viewOf(1n, [joining]);
      },
    }));
    await join(options);
    assert.ok(waits.includes('the arbiter has no answer: 1 of 3 seeds'));
    assert.equal(waits.at(-1), undefined);
    assert.equal(member.core.ipam.phase(), 'member');
  });

  it('logs what it waits for when that changes, and not at each attempt', async (t) => {
    const answers = ['no seed', 'no seed', 'no seed', '1 of 3 seeds', '1 of 3 seeds', undefined];
    const { options } = prepare(t, (joining) => ({
      register: async () => {
        const problem = answers.shift();
        if (problem !== undefined) throw new ArbiterUnavailable(problem, { reachable: [] });
        return viewOf(1n, [joining]);
      },
    }));
    const logged: string[] = [];
    const log = pino({}, { write: (line) => void logged.push(line) });
    await join({ ...options, log });
    const lines = logged.map((line) => JSON.parse(line) as { level: number; msg: string });
    assert.deepEqual(
      lines.map(({ level, msg }) => `${level} ${msg}`),
      [
        '40 the arbiter has no answer: no seed',
        '40 the arbiter has no answer: 1 of 3 seeds',
        '30 no longer waited for',
      ],
    );
  });

  it('does not ask again where the arbiter said no', async (t) => {
    const { options, asked } = prepare(t, () => ({
      register: async () => {
        throw new ArbiterRefusal('the cluster is full');
      },
    }));
    await assert.rejects(join(options), /the cluster is full/);
    assert.equal(registrations(asked).length, 1);
  });

  it('replaces a member of its name that is gone', async (t) => {
    const gone = new Member(3);
    const { options, asked } = prepare(t, () => listing(gone));
    await join(options);
    assert.deepEqual(registrations(asked), [gone.id]);
  });

  it('looks again whose its name is when another was faster', async (t) => {
    const [gone, faster] = [new Member(3), new Member(4)];
    let holder = gone;
    const { options, asked, member } = prepare(t, (joining) => ({
      list: () => listing(holder).list(),
      register: async (_name, _id, replaces) => {
        if (replaces === faster.id) return viewOf(3n, [joining]);
        holder = faster;
        throw new ArbiterRefusal(`the name is ${faster.id}'s`);
      },
    }));
    await join(options);
    assert.deepEqual(registrations(asked), [gone.id, faster.id]);
    assert.equal(member.core.ipam.phase(), 'member');
  });

  it('does not register before it knows whether the member of its name is alive', async (t) => {
    const namesake = new Member(3);
    const { options, asked, controller } = prepare(t, () => listing(namesake));
    const rejected = assert.rejects(join({ ...options, hasOthers: true }), { name: 'AbortError' });
    setImmediate(() => controller.abort());
    await rejected;
    assert.deepEqual(asked, ['list']);
  });

  it('does not take a member whose record is not here yet for one that is gone', async (t) => {
    const [namesake, other] = [new Member(3), createFounder(1)];
    const { options, asked, waits, member, controller } = prepare(t, () => listing(namesake));
    member.hear(other.record);
    const { setHash } = member.core.mesh.directory;
    const heartbeat = { type: 'heartbeat', wanted: true, setHash } as const;
    member.tell({ type: 'frame', link: member.linkTo(other.id), frame: heartbeat });
    assert.ok(member.core.mesh.agreement.isSynced);
    const rejected = assert.rejects(join({ ...options, hasOthers: true }), { name: 'AbortError' });
    setImmediate(() => controller.abort());
    await rejected;
    assert.ok(waits.at(-1)?.includes(`the name "node2" is the peer ${namesake.id}'s`));
    assert.deepEqual(registrations(asked), []);
  });

  it('does not register while somebody alive has its name, and tells who that is', async (t) => {
    const namesake = new Member(3, { name: 'node2' });
    const prepared = prepare(t, () => listing(namesake));
    const { options, member, asked, waits, controller } = prepared;
    namesake.join(viewOf(1n, [namesake]), namesake.id);
    member.hear(namesake.record);
    const joined = join(options);
    const rejected = assert.rejects(joined, { name: 'AbortError' });
    setImmediate(() => controller.abort());
    await rejected;
    const said = waits.find((problem) => problem !== undefined) ?? '';
    assert.match(said, /the name "node2" is taken by the peer .* alive at 198\.18\.0\.3/);
    assert.ok(said.includes(namesake.id));
    assert.deepEqual(registrations(asked), []);
  });

  it('takes the place of who had its name and its endpoint, which is itself before it lost its state', async (t) => {
    const earlier = new Member(3, { name: 'node2' });
    const { options, member, asked } = prepare(t, () => listing(earlier));
    earlier.join(viewOf(1n, [earlier]), earlier.id);
    member.hear(earlier.record);
    await join({ ...options, endpoint: testEndpoint(3) });
    assert.deepEqual(registrations(asked), [earlier.id]);
  });

  it('registers before it knows any other, where no member has its name', async (t) => {
    const other = new Member(3);
    const { options, asked, waits } = prepare(t, () => ({
      list: async () => ({ rev: 1n, members: new Map([[other.id, 'node3']]) }),
    }));
    await join({ ...options, hasOthers: true });
    assert.deepEqual(registrations(asked), ['nobody']);
    assert.ok(waits.every((problem) => problem === undefined));
  });

  it('takes others with other names for what they are', async (t) => {
    const { options, member, asked } = prepare(t);
    member.hear(createFounder(1).record);
    await join(options);
    assert.deepEqual(registrations(asked), ['nobody']);
  });

  it('ends when it is told to, whatever it waits for', async (t) => {
    const { options, controller } = prepare(t, () => ({
      register: () => Promise.reject(new ArbiterUnavailable('none', { reachable: [] })),
    }));
    const rejected = assert.rejects(join(options), { name: 'AbortError' });
    setImmediate(() => controller.abort());
    await rejected;
  });
});

describe('an identity that started before', () => {
  it('and was registered, but not told who founded the cluster, asks that, and who is there', async (t) => {
    const { options, member, asked } = prepare(t, undefined, diskOf({ isFounded: false }));
    await join(options);
    assert.deepEqual(asked, ['list', `genesis ${member.id}`]);
    assert.equal(member.core.ipam.phase(), 'member');
  });

  it('and is a member only asks whether it still is one', async (t) => {
    const { options, asked } = prepare(t, undefined, diskOf({ isFounded: true }));
    await join(options);
    assert.deepEqual(asked, ['list']);
  });

  it('and was removed in the meantime learns of it', async (t) => {
    const { options, member } = prepare(
      t,
      () => ({ list: async () => ({ rev: 9n, members: new Map() }) }),
      diskOf({ isFounded: true }),
    );
    await join(options);
    assert.equal(member.core.ipam.phase(), 'removed');
  });
});
