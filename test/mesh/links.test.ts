/** Links of real peers while their process is stopped, their keys are rotated, and nobody can dial one. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { after, it } from 'node:test';
import type { LinkReport } from '#peer/http/report.ts';
import { eventually, eventuallyTrue } from '#test/support/eventually.ts';
import { RealCluster, type RealNode } from '#test/support/real-cluster.ts';

/** Several times what a stopped peer takes to have its links again, on two busy cores. */
const BACK_WITHIN_MS = 3_000;

/** More than a peer takes to dial and link anew, on two busy cores. */
const REDIAL_MS = 1_000;

const cluster = await RealCluster.start(3);
after(() => cluster[Symbol.asyncDispose]());
const [first, second] = cluster.nodes as [RealNode, RealNode, RealNode];
await cluster.linked();

/** All links of all nodes. Those that were accepted have the port of their connection: a new one shows. */
async function readLinks(): Promise<readonly (readonly LinkReport[])[]> {
  const reports = await Promise.all(cluster.nodes.map(({ peer }) => peer.report()));
  return reports.map(({ links }) => links.toSorted((a, b) => (a.peer < b.peer ? -1 : 1)));
}

async function readCounter({ peer }: RealNode, name: string): Promise<number> {
  return (await peer.report()).counters[name] ?? 0;
}

/** What the first node's peer says is wrong. */
async function readProblems(): Promise<string> {
  return (await first.peer.report()).problems.join();
}

/** How often the peer has said that it uses other keys. */
function countRotations({ peer }: RealNode): number {
  return peer.log().split('the cluster keys have changed').length - 1;
}

const [oldKey, newKey] = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')];

/** Gives all peers these keys, and waits until each uses them. */
async function rotateTo(...keys: readonly string[]): Promise<void> {
  const before = cluster.nodes.map(countRotations);
  cluster.writeFile('key', `${keys.join('\n')}\n`);
  await eventuallyTrue('every peer uses the keys', () =>
    cluster.nodes.every((node, at) => countRotations(node) > (before[at] ?? 0)),
  );
}

it('every link speaks the version that both ends know', async () => {
  const links = (await readLinks()).flat();
  assert.ok(links.length > 0);
  for (const { version } of links) assert.equal(version, 1);
});

/** Where the links come from that were accepted, by the port of their connection: one of each pair. */
async function readAccepted(): Promise<readonly string[]> {
  const links = (await readLinks()).flat();
  return links.filter(({ initiator }) => initiator === 'them').map(({ endpoint }) => endpoint);
}

/** Samples all peers until `isOver`: the longest time in which one had not all of its links. */
async function measureGapMs(isOver: () => Promise<boolean>): Promise<number> {
  let [since, longestMs] = [performance.now(), 0];
  await eventuallyTrue('every link is another', async () => {
    const sampledAt = performance.now();
    const links = await readLinks();
    const isWhole = links.every((some) => some.length === cluster.nodes.length - 1);
    if (isWhole) since = sampledAt;
    longestMs = Math.max(longestMs, isWhole ? 0 : performance.now() - since);
    return isWhole && (await isOver());
  });
  return longestMs;
}

/** Takes away the key that links were proved with: in time that is measured all are made anew. */
async function assertRenewed(...left: readonly string[]): Promise<void> {
  const before = new Set(await readAccepted());
  await rotateTo(...left);
  const gapMs = await measureGapMs(async () =>
    (await readAccepted()).every((endpoint) => !before.has(endpoint)),
  );
  assert.ok(gapMs < REDIAL_MS, `a link was away for ${gapMs} ms`);
  for (const node of cluster.nodes)
    assert.equal(await readCounter(node, 'removed-cluster-key'), 0, node.name);
}

it('keys are rotated over all steps without a link being away, and a bad file changes nothing', async () => {
  const key = readFileSync(cluster.keyFile, 'utf8').trim();
  const links = await readLinks();
  await rotateTo(key, oldKey);
  await rotateTo(oldKey, key);
  assert.deepEqual(await readLinks(), links);
  await assertRenewed(oldKey);
  await rotateTo(oldKey, newKey);
  await rotateTo(newKey, oldKey);
  cluster.writeFile('key', 'short\n');
  await eventuallyTrue('it is told', async () => (await readProblems()).includes('5 characters'));
});

