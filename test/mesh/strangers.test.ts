/** Who comes to the control port of a running mesh without being a member: refused, counted, and no more. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, afterEach, beforeEach, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { VXLAN_DEVICE } from '#peer/overlay/names.ts';
import { eventually, eventuallyTrue } from '#test/support/eventually.ts';
import { readKernelText } from '#test/support/kernel-text.ts';
import type { Namespace } from '#test/support/namespace.ts';
import { RealCluster, type RealNode } from '#test/support/real-cluster.ts';
import type { Flags } from '#test/support/real-peer.ts';

const CONTROL_PORT = 6783;
const STRANGER = fileURLToPath(import.meta.resolve('#test/support/stranger.ts'));
/** Well below the 100 MB that a stranger sends, and above what a garbage collector lets lie. */
const GROWTH_BYTES_MAX = 50 * 1024 * 1024;

const cluster = await RealCluster.start(3);
after(() => cluster[Symbol.asyncDispose]());
const [first, second] = cluster.nodes as [RealNode, RealNode, RealNode];
const { namespace: outside } = await cluster.addNode({ name: 'outside' });
await cluster.linked();
const pod = await cluster.addPod(first, 'pod');
await pod.attach();
await eventuallyTrue('the mesh is at rest', async () =>
  isDeepStrictEqual(await readMesh(), await readMesh()),
);

/** What no stranger may change. Links have the ports at both ends: a new one is another one. */
async function readMesh() {
  const nodes = cluster.nodes.map(async ({ peer, namespace }) => {
    const { links, peers, holdings, problems } = await peer.report();
    return { links, peers, holdings, problems, kernel: await readKernelText(namespace) };
  });
  return await Promise.all(nodes);
}

let before: Awaited<ReturnType<typeof readMesh>>;
beforeEach(async () => {
  before = await readMesh();
});
afterEach(async () => {
  assert.deepEqual(await readMesh(), before);
});

/** Waits until the node has counted it more often than it had when `act` began. */
async function assertCounted(
  node: RealNode,
  counter: string,
  act: () => Promise<void>,
): Promise<void> {
  const read = async () => (await node.peer.report()).counters;
  const { [counter]: earlier = 0 } = await read();
  await act();
  const isCounted = async () => ((await read())[counter] ?? 0) > earlier;
  const instead = async () => JSON.stringify(await read());
  await eventuallyTrue(`${node.name} counts ${counter}`, isCounted, { instead });
}

/** Acts on a node as test/support/stranger.ts says, until that one closes the connection. */
async function visit(
  act: 'garbage' | 'random-frame' | 'huge-frame',
  { from = outside, to = first }: { readonly from?: Namespace; readonly to?: RealNode } = {},
): Promise<void> {
  const parameters = [STRANGER, act, to.address, String(CONTROL_PORT)];
  await from.exec(process.execPath, ...parameters);
}

/** The most memory that the process has had, proc_pid_status(5). */
function readPeakBytes({ peer }: RealNode): number {
  const status = readFileSync(`/proc/${peer.pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

it('random bytes where TLS is expected', async () => {
  await assertCounted(first, 'not-tls', () => visit('garbage'));
});

it('a frame of random bytes', async () => {
  await assertCounted(first, 'malformed-frame', () => visit('random-frame'));
});

it('a frame of 100 MB, which is not even gathered', async () => {
  const peakBytes = readPeakBytes(first);
  await assertCounted(first, 'frame-too-large', () => visit('huge-frame'));
  const growthBytes = readPeakBytes(first) - peakBytes;
  assert.ok(growthBytes < GROWTH_BYTES_MAX, `${growthBytes} bytes more than before`);
});

it('a pod, by its own node, whatever it has to say', async () => {
  await assertCounted(first, 'pod-address', () => visit('garbage', { from: pod.namespace }));
});

it('a pod, by another node, as whatever comes from the address of its own', async () => {
  const visited = () => visit('garbage', { from: pod.namespace, to: second });
  await assertCounted(second, 'not-tls', visited);
  assert.equal((await second.peer.report()).counters['pod-address'], undefined);
});

/** Reasons for which the log of the node's peer says that others refused it. */
function readRefusals({ peer }: RealNode): ReadonlySet<string | undefined> {
  const entries = peer.log().trimEnd().split('\n');
  const refusals = entries.map((entry) => JSON.parse(entry) as { msg: string; reason?: string });
  const ofOthers = refusals.filter(({ msg }) => msg === 'a peer refused us');
  return new Set(ofOthers.map(({ reason }) => reason));
}

/** A peer that differs from ours by the flags: every seed refuses it, and it never becomes a member. */
async function assertRefused(name: string, flags: Flags, reason: string): Promise<void> {
  const stranger = await cluster.addNode({ name, ...flags });
  stranger.peer.start();
  for (const node of cluster.nodes) await assertCounted(node, reason, async () => undefined);
  const { peer, holdings, peers, links } = await eventually('it has a report', () =>
    stranger.peer.tryReport(),
  );
  assert.equal(peer.state, 'joining');
  const isTold = () => readRefusals(stranger).has(reason);
  await eventuallyTrue('its log says why', isTold, { instead: () => stranger.peer.log() });
  assert.deepEqual({ holdings, peers, links }, { holdings: [], peers: [], links: [] });
  assert.deepEqual(await stranger.peer.end('SIGTERM'), { exitCode: 0, signal: null });
  const devices = await stranger.namespace.exec('ip', '-o', 'link', 'show');
  assert.ok(!devices.includes(VXLAN_DEVICE), devices);
}

it('a peer with another key', async () => {
  const key = cluster.writeFile('other-key', `${randomBytes(32).toString('hex')}\n`);
  await assertRefused('keyless', { 'key-file': key }, 'unknown-cluster-key');
});

it('a peer of another cluster', async () => {
  await assertRefused('foreign', { cluster: 'another' }, 'another-cluster');
});

it('a peer with another universe', async () => {
  await assertRefused('elsewhere', { universe: '10.64.0.0/12' }, 'another-configuration');
});
