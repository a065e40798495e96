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

it('keys are rotated over all steps without a link being lost, and a bad file changes nothing', async () => {
  const key = readFileSync(cluster.keyFile, 'utf8').trim();
  await rotateTo(key, oldKey);
  await rotateTo(oldKey);
  const links = await readLinks();
  await rotateTo(oldKey, newKey);
  await rotateTo(newKey, oldKey);
  cluster.writeFile('key', 'short\n');
  await eventuallyTrue('it is told', async () => (await readProblems()).includes('5 characters'));
  await rotateTo(newKey);
  assert.deepEqual(await readLinks(), links);
  await eventuallyTrue('the problem is over', async () => (await readProblems()) === '');
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
