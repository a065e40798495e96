/** What somebody else deletes from a node's kernel, under real pods: it comes back and is counted. */
import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { VXLAN_DEVICE } from '#peer/overlay/names.ts';
import { eventuallyTrue } from '#test/support/eventually.ts';
import { readKernelText } from '#test/support/kernel-text.ts';
import { startPing } from '#test/support/ping.ts';
import { RealCluster, type RealNode } from '#test/support/real-cluster.ts';

const cluster = await RealCluster.start(3);
after(() => cluster[Symbol.asyncDispose]());
const [node, other] = cluster.nodes as [RealNode, RealNode, RealNode];
const { namespace } = node;
const [alice, bob] = [await cluster.addPod(node, 'alice'), await cluster.addPod(other, 'bob')];
await alice.attach();
const address = await bob.attach();
// Foreign routes, which have to be in the kernel's text before and after; the ranges are of RFC 5737.
await namespace.exec('ip', 'route', 'add', '203.0.113.0/24', 'dev', 'eth0');
await namespace.exec('ip', 'route', 'add', '192.0.2.0/24', 'via', other.address);

/**
 * The kernel's text without what tells an interface from one of the same name that was there before
 * it: its index, and the order that follows from it.
 */
async function readKernel(): Promise<string> {
  const text = await readKernelText(namespace);
  const lines = text.split('\n').map((line) => line.replace(/^\d+: /, ''));
  return lines.sort().join('\n');
}

/** By kind, but for settings: whether those of a new interface are right depends on the machine. */
async function readDrift(): Promise<Readonly<Record<string, number>>> {
  const { sysctl: _, ...drift } = (await node.peer.report()).kernel.drift;
  return drift;
}

/**
 * Runs the deletions at once, and waits until the kernel is as it was, with exactly `counted` as
 * drift more than before, and pods that reach each other.
 */
async function assertRepaired(
  deletions: readonly string[],
  counted: Readonly<Record<string, number>>,
): Promise<void> {
  const [kernel, drift] = [await readKernel(), { ...(await readDrift()) }];
  await namespace.exec('sh', '-ec', deletions.join('\n'));
  const isAsItWas = async () => (await readKernel()) === kernel;
  await eventuallyTrue('the kernel is as it was', isAsItWas, { instead: readKernel });
  for (const [kind, times] of Object.entries(counted)) drift[kind] = (drift[kind] ?? 0) + times;
  assert.deepEqual(await readDrift(), drift);
  await using pings = startPing(alice.namespace, { address, intervalMs: 5 });
  await pings.answers(3);
}

/** The command that deletes the first of what `list` shows on the VXLAN device. */
async function deletionOf(object: 'ip route' | 'ip neigh' | 'bridge fdb'): Promise<string> {
  const listed = await namespace.exec('sh', '-ec', `${object} show dev ${VXLAN_DEVICE}`);
  const first = /^\S+/.exec(listed)?.[0];
  assert.ok(first !== undefined, `${object} lists nothing on ${VXLAN_DEVICE}`);
  return `${object} delete ${first} dev ${VXLAN_DEVICE}`;
}

it('a route that is deleted comes back, and foreign ones stay', async () => {
  await assertRepaired([await deletionOf('ip route')], { route: 1 });
});

it('a forwarding entry that is deleted comes back', async () => {
  await assertRepaired([await deletionOf('bridge fdb')], { fdb: 1 });
});

it('a neighbour that is deleted comes back', async () => {
  await assertRepaired([await deletionOf('ip neigh')], { neighbour: 1 });
});

it('several objects that are deleted at once come back, each counted', async () => {
  const objects = ['ip route', 'bridge fdb', 'ip neigh'] as const;
  const deletions = await Promise.all(objects.map(deletionOf));
  await assertRepaired(deletions, { route: 1, fdb: 1, neighbour: 1 });
});

it('the VXLAN device that is deleted comes back with all that was on it, each counted', async () => {
  const others = cluster.nodes.length - 1;
  // Routes that prefer the device's address go with it, whatever device they lead through.
  const listed = await namespace.exec('ip', 'route', 'show');
  const routes = listed.split('\n').filter((route) => / src 10\./.test(route));
  assert.ok(routes.length > others);
  await assertRepaired([`ip link delete ${VXLAN_DEVICE}`], {
    device: 1,
    address: 1,
    fdb: others,
    neighbour: others,
    route: routes.length,
  });
});
