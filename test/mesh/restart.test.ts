/** A peer that is killed or ended and started again, under real pods: what stays, and what goes on. */
import assert from 'node:assert/strict';
import { globSync, rmSync } from 'node:fs';
import { after, it } from 'node:test';
import type { Report } from '#peer/http/report.ts';
import { eventually, eventuallyTrue } from '#test/support/eventually.ts';
import { readKernelText } from '#test/support/kernel-text.ts';
import { startPing } from '#test/support/ping.ts';
import { LAN_BRIDGE, RealCluster, type RealNode } from '#test/support/real-cluster.ts';
import { TRY_AGAIN_LATER } from '#test/support/real-pod.ts';

const cluster = await RealCluster.start(3);
after(() => cluster[Symbol.asyncDispose]());
const [first, second] = cluster.nodes as [RealNode, RealNode, RealNode];
const [alice, bob] = [await cluster.addPod(first, 'alice'), await cluster.addPod(second, 'bob')];
const addresses = { alice: await alice.attach(), bob: await bob.attach() };

/** What has to be the same after a restart. */
function lasting({ peer: { id, name }, holdings, attachments }: Report) {
  return { id, name, holdings, attachments };
}

function driftOf({ kernel }: Report): readonly string[] {
  return Object.entries(kernel.drift)
    .filter(([, times]) => times > 0)
    .map(([kind, times]) => `${kind}: ${times}`);
}

function attached({ attachments }: Report): readonly string[] {
  return attachments.map(({ containerId }) => containerId);
}

/** Where routes lead in the node's kernel, and what the others hold by its peer's report. */
async function isProgrammed({ namespace, peer }: RealNode): Promise<boolean> {
  const text = await namespace.exec('ip', '-4', 'route', 'show', 'dev', 'weft0');
  const routes = text
    .trim()
    .split('\n')
    .map((line) => line.split(' ')[0] ?? '');
  const { peers } = await peer.report();
  const held = peers.flatMap(({ self, holdings }) => (self ? [] : holdings));
  return routes.sort().join() === [...held].sort().join();
}

/** `after` is the report of a process that took over all that the one of `before` left. */
function assertTakenOver(before: Report, after: Report): void {
  assert.deepEqual(lasting(after), lasting(before));
  assert.equal(BigInt(after.peer.epoch), BigInt(before.peer.epoch) + 1n);
  assert.equal(after.kernel.firstPassChanges, 0, JSON.stringify(after.kernel));
  assert.deepEqual(driftOf(after), []);
}

it('a peer that is killed and started again takes over, and no ping between pods is lost', async () => {
  // Blocks were split until a moment ago: what is compared must not be on its way to something else.
  await eventuallyTrue('all holdings have their routes', () => isProgrammed(first));
  const before = await first.peer.report();
  const kernel = await readKernelText(first.namespace);
  await using outward = startPing(alice.namespace, { address: addresses.bob, intervalMs: 5 });
  await using inward = startPing(bob.namespace, { address: addresses.alice, intervalMs: 5 });
  await Promise.all([outward.answers(100), inward.answers(100)]);

  assert.deepEqual(await first.peer.end('SIGKILL'), { exitCode: null, signal: 'SIGKILL' });
  await Promise.all([outward.answers(200), inward.answers(200)]);
  first.peer.start();
  const restarted = await first.peer.ready();
  await Promise.all([outward.answers(200), inward.answers(200)]);

  for (const pings of [outward, inward]) assert.deepEqual((await pings.stop()).wrong, []);
  assertTakenOver(before, restarted);
  assert.equal(await readKernelText(first.namespace), kernel);
});

it('SIGTERM ends a peer with exit code 0 and leaves the data plane as it is', async () => {
  const before = await first.peer.report();
  const kernel = await readKernelText(first.namespace);

  assert.deepEqual(await first.peer.end('SIGTERM'), { exitCode: 0, signal: null });
  assert.equal(await readKernelText(first.namespace), kernel);
  await using pings = startPing(alice.namespace, { address: addresses.bob, intervalMs: 5 });
  await pings.answers(50);

  first.peer.start();
  assertTakenOver(before, await first.peer.ready());
  assert.deepEqual((await pings.stop()).wrong, []);
});

it('a pod attached after a restart has an address of its own and reaches the others', async () => {
  await first.peer.end('SIGKILL');
  first.peer.start();
  await first.peer.ready();
  const carol = await cluster.addPod(first, 'carol');
  const address = await carol.attach();
  assert.ok(!Object.values(addresses).includes(address), address);
  await using pings = startPing(carol.namespace, { address: addresses.bob, intervalMs: 5 });
  await pings.answers(20);
});

it('a peer that lost its memory and reaches nobody withdraws no route', async () => {
  const cable = ['link', 'set', 'port1'];
  await first.peer.end('SIGKILL');
  for (const file of globSync(`${first.peer.stateDirectory}/directory.sqlite*`)) rmSync(file);
  await cluster.lan.exec('ip', ...cable, 'nomaster');
  const kernel = await readKernelText(first.namespace);
  first.peer.start();
  const alone = await first.peer.ready();
  assert.deepEqual(
    alone.peers.filter(({ self }) => !self),
    [],
  );
  assert.equal(await readKernelText(first.namespace), kernel);

  await cluster.lan.exec('ip', ...cable, 'master', LAN_BRIDGE);
  await cluster.linked();
  assert.equal(await readKernelText(first.namespace), kernel);
  await using pings = startPing(alice.namespace, { address: addresses.bob, intervalMs: 5 });
  await pings.answers(20);
});

it('while the peer is down ADD answers 11 and DEL is queued, and done after the start', async () => {
  const dave = await cluster.addPod(first, 'dave');
  const erin = await cluster.addPod(first, 'erin');
  await dave.attach();
  await first.peer.end('SIGKILL');

  const refused = await erin.call('ADD');
  assert.equal(refused.exitCode, 1);
  assert.equal(refused.document.code, TRY_AGAIN_LATER);
  assert.deepEqual(await dave.call('DEL'), { exitCode: 0, document: {} });

  first.peer.start();
  await first.peer.ready();
  const without = await eventually('the DEL is done', async () => {
    const report = await first.peer.report();
    return attached(report).includes('dave') ? undefined : report;
  });
  assert.ok(!attached(without).includes('erin'));
  assert.ok(attached(without).includes('alice'));
  assert.equal(await dave.namespace.exec('ip', '-o', 'link', 'show', 'type', 'veth'), '');
  await erin.attach();
});
