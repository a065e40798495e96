/**
 * Real peers that are killed at each durable step while a state is lost and its addresses come back:
 * the one that lost it, and the one that takes them back for it.
 */
import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import type { Report } from '#peer/http/report.ts';
import { containsAddress } from '#peer/ipam/cidr.ts';
import { parseAddress, parseCidr } from '#peer/ipam/parse.ts';
import {
  assertAttached,
  fence,
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

const HASTY = hastyEnvironment();

const cluster = await RealCluster.create(3);
after(() => cluster[Symbol.asyncDispose]());
const [first, second, loser] = cluster.nodes as [RealNode, RealNode, RealNode];
for (const { peer } of cluster.nodes) peer.start(HASTY);
await Promise.all(cluster.nodes.map(({ peer }) => peer.ready()));
const pod = await cluster.addPod(loser, 'kept');
const address = await pod.attach();
const attached = new Map([[pod.name, address]]);

/** What is not as it was before the state was lost; undefined while one of the peers does not answer. */
async function findFaults(): Promise<readonly string[] | undefined> {
  const reports = await Promise.all(cluster.nodes.map(({ peer }) => peer.tryReport()));
  const known = reports.filter((report) => report !== undefined);
  const ofLoser = reports.at(-1);
  if (known.length < reports.length || ofLoser === undefined) return undefined;
  const isBack = holds(ofLoser, address) && ofLoser.ownership?.carriedOver.length === 0;
  return [
    ...findOwnershipFaults(known),
    ...(isBack ? [] : [`${address} is not its own`]),
    ...known.flatMap(({ peer, pendingGrants }) =>
      pendingGrants.map(({ cidr, to }) => `${peer.name} still grants ${cidr} to ${to}`),
    ),
  ];
}

function holds({ holdings }: Report, address: string): boolean {
  return holdings.some(({ cidr }) => containsAddress(parseCidr(cidr), parseAddress(address)));
}

const isOver = async (): Promise<boolean> => (await findFaults())?.length === 0;

/** What each peer says of it. */
async function describeReclaim(): Promise<readonly string[]> {
  const reports = await Promise.all(cluster.nodes.map(({ peer }) => peer.tryReport()));
  return reports.map((report) => JSON.stringify([report?.ownership?.reclaim, report?.problems]));
}

async function assertAllIsBack(): Promise<void> {
  await eventuallyTrue('all is back where it was', isOver, {
    instead: async () => [...((await findFaults()) ?? []), ...(await describeReclaim())].join('\n'),
  });
  await assertAttached(loser, attached);
}

/** It begins as a new identity, with a fault ahead if there is one. */
async function loseState(start: () => void): Promise<void> {
  await loser.peer.end('SIGKILL');
  fence(loser.peer.stateDirectory);
  start();
}

it('killed at any step of starting without its state, its pods and their addresses are its own', async (t) => {
  const count = await killAtEach(async (point) => {
    await loseState(() => startWithFault(loser, point, HASTY));
    const outcome = await killedOr(loser, isOver);
    await startWithoutFault(loser, HASTY);
    await assertAllIsBack();
    return outcome;
  });
  t.diagnostic(`${count} steps: ${stepNames(loser).join(', ')}`);
  assert.ok(stepNames(loser).includes('set aside'));
});

/** Who takes back what others lost: the arbiter has chosen one by now, and not one that is gone. */
async function findExecutor(): Promise<RealNode> {
  const { ownership } = await first.peer.report();
  return ownership?.reclaim.state === 'left-to-executor' ? second : first;
}

it('killed at any step of taking back what another lost, that one has it in the end', async (t) => {
  const executor = await findExecutor();
  const count = await killAtEach(async (point) => {
    await executor.peer.end('SIGKILL');
    startWithFault(executor, point, HASTY);
    await loseState(() => loser.peer.start(HASTY));
    const outcome = await killedOr(executor, isOver);
    await startWithoutFault(executor, HASTY);
    await assertAllIsBack();
    return outcome;
  });
  t.diagnostic(`${count} steps: ${stepNames(executor).join(', ')}`);
  assert.ok(count >= 5, `${count} steps`);
});
