/**
 * Real peers: one is dead and removed by `weft rmpeer`, and the executor, which is asked to do that
 * and takes back what the dead one held, is killed at each of its durable steps.
 */
import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import type { Report } from '#peer/http/report.ts';
import { size } from '#peer/ipam/cidr.ts';
import { parseCidr } from '#peer/ipam/parse.ts';
import {
  isReady,
  killAtEach,
  killedOr,
  startWithFault,
  startWithoutFault,
  stepNames,
} from '#test/support/crash-points.ts';
import { eventuallyTrue } from '#test/support/eventually.ts';
import { hastyEnvironment } from '#test/support/fault-point.ts';
import { findOwnershipFaults } from '#test/support/ownership.ts';
import { RealCluster, type RealNode } from '#test/support/real-cluster.ts';
import { rmpeer } from '#test/support/rmpeer.ts';

const HASTY = hastyEnvironment();

const cluster = await RealCluster.create(3);
after(() => cluster[Symbol.asyncDispose]());
for (const { peer } of cluster.nodes) peer.start(HASTY);
await Promise.all(cluster.nodes.map(({ peer }) => peer.ready()));

function held({ holdings }: Report): bigint {
  return holdings.reduce((sum, { cidr }) => sum + size(parseCidr(cidr)), 0n);
}

/** A member that was given space, and is no more: its name. */
async function addDead(name: string): Promise<string> {
  const node = await cluster.addNode({ name });
  node.peer.start(HASTY);
  await node.peer.ready();
  await node.peer.end('SIGKILL');
  return name;
}

/** Whether it is removed, by this question or one before. */
async function remove({ peer }: RealNode, name: string): Promise<boolean> {
  const { exitCode, printed } = await rmpeer(peer, name, '--even-if-alive');
  return exitCode === 0 || /no member is named/.test(printed);
}

/** What is not as if the dead one had never been; undefined while one of the peers does not answer. */
async function findFaults(): Promise<readonly string[] | undefined> {
  const reports = await Promise.all(cluster.nodes.map(({ peer }) => peer.tryReport()));
  const known = reports.filter((report) => report !== undefined);
  if (known.length < reports.length) return undefined;
  const pending = known.flatMap(({ peer, pendingGrants }) =>
    pendingGrants.map(({ cidr, to }) => `${peer.name} still grants ${cidr} to ${to}`),
  );
  return [...findOwnershipFaults(known), ...pending];
}

const isOver = async (): Promise<boolean> => (await findFaults())?.length === 0;

async function assertAllIsBack(): Promise<void> {
  await eventuallyTrue('all is held by those who run', isOver, {
    instead: async () => ((await findFaults()) ?? ['one does not answer']).join('\n'),
  });
}

/** Who has taken back what a first dead one held: the executor stays that. */
async function findExecutor(): Promise<RealNode> {
  const name = await addDead('first-gone');
  const before = await Promise.all(cluster.nodes.map(({ peer }) => peer.report()));
  const [first] = cluster.nodes as [RealNode];
  await eventuallyTrue('it is removed', () => remove(first, name));
  await assertAllIsBack();
  const after = await Promise.all(cluster.nodes.map(({ peer }) => peer.report()));
  const grown = after.findIndex((report, i) => {
    const earlier = before[i];
    return earlier !== undefined && held(report) > held(earlier);
  });
  const executor = cluster.nodes[grown];
  assert.ok(executor !== undefined, 'nobody has more than before');
  return executor;
}

it('killed at any step of removing another and taking back its space, that one has it in the end', async (t) => {
  const executor = await findExecutor();
  const count = await killAtEach(async (point) => {
    const name = await addDead(`gone-${point.step}`);
    await executor.peer.end('SIGKILL');
    startWithFault(executor, point, HASTY);
    let isRemoved = false;
    const outcome = await killedOr(executor, async () => {
      if (!isRemoved && (await isReady(executor))) isRemoved = await remove(executor, name);
      return isRemoved && (await isOver());
    });
    await startWithoutFault(executor, HASTY);
    await eventuallyTrue('it is removed', () => remove(executor, name));
    await assertAllIsBack();
    return outcome;
  });
  t.diagnostic(`${count} steps: ${stepNames(executor).join(', ')}`);
  assert.ok(count >= 5, `${count} steps`);
});
