/**
 * Real peers that are killed right before and right after each durable step of what they do, and
 * started again: whatever was answered holds, every address is accounted for, and nothing is left.
 */
import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import type { Report } from '#peer/http/report.ts';
import {
  answers,
  assertAttached,
  isReady,
  killAtEach,
  killedOr,
  startWithFault,
  startWithoutFault,
  stepNames,
} from '#test/support/crash-points.ts';
import { eventually, eventuallyTrue } from '#test/support/eventually.ts';
import { findOwnershipFaults } from '#test/support/ownership.ts';
import { RealCluster, type RealNode } from '#test/support/real-cluster.ts';
import type { RealPod } from '#test/support/real-pod.ts';

const cluster = await RealCluster.start(2);
after(() => cluster[Symbol.asyncDispose]());
const [founder, member] = cluster.nodes as [RealNode, RealNode];
/** Of peers that were ended for good: what they held, they hold. */
const ended: Report[] = [];

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

/** As a runtime does: ADD until it is served, and a DEL for a pod whose ADD never was. */
async function attachOrDelete(pod: RealPod, attached: Map<string, string>): Promise<void> {
  const address = await eventually('the ADD is served, or the peer is killed', async () => {
    const { exitCode, document } = await pod.call('ADD');
    if (exitCode === 0) return document.ips?.[0]?.address.split('/')[0];
    return member.peer.isRunning() ? undefined : 'none';
  });
  if (address !== 'none') attached.set(pod.name, address);
  else assert.equal((await pod.call('DEL')).exitCode, 0);
}

async function retire(node: RealNode): Promise<void> {
  const report = await node.peer.report();
  // What it still gives away would be counted twice when the taker is asked.
  ended.push({ ...report, pendingGrants: [] });
  await node.peer.end('SIGKILL');
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
  assert.ok(count >= 5, `${count} steps`);
});
