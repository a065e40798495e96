/**
 * Real peers that are killed right before and right after each durable step of what they do, and
 * started again: whatever was answered holds, every address is accounted for, and nothing is left.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, it } from 'node:test';
import type { Report } from '#peer/http/report.ts';
import { eventually, eventuallyTrue } from '#test/support/eventually.ts';
import { type Fault, faultEnvironment } from '#test/support/fault-point.ts';
import { findOwnershipFaults } from '#test/support/ownership.ts';
import { RealCluster, type RealNode } from '#test/support/real-cluster.ts';
import type { RealPod } from '#test/support/real-pod.ts';

/** No scenario has as many steps: it would go round for ever. */
const STEPS_MAX = 60;

const cluster = await RealCluster.start(2);
after(() => cluster[Symbol.asyncDispose]());
const [founder, member] = cluster.nodes as [RealNode, RealNode];
/** Of peers that were ended for good: what they held, they hold. */
const ended: Report[] = [];

interface Point {
  readonly kind: 'kill-before' | 'kill-after';
  readonly step: number;
}

/**
 * Each step of `scenario` until it ends without a fault: the number of steps. Before the odd ones and
 * after the even ones; on both sides of all with ALL_POINTS=1, which takes twice as long.
 */
async function killAtEach(scenario: (point: Point) => Promise<'killed' | 'over'>): Promise<number> {
  for (let step = 1; step <= STEPS_MAX; step++) {
    const both = ['kill-before', 'kill-after'] as const;
    const kinds = process.env['ALL_POINTS'] === '1' ? both : [both[(step + 1) % 2] ?? both[0]];
    for (const kind of kinds) {
      if ((await scenario({ kind, step })) === 'over') return step - 1;
    }
  }
  throw new Error(`${STEPS_MAX} steps are not the end of it`);
}

function startWithFault({ peer }: RealNode, point: Point): void {
  const traceFile = join(peer.directory, 'steps');
  const fault: Fault = { ...point, traceFile };
  peer.start(faultEnvironment(fault));
}

/** Also one that met no fault: the next step of its process would. */
async function startWithoutFault({ peer }: RealNode): Promise<void> {
  await peer.end('SIGKILL');
  peer.start();
  await peer.ready();
}

/** The steps that the node's peers have taken with a fault ahead of them, by name. */
function stepNames({ peer }: RealNode): readonly string[] {
  const file = join(peer.directory, 'steps');
  if (!existsSync(file)) return [];
  const names = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.replace(/^\d+ /, ''));
  return [...new Set(names)].sort();
}

/** Resolves to whether the fault has killed it. */
async function killedOr(node: RealNode, over: () => Promise<boolean>): Promise<'killed' | 'over'> {
  const outcome = await eventually(
    'the peer is killed, or all is over',
    async () => {
      if (!node.peer.isRunning()) return 'killed';
      return (await over()) ? 'over' : undefined;
    },
    { instead: () => node.peer.log() },
  );
  if (outcome === 'killed') assert.equal((await node.peer.ended()).signal, 'SIGKILL');
  return outcome;
}

/** One that is being killed does not answer any more. */
async function answers({ peer }: RealNode): Promise<boolean> {
  return (await peer.tryReport()) !== undefined;
}

async function isReady({ peer }: RealNode): Promise<boolean> {
  return (await peer.tryReport())?.peer.state === 'ready';
}

/** Whatever was interrupted: all addresses are in one place, and each pod has its own. */
async function assertAccounts(nodes: readonly RealNode[]): Promise<void> {
  const find = async (): Promise<readonly string[]> => {
    const reports = await Promise.all(nodes.map(({ peer }) => peer.report()));
    return findOwnershipFaults([...reports, ...ended]);
  };
  await eventuallyTrue('every address is accounted for', async () => (await find()).length === 0, {
    instead: async () => (await find()).join('\n'),
  });
}

/** The node's attachments are those of these pods with these addresses, and so are its interfaces. */
async function assertAttached(
  { peer, namespace }: RealNode,
  expected: ReadonlyMap<string, string>,
): Promise<void> {
  const report = await eventually('DELs that were queued are done', async () => {
    const report = await peer.report();
    return report.attachments.length <= expected.size ? report : undefined;
  });
  const attached = report.attachments.map(({ containerId, addresses }) => {
    return [containerId, addresses.join()] as const;
  });
  assert.deepEqual(new Map(attached), expected);
  const links = await namespace.exec('ip', '-br', 'link');
  const names = [...links.matchAll(/^weft-\w+/gm)].map(([name]) => name);
  assert.deepEqual(
    names.sort(),
    report.attachments.map(({ hostInterface }) => hostInterface).sort(),
  );
}

