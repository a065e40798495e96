/** A peer that is started again with settings that differ from those of the others: what works, and what is refused. */
import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { eventuallyTrue } from '#test/support/eventually.ts';
import { readKernelText } from '#test/support/kernel-text.ts';
import { startPing } from '#test/support/ping.ts';
import { RealCluster, type RealNode } from '#test/support/real-cluster.ts';
import { type Flags, RealPeer } from '#test/support/real-peer.ts';

const cluster = await RealCluster.start(2);
after(() => cluster[Symbol.asyncDispose]());
const [seed, node] = cluster.nodes as [RealNode, RealNode];
const [alice, bob] = [await cluster.addPod(seed, 'alice'), await cluster.addPod(node, 'bob')];
const addresses = { alice: await alice.attach(), bob: await bob.attach() };

/** The node's peer as it would be after a change of its configuration. */
function changedPeer(flags: Flags): RealPeer {
  return new RealPeer({
    namespace: node.namespace,
    directory: node.peer.directory,
    flags: {
      name: node.name,
      address: node.address,
      seeds: seed.address,
      'key-file': cluster.keyFile,
      ...flags,
    },
  });
}

for (const [what, flags, told] of [
  ['VNI', { vni: '6785' }, /VNI 6784, and this peer is told to use VNI 6785: start it with what/],
  [
    'universe around the one before',
    { universe: '10.0.0.0/8' },
    /universe 10\.32\.0\.0\/12, and this peer is told to use universe 10\.0\.0\.0\/8: start it with/,
  ],
] as const) {
  it(`another ${what} ends the start with exit code 1, and no ping between pods is lost`, async (t) => {
    await using pings = startPing(alice.namespace, { address: addresses.bob, intervalMs: 5 });
    await pings.answers(20);
    await node.peer.end('SIGTERM');
    const kernel = await readKernelText(node.namespace);
    const changed = changedPeer(flags);
    changed.start();
    t.after(() => changed.end('SIGKILL'));
    assert.equal((await changed.ended()).exitCode, 1);
    assert.match(changed.lastWords(), told);
    assert.equal(await readKernelText(node.namespace), kernel);
    node.peer.start();
    await node.peer.ready();
    await pings.answers(20);
    assert.deepEqual((await pings.stop()).wrong, []);
  });
}

it('another VXLAN port is told to the other peers, and pods reach each other by it', async (t) => {
  await node.peer.end('SIGTERM');
  const changed = changedPeer({ 'vxlan-port': '6785' });
  changed.start();
  t.after(() => changed.end('SIGKILL'));
  await changed.ready();
  await eventuallyTrue('the seed sends to the port', async () => {
    const entries = await seed.namespace.exec('bridge', 'fdb', 'show', 'dev', 'weft0');
    return entries.includes(`dst ${node.address} port 6785`);
  });
  await using outward = startPing(alice.namespace, { address: addresses.bob, intervalMs: 5 });
  await using inward = startPing(bob.namespace, { address: addresses.alice, intervalMs: 5 });
  await Promise.all([outward.answers(20), inward.answers(20)]);
});
