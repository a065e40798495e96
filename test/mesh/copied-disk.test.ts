/** A disk that was set back, or that two machines have: nobody goes on with what it tells. */
import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import { after, it } from 'node:test';
import type { Report } from '#peer/http/report.ts';
import { eventually } from '#test/support/eventually.ts';
import { startPing } from '#test/support/ping.ts';
import { RealCluster, type RealNode } from '#test/support/real-cluster.ts';

const cluster = await RealCluster.start(3);
after(() => cluster[Symbol.asyncDispose]());
const [, , node] = cluster.nodes as [RealNode, RealNode, RealNode];
const { peer } = node;
const copy = `${peer.stateDirectory}-copy`;

async function copyState(): Promise<void> {
  await peer.end('SIGTERM');
  rmSync(copy, { recursive: true, force: true });
  cpSync(peer.stateDirectory, copy, { recursive: true });
  peer.start();
  await peer.ready();
}

/** Addresses by the interfaces that they are behind. */
function addressesOf({ attachments }: Report): ReadonlyMap<string, string> {
  return new Map(
    attachments.map(({ hostInterface, addresses }) => [hostInterface, addresses.join()]),
  );
}

it('an older copy of the disk is not gone on with, and no pod attached since loses its address', async () => {
  const early = await cluster.addPod(node, 'early');
  await early.attach();
  await copyState();
  const late = await cluster.addPod(node, 'late');
  const address = await late.attach();
  const before = await peer.report();
  await peer.end('SIGKILL');
  rmSync(peer.stateDirectory, { recursive: true });
  cpSync(copy, peer.stateDirectory, { recursive: true });
  await using pings = startPing(early.namespace, { address, intervalMs: 20 });
  await pings.answers(5);

  peer.start();
  assert.deepEqual(await peer.ended(), { exitCode: 1, signal: null });
  assert.match(peer.log(), /"level":60,.*older copy/);
  peer.start();
  const report = await peer.ready();
  assert.notEqual(report.peer.id, before.peer.id);
  assert.deepEqual(addressesOf(report), addressesOf(before));
  const next = await cluster.addPod(node, 'next');
  assert.ok(![...addressesOf(before).values()].includes(await next.attach()));
  await pings.answers(10);
  assert.deepEqual((await pings.stop()).wrong, []);
});

it('of a running peer’s disk a copy is not gone on with, and that peer goes on', async () => {
  await copyState();
  // The copy is a start behind, so that it is the copy that is found out; of twins both may be.
  await peer.end('SIGTERM');
  peer.start();
  const before = await peer.ready();
  const clone = await cluster.addNode({ name: node.name });
  cpSync(copy, clone.peer.stateDirectory, { recursive: true });
  clone.peer.start();
  assert.deepEqual(await clone.peer.ended(), { exitCode: 1, signal: null });
  assert.match(clone.peer.log(), /"level":60,.*another machine runs with a copy of it/);

  // Of the copied disk no pod runs there, so none is carried over.
  clone.peer.start();
  const answer = await eventually('it answers', () => clone.peer.tryReport());
  assert.notEqual(answer.peer.id, before.peer.id);
  assert.deepEqual(answer.attachments, []);
  await clone.peer.end('SIGKILL');
  const { peer: self, attachments } = await peer.ready();
  assert.deepEqual([self.id, self.epoch], [before.peer.id, before.peer.epoch]);
  assert.deepEqual(attachments, before.attachments);
});
