/** A peer whose state is lost while pods run: they keep their addresses, and nobody else gets these. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, it } from 'node:test';
import type { AttachmentReport, Report } from '#peer/http/report.ts';
import { parseAddress, parseCidr } from '#peer/ipam/parse.ts';
import { containsAddress } from '#peer/ipam/cidr.ts';
import { eventuallyTrue } from '#test/support/eventually.ts';
import { findOwnershipFaults } from '#test/support/ownership.ts';
import { startPing } from '#test/support/ping.ts';
import { RealCluster, type RealNode } from '#test/support/real-cluster.ts';

/** Somebody looks at the arbiter's list every 15 s or so; the rest is some rounds of records. */
const RECLAIMED_MS = 40_000;

const cluster = await RealCluster.start(3);
after(() => cluster[Symbol.asyncDispose]());
const [other, , node] = cluster.nodes as [RealNode, RealNode, RealNode];
const { peer } = node;
const [alice, bob] = [await cluster.addPod(node, 'alice'), await cluster.addPod(node, 'bob')];
const addresses = { alice: await alice.attach(), bob: await bob.attach() };
const before = await peer.ready();

/** What a lost state must not change. */
function lasting({ attachments }: Report): readonly AttachmentReport[] {
  return attachments.toSorted((a, b) => (a.hostInterface < b.hostInterface ? -1 : 1));
}

function nameless({ hostInterface, addresses }: AttachmentReport) {
  return { hostInterface, addresses };
}

function holds({ holdings }: Report, address: string): boolean {
  return holdings.some(({ cidr }) => containsAddress(parseCidr(cidr), parseAddress(address)));
}

/** As the runtime keeps it after an ADD. */
function writeResult(containerId: string, address: string): void {
  mkdirSync(peer.cniResults, { recursive: true });
  const result = { cniVersion: '1.0.0', ips: [{ address: `${address}/32` }] };
  const cached = { kind: 'cniCacheV1', containerId, ifName: 'eth0', networkName: 'n', result };
  writeFileSync(join(peer.cniResults, `n-${containerId}-eth0`), JSON.stringify(cached));
}

async function restartAsNewIdentity(lose: () => void): Promise<Report> {
  const { id } = (await peer.report()).peer;
  await peer.end('SIGKILL');
  lose();
  peer.start();
  const report = await peer.ready();
  assert.notEqual(report.peer.id, id);
  return report;
}

it('a fenced identity goes, and its pods are carried over with their names', async () => {
  await using pings = startPing(alice.namespace, { address: addresses.bob, intervalMs: 20 });
  await pings.answers(5);
  const report = await restartAsNewIdentity(() => {
    const database = new DatabaseSync(join(peer.stateDirectory, 'state', 'state.sqlite'));
    database.exec("INSERT INTO fence VALUES (1, 'another machine has a copy of this disk')");
    database.close();
  });
  assert.deepEqual(lasting(report), lasting(before));
  assert.match(report.problems.join('\n'), /another machine has a copy of this disk/);
  await pings.answers(20);
  assert.deepEqual((await pings.stop()).wrong, []);
});

it('a pod attached meanwhile has an address of its own, and an intact restart changes nothing', async () => {
  const carol = await cluster.addPod(node, 'carol');
  const address = await carol.attach();
  assert.ok(!Object.values(addresses).includes(address), address);
  const before = await peer.ready();
  await peer.end('SIGKILL');
  peer.start();
  const report = await peer.ready();
  assert.deepEqual(lasting(report), lasting(before));
  assert.equal(report.kernel.firstPassChanges, 0, JSON.stringify(report.kernel));
  assert.deepEqual(await carol.call('DEL'), { exitCode: 0, document: {} });
});

it('without any state the kernel tells who runs, and the results of the runtime their names', async () => {
  await using pings = startPing(alice.namespace, { address: addresses.bob, intervalMs: 20 });
  await pings.answers(5);
  writeResult('alice', addresses.alice);
  writeResult('gone', addresses.bob);
  writeFileSync(join(peer.cniResults, 'n-bob-eth0'), '{"kind":"cniCacheV1","containerId":"bo');
  const report = await restartAsNewIdentity(() => {
    for (const name of readdirSync(peer.stateDirectory)) {
      if (name.startsWith('state')) rmSync(join(peer.stateDirectory, name), { recursive: true });
    }
  });
  const found = { containerId: '', podName: 'test/bob' };
  const expected = lasting(before).map((entry) =>
    entry.containerId === 'bob'
      ? { ...entry, ...found, interfaceName: entry.hostInterface }
      : { ...entry, podName: 'test/alice' },
  );
  assert.deepEqual(lasting(report), expected);
  await pings.answers(20);
  assert.deepEqual((await pings.stop()).wrong, []);
});

it('a state with a damaged page is as good as none: its pods are found without it', async () => {
  const report = await restartAsNewIdentity(() => {
    const file = join(peer.stateDirectory, 'state', 'state.sqlite');
    const database = new DatabaseSync(file);
    // All of it into the one file, of which a page in the middle is then lost.
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    database.close();
    writeFileSync(file, readFileSync(file).fill(0, 8_192, 12_288));
  });
  assert.match(report.problems.join('\n'), /its file is damaged/);
  assert.deepEqual(lasting(report).map(nameless), lasting(before).map(nameless));
});

it('the addresses come back to the node through reclaim, and are reached from other nodes again', async () => {
  const outside = await cluster.addPod(other, 'outside');
  const address = await outside.attach();
  assert.ok(!Object.values(addresses).includes(address), address);
  await eventuallyTrue(
    'they are its own again',
    async () => {
      const report = await peer.report();
      const isBack = Object.values(addresses).every((address) => holds(report, address));
      return isBack && report.ownership?.carriedOver.length === 0;
    },
    { withinMs: RECLAIMED_MS, instead: async () => JSON.stringify(await peer.report()) },
  );
  for (const address of Object.values(addresses)) {
    await using pings = startPing(outside.namespace, { address, intervalMs: 20 });
    await pings.answers(5);
  }
  const find = async (): Promise<readonly string[]> =>
    findOwnershipFaults(await Promise.all(cluster.nodes.map(({ peer }) => peer.report())));
  await eventuallyTrue('every address is accounted for', async () => (await find()).length === 0, {
    withinMs: RECLAIMED_MS,
    instead: async () => (await find()).join('\n'),
  });
});

it('DEL of a carried-over pod takes all of it away, whether its name was known or not', async () => {
  for (const pod of [bob, alice]) {
    assert.deepEqual(await pod.call('DEL'), { exitCode: 0, document: {} });
    assert.deepEqual(await pod.call('DEL'), { exitCode: 0, document: {} });
  }
  assert.deepEqual((await peer.report()).attachments, []);
  assert.doesNotMatch(await node.namespace.exec('ip', '-br', 'link'), /^weft-/m);
});