it('a member that has the old key alone is cut off when that is removed, and told why', async () => {
  const behind = await cluster.addNode({
    name: 'behind',
    'key-file': cluster.writeFile('behind-key', `${oldKey}\n`),
  });
  // Whoever proves with the new key is none for it.
  await rotateTo(oldKey, newKey);
  await eventuallyTrue('the bad file is no problem any more', async () => {
    const problems = await readProblems();
    return !problems.includes('5 characters');
  });
  behind.peer.start();
  await behind.peer.ready();
  const readBehind = async () => await behind.peer.report();
  await eventuallyTrue('it has its links', async () => (await readBehind()).links.length === 3);
  await rotateTo(newKey);
  await eventuallyTrue('it has none', async () => (await readBehind()).links.length === 0);
  await eventuallyTrue('it says why', async () =>
    (await readBehind()).problems.join().includes('refuses us: unknown-cluster-key'),
  );
  assert.match(behind.peer.log(), /removed-cluster-key/);
  for (const node of cluster.nodes)
    assert.equal(await readCounter(node, 'removed-cluster-key'), 1, node.name);
  await eventuallyTrue('the others have theirs', async () =>
    (await readLinks()).every((links) => links.length === cluster.nodes.length - 1),
  );
  await behind.peer.end('SIGTERM');
});

it('who starts after a rotation needs the new key', async () => {
  const refused = await readCounter(first, 'unknown-cluster-key');
  const late = await cluster.addNode({
    name: 'late',
    'key-file': cluster.writeFile('old-key', `${oldKey}\n`),
  });
  late.peer.start();
  const isRefused = async () => (await readCounter(first, 'unknown-cluster-key')) > refused;
  await eventuallyTrue('the old key is refused', isRefused, { instead: () => late.peer.log() });
  // It learns of the new key as the others do.
  cluster.writeFile('old-key', `${newKey}\n`);
  await late.peer.ready();
  await late.peer.end('SIGTERM');
});

it('a process that was stopped closes no link, and is taken back at once', async () => {
  process.kill(second.peer.pid, 'SIGSTOP');
  await eventuallyTrue(
    'the link is given up',
    async () => (await readCounter(first, 'silent')) > 0,
  );
  process.kill(second.peer.pid, 'SIGCONT');
  await eventually(
    'it has its links again',
    async () => {
      const { links } = await first.peer.report();
      return links.some(({ name }) => name === second.name) ? true : undefined;
    },
    { withinMs: BACK_WITHIN_MS, instead: () => second.peer.log() },
  );
  assert.equal(await readCounter(second, 'silent'), 0);
});

it('a peer that nobody can dial joins, has its links and takes part', async () => {
  const hidden = await cluster.addNode({ name: 'hidden' });
  await hidden.namespace.exec('nft', 'add table inet hides');
  await hidden.namespace.exec(
    'nft',
    'add chain inet hides in { type filter hook input priority 0; }',
  );
  const synOnly = 'tcp flags & (syn | ack) == syn';
  await hidden.namespace.exec(
    'nft',
    `add rule inet hides in tcp dport 6783 ${synOnly} counter drop`,
  );
  hidden.peer.start();
  const { links, holdings } = await hidden.peer.ready();
  assert.ok(holdings.length > 0);
  assert.ok(links.length > 0);
  await eventuallyTrue('it has a link to every other', async () => {
    const { links } = await hidden.peer.report();
    const others = cluster.nodes.map(({ name }) => name);
    return others.every((name) => links.some((link) => link.name === name));
  });
  const report = await hidden.peer.report();
  for (const { initiator } of report.links) assert.equal(initiator, 'us');
  for (const { peer } of cluster.nodes) {
    const { peers } = await peer.report();
    assert.equal(peers.find(({ name }) => name === 'hidden')?.reachable, true);
  }
  await hidden.peer.end('SIGTERM');
});
