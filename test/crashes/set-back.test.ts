/**
 * Real peers of which one's disk is set back to a copy from before it granted space, and that is
 * killed, or whose disk fails, when it notes that it must not go on: at the commit of its fence.
 */
import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, it } from 'node:test';
import type { Report } from '#peer/http/report.ts';
import { containsAddress, size } from '#peer/ipam/cidr.ts';
import { parseAddress, parseCidr } from '#peer/ipam/parse.ts';
import { isFenced, startWithFault } from '#test/support/crash-points.ts';
import { eventually, eventuallyTrue } from '#test/support/eventually.ts';
import { type Fault, hastyEnvironment } from '#test/support/fault-point.ts';
import { findOwnershipFaults } from '#test/support/ownership.ts';
import { RealCluster, type RealNode } from '#test/support/real-cluster.ts';

const HASTY = hastyEnvironment();

/** In words, and how the process ends by it. */
const FAULTS = [
  {
    kind: 'kill-before',
    words: 'killed right before',
    ending: { exitCode: null, signal: 'SIGKILL' },
  },
  { kind: 'fail', words: 'unable to write it at', ending: { exitCode: 1, signal: null } },
  {
    kind: 'kill-after',
    words: 'killed right after',
    ending: { exitCode: null, signal: 'SIGKILL' },
  },
] as const satisfies readonly { kind: Fault['kind']; words: string; ending: object }[];

const cluster = await RealCluster.create(3);
after(() => cluster[Symbol.asyncDispose]());
/** All that run: those that are granted space, too. */
const nodes: RealNode[] = [...cluster.nodes];
for (const { peer } of nodes) peer.start(HASTY);
await Promise.all(nodes.map(({ peer }) => peer.ready()));

/** Of a process that stands still, so that the copy is of one instant. */
function copyState({ peer }: RealNode): void {
  process.kill(peer.pid, 'SIGSTOP');
  replaceDirectory(copyOf(peer.directory), join(peer.stateDirectory, 'state'));
  process.kill(peer.pid, 'SIGCONT');
}

async function setBack({ peer }: RealNode): Promise<void> {
  await peer.end('SIGKILL');
  replaceDirectory(join(peer.stateDirectory, 'state'), copyOf(peer.directory));
}

function copyOf(directory: string): string {
  return join(directory, 'copy');
}

function replaceDirectory(path: string, source: string): void {
  rmSync(path, { recursive: true, force: true });
  cpSync(source, path, { recursive: true });
}

/** What each holds, in addresses. */
async function sizes(): Promise<ReadonlyMap<RealNode, bigint>> {
  const reports = await Promise.all(nodes.map(({ peer }) => peer.report()));
  return new Map(nodes.map((node, i) => [node, held(reports[i]?.holdings ?? [])]));
}

function held(holdings: Report['holdings']): bigint {
  return holdings.reduce((sum, { cidr }) => sum + size(parseCidr(cidr)), 0n);
}

/** A new node joins; the one that it has its space from, whose disk has been copied before. */
async function joinAnother(name: string): Promise<RealNode> {
  const before = await sizes();
  for (const node of nodes) copyState(node);
  const taker = await cluster.addNode({ name });
  taker.peer.start(HASTY);
  await taker.peer.ready();
  await assertAccounts([...nodes, taker]);
  const after = await sizes();
  nodes.push(taker);
  const donor = [...before].find(([node, size]) => (after.get(node) ?? size) < size)?.[0];
  assert.ok(donor !== undefined, 'nobody has less than before');
  return donor;
}

/** Nothing is held twice, on its way, or missing. */
async function assertAccounts(of: readonly RealNode[]): Promise<void> {
  const find = async (): Promise<readonly string[]> => {
    const reports = await Promise.all(of.map(({ peer }) => peer.report()));
    const pending = reports.flatMap(({ peer, pendingGrants }) =>
      pendingGrants.map(({ cidr, to }) => `${peer.name} still grants ${cidr} to ${to}`),
    );
    return [...findOwnershipFaults(reports), ...pending];
  };
  await eventuallyTrue('every address is accounted for', async () => (await find()).length === 0, {
    instead: async () => (await find()).join('\n'),
  });
}

/** Addresses by the interfaces that they are behind. */
function addressesOf({ attachments }: Report): ReadonlyMap<string, string> {
  return new Map(
    attachments.map(({ hostInterface, addresses }) => [hostInterface, addresses.join()]),
  );
}

/**
 * Started again as whoever keeps it running does, until it runs as another than `old`: its report.
 * Before it has met anybody it may run as that one, and does nothing.
 */
async function restart({ peer }: RealNode, old: string): Promise<Report> {
  const logged = peer.log().length;
  peer.start(HASTY);
  const first = await eventually('it ends, or runs as another', async () => {
    if (!peer.isRunning()) return await peer.ended();
    const report = await peer.tryReport();
    const isAnother = report?.peer.state === 'ready' && report.peer.id !== old;
    return isAnother ? report : undefined;
  });
  if ('peer' in first) return first;
  assert.deepEqual(first, { exitCode: 1, signal: null });
  assert.match(peer.log().slice(logged), /"level":60,.*older copy/);
  peer.start(HASTY);
  return await peer.ready();
}

async function assertAddressesAreItsOwn({ peer }: RealNode): Promise<void> {
  await eventuallyTrue('its pods’ addresses are its own', async () => {
    const report = await peer.report();
    const addresses = [...addressesOf(report).values()].map(parseAddress);
    const isHeld = addresses.every((address) =>
      report.holdings.some(({ cidr }) => containsAddress(parseCidr(cidr), address)),
    );
    return isHeld && report.ownership?.carriedOver.length === 0;
  });
}

for (const { kind, words, ending } of FAULTS)
  it(`${words} the commit of its fence, it goes on as another with the addresses of its pods`, async () => {
    const donor = await joinAnother(`taker-${kind}`);
    const { peer } = donor;
    const pod = await cluster.addPod(donor, `late-${kind}`);
    await pod.attach();
    const before = await peer.report();

    await setBack(donor);
    startWithFault(donor, { kind, name: 'fence', step: 1 }, HASTY);
    assert.deepEqual(await peer.ended(), ending);
    assert.equal(isFenced(peer.stateDirectory), kind === 'kill-after');

    const report = await restart(donor, before.peer.id);
    assert.notEqual(report.peer.id, before.peer.id);
    assert.deepEqual(addressesOf(report), addressesOf(before));
    await assertAccounts(nodes);
    await assertAddressesAreItsOwn(donor);
  });