/** As a runtime does: a pod that could not be attached gets a DEL. */
async function attachOrDelete(pod: RealPod, attached: Map<string, string>): Promise<void> {
  const { exitCode, document } = await pod.call('ADD');
  const address = document.ips?.[0]?.address.split('/')[0];
  if (exitCode === 0 && address !== undefined) attached.set(pod.name, address);
  else assert.equal((await pod.call('DEL')).exitCode, 0);
}

async function retire(node: RealNode): Promise<void> {
  const report = await node.peer.report();
  // What it still gives away would be counted twice when the taker is asked.
  ended.push({ ...report, pendingGrants: [] });
  await node.peer.end('SIGKILL');
}

/** The next start sets the state aside. */
function fence(stateDirectory: string): void {
  const database = new DatabaseSync(join(stateDirectory, 'state', 'state.sqlite'));
  database.exec("INSERT INTO fence VALUES (1, 'of a test')");
  database.close();
}

it('killed at any step of joining, it joins when started again', async (t) => {
  const names = new Set<string>();
  const count = await killAtEach(async (point) => {
    const joiner = await cluster.addNode({ name: `joiner-${point.step}-${point.kind}` });
    startWithFault(joiner, point);
    const outcome = await killedOr(joiner, () => isReady(joiner));
    await startWithoutFault(joiner);
    await assertAccounts([founder, member, joiner]);
    for (const name of stepNames(joiner)) names.add(name);
    await retire(joiner);
    return outcome;
  });
  t.diagnostic(`${count} steps: ${[...names].join(', ')}`);
  assert.ok(count >= 5, `${count} steps`);
});

it('killed at any step of attaching and detaching pods, it has what it answered', async (t) => {
  const pods = await Promise.all(['a', 'b', 'c'].map((name) => cluster.addPod(member, name)));
  const attached = new Map<string, string>();
  const count = await killAtEach(async (point) => {
    await member.peer.end('SIGKILL');
    startWithFault(member, point);
    let outcome = await killedOr(member, () => isReady(member));
    if (outcome === 'over') {
      const [a, b, c] = pods as [RealPod, RealPod, RealPod];
      await Promise.all([a, b].map((pod) => attachOrDelete(pod, attached)));
      await attachOrDelete(c, attached);
      for (const pod of [a, c]) {
        assert.equal((await pod.call('DEL')).exitCode, 0);
        attached.delete(pod.name);
      }
      outcome = await killedOr(member, () => answers(member));
    }
    await startWithoutFault(member);
    await assertAttached(member, attached);
    await assertAccounts([founder, member]);
    for (const pod of pods) {
      assert.equal((await pod.call('DEL')).exitCode, 0);
      attached.delete(pod.name);
    }
    await assertAttached(member, attached);
    return outcome;
  });
  t.diagnostic(`${count} steps: ${stepNames(member).join(', ')}`);
  assert.ok(count >= 6, `${count} steps`);
});

it('killed at any step of registering and granting to another, both have what was granted', async (t) => {
  const count = await killAtEach(async (point) => {
    await founder.peer.end('SIGKILL');
    startWithFault(founder, point);
    const taker = await cluster.addNode({ name: `taker-${point.step}-${point.kind}` });
    taker.peer.start();
    const isOver = async (): Promise<boolean> => {
      if (!(await isReady(taker)) || !(await isReady(founder))) return false;
      return (await founder.peer.tryReport())?.pendingGrants.length === 0;
    };
    const outcome = await killedOr(founder, isOver);
    await startWithoutFault(founder);
    await taker.peer.ready();
    await assertAccounts([founder, member, taker]);
    await retire(taker);
    return outcome;
  });
  t.diagnostic(`${count} steps: ${stepNames(founder).join(', ')}`);
  assert.ok(count >= 8, `${count} steps`);
});

it('killed at any step of starting without its state, its pods have their addresses', async (t) => {
  const pod = await cluster.addPod(member, 'kept');
  const attached = new Map([[pod.name, await pod.attach()]]);
  const count = await killAtEach(async (point) => {
    await member.peer.end('SIGKILL');
    fence(member.peer.stateDirectory);
    startWithFault(member, point);
    const outcome = await killedOr(member, () => isReady(member));
    await startWithoutFault(member);
    await assertAttached(member, attached);
    return outcome;
  });
  t.diagnostic(`${count} steps: ${stepNames(member).join(', ')}`);
  assert.ok(stepNames(member).includes('set aside'));
  const next = await cluster.addPod(member, 'next');
  assert.notEqual(await next.attach(), attached.get(pod.name));
});
