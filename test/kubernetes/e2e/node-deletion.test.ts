/**
 * A Node is deleted, and comes back under its name in every way that it can: each time every address
 * is accounted for, and no two pods have one.
 */
import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import type { Report } from '#peer/http/report.ts';
import { findSumFaults } from '#test/support/accounts.ts';
import { eventually, eventuallyTrue } from '#test/support/eventually.ts';
import { type Cluster, openCluster, type StaticPod } from '../cluster/cluster.ts';
import { accountedFor, podsAccountedFor } from './accounted.ts';
import { readReport, readStatus, rolledOut } from './peer.ts';
import { deployWeb, NAMESPACE, TOOLS_IMAGE, WEB_PORT } from './workload.ts';

/** Of issue 6: within a minute when the others are up. */
const RECLAIMED_MS = 60_000;
/** After a cut some seconds more, until there are links again. */
const HEALED_MS = 90_000;
/** containerd, kubelet, the DaemonSet's controller, the peer, on two cores. */
const BACK_MS = 120_000;
/** A kubelet looks at its manifests every 20 s. */
const KUBELET_MS = 45_000;
/** A kubelet that was started again tells the API server of all its pods, one after the other. */
const STATUS_MS = 60_000;
const STATIC_POD = 'static-deleted-node';

let cluster: Cluster;
let all: readonly string[];
/** The one that is deleted, and those that stay. */
let deleted: string;
let others: readonly string[];
/** Ids of the peers that the deleted Node had. */
const gone: string[] = [];
/** Which runs of which peers the others are: nothing of all this is to start them again. */
let runs: readonly string[];

before(async () => {
  cluster = await openCluster();
  await deployWeb(cluster);
  all = cluster.nodes.map(({ name }) => name);
  deleted = all.at(-1) ?? '';
  others = all.slice(0, -1);
  runs = await runsOf(others);
});

async function runsOf(nodes: readonly string[]): Promise<readonly string[]> {
  const reports = await Promise.all(nodes.map((node) => readReport(cluster, node)));
  return reports.map(({ peer }) => `${peer.id}, epoch ${peer.epoch}`);
}

/** Deletes the Node. What its peer held must be taken back. */
async function deleteNode(): Promise<void> {
  gone.push((await readReport(cluster, deleted)).peer.id);
  await cluster.kubectl(['delete', 'node', deleted]);
}

/** The same, of a machine that lost its power before. */
async function switchOffAndDelete(): Promise<void> {
  gone.push((await readReport(cluster, deleted)).peer.id);
  await cluster.stopNode(deleted);
  await cluster.kubectl(['delete', 'node', deleted]);
}

/** Waits until the node has a peer that serves, and is none of those that were removed. */
async function comesBack(): Promise<Report> {
  const probe = async (): Promise<Report | undefined> => {
    const report = await readReport(cluster, deleted).catch(() => undefined);
    if (report?.peer.state !== 'ready' || report.peer.id === gone.at(-1)) return undefined;
    return report;
  };
  const wait = { withinMs: BACK_MS, instead: () => readStatus(cluster, deleted).catch(String) };
  const report = await eventually('its peer serves', probe, wait);
  assert.ok(!gone.includes(report.peer.id), `${report.peer.id} was removed, and is back`);
  return report;
}

/** Gives all nodes their pods again, and looks who has which addresses. */
async function assertAccounted(withinMs = RECLAIMED_MS): Promise<void> {
  await rolledOut(cluster);
  await deployWeb(cluster);
  await accountedFor(cluster, { nodes: all, gone, withinMs });
  await podsAccountedFor(cluster, { nodes: all, withinMs: STATUS_MS });
  assert.deepEqual(await runsOf(others), runs);
}

it("what the machine of a deleted Node held is the others' within a minute", async () => {
  await switchOffAndDelete();
  await accountedFor(cluster, { nodes: others, gone, withinMs: RECLAIMED_MS });
});

it('it comes back with its old disk: as a new peer that says why, with a block of its own', async () => {
  await cluster.startNode(deleted);
  const { problems } = await comesBack();
  assert.match(problems.join('\n'), /the state was not used.*another machine or Node/);
  await assertAccounted();
});

it('it comes back with an empty disk, before its addresses do', async () => {
  await switchOffAndDelete();
  await cluster.replaceDisk(deleted);
  await cluster.startNode(deleted);
  const { problems } = await comesBack();
  assert.doesNotMatch(problems.join('\n'), /the state was not used/);
  await assertAccounted();
});

it('it comes back while its addresses are being taken back, which waits for a peer that is cut off', async () => {
  const [watching = '', cutOff = ''] = others;
  await cluster.unplugNode(cutOff);
  try {
    await switchOffAndDelete();
    await eventuallyTrue(
      'it is known to be removed',
      async () => removedIn(await readReport(cluster, watching)) > 0n,
      { withinMs: RECLAIMED_MS, instead: () => readStatus(cluster, watching) },
    );
    await cluster.startNode(deleted);
    await comesBack();
    // Nothing may be given to anybody that the peer which is cut off may have.
    const reports = await Promise.all(all.map((node) => readReport(cluster, node)));
    assert.deepEqual(reports.flatMap(findSumFaults), []);
    assert.ok(removedIn(await readReport(cluster, watching)) > 0n, 'it was taken back');
  } finally {
    await cluster.plugNode(cutOff);
  }
  await assertAccounted(HEALED_MS);
});

it('its machine runs on: its static pod keeps its address, and nobody else is given it', async () => {
  await cluster.addStaticPod(deleted, staticPod());
  const wait = { withinMs: KUBELET_MS, instead: () => readStatus(cluster, deleted) };
  const address = await eventually('the static pod has an address', staticPodAddress, wait);
  await eventuallyTrue('it is reachable', () => reaches(address));
  await deleteNode();
  await accountedFor(cluster, { nodes: others, gone, withinMs: RECLAIMED_MS });
  await cluster.restartKubelet(deleted);
  await comesBack();
  await assertAccounted(HEALED_MS);
  assert.equal(await staticPodAddress(), address);
  await eventuallyTrue('it is reachable again', () => reaches(address));
  await cluster.removeStaticPod(deleted, STATIC_POD);
});

/** Addresses that wait to be taken back, as this peer has it. */
function removedIn({ ownership }: Report): bigint {
  const ranges = ownership?.ranges ?? [];
  return ranges.reduce((sum, { totals }) => sum + BigInt(totals.removed), 0n);
}

async function staticPodAddress(): Promise<string | undefined> {
  const { attachments } = await readReport(cluster, deleted);
  const name = `${NAMESPACE}/${STATIC_POD}-${deleted}`;
  return attachments.find(({ podName }) => podName === name)?.addresses[0];
}

/** From another node. */
async function reaches(address: string): Promise<boolean> {
  const curl = ['curl', '-gsSm', '5', '-o', '/dev/null', `http://${address}:${WEB_PORT}/hostname`];
  return await cluster.insideNode(others[0] ?? '', curl).then(
    () => true,
    () => false,
  );
}

function staticPod(): StaticPod {
  const args = ['netexec', `--http-port=${WEB_PORT}`, '--udp-port=-1'];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: STATIC_POD, namespace: NAMESPACE },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [{ name: 'web', image: TOOLS_IMAGE, args }],
    },
  };
}
