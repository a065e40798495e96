/**
 * A hundred Nodes against a real API server and its garbage collector, without kubelets: each has a
 * peer on real sockets, a real disk and real Leases, and without a kernel (api/kernelless-peer.ts).
 * They are two processes' peers: a hundred whole daemons keep two cores busy by being there. Half of
 * the Nodes are deleted and as many made in minutes (less than three on two idle cores; it is told,
 * not held against a clock), new ones and such as come back in every way. No address may be given to
 * a pod that another one has; when it is quiet no block may be held twice, and all be accounted for.
 * `SEED=n` before the command draws the same Nodes again; what they meet each other with differs from
 * run to run.
 */
import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import type { Report } from '#peer/http/report.ts';
import { mapConcurrently } from '#peer/lab/command.ts';
import { createRandom } from '#test/simulation/random.ts';
import { findAccountFaults } from '#test/support/accounts.ts';
import { eventually } from '#test/support/eventually.ts';
import { findOwnershipFaults } from '#test/support/ownership.ts';
import { type ApiNode, ApiNodes } from './api/api-nodes.ts';
import { ApiPods } from './api/api-pods.ts';

const NODES = 100;
const REPLACED = 50;
/** Nodes that are replaced at a time; nobody waits until what they held is taken back. */
const BATCH = 5;
/** Peers that start at a time. */
const STARTS = 5;
/** A removal is heard of within a minute; then records of a hundred peers, and a minute's patience. */
const ACCOUNTED_MS = 240_000;
/** Each time a hundred peers tell all that they know. */
const LOOK_EVERY_MS = 2_000;

/**
 * How a Node comes back that was deleted: its machine ran on, with its pods, and has its disk or an
 * empty one; or the machine is gone, with its pods, and another has its name, or a name of its own.
 */
const COMEBACKS = ['same-disk', 'empty-disk', 'other-machine', 'new-name', 'new-name'] as const;
type Comeback = (typeof COMEBACKS)[number];

const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 32);
const random = createRandom(seed);
const nodes = await ApiNodes.create();
after(() => nodes[Symbol.asyncDispose]());

const pods = new ApiPods();
let namesMade = 0;

/** Starts its peer, whose first pod it then attaches. Gives its report from before that. */
async function bringUp(node: ApiNode): Promise<Report> {
  await node.startPeer();
  const report = await node.report();
  await pods.attach(node);
  return report;
}

async function addNode(name = `node${++namesMade}`): Promise<void> {
  await bringUp(await nodes.add(name));
}

/** Deletes the Node while its peer runs, or after it was killed: either may be first. */
async function remove(node: ApiNode): Promise<void> {
  if (random() < 0.5) await node.stopPeer();
  await nodes.deleteNode(node);
  await node.stopPeer();
}

async function replace(node: ApiNode, comeback: Comeback): Promise<void> {
  const { id } = (await node.report()).peer;
  await remove(node);
  if (comeback === 'same-disk' || comeback === 'empty-disk') {
    if (comeback === 'empty-disk') node.replaceDisk();
    await nodes.createNode(node);
    const { peer } = await bringUp(node);
    assert.notEqual(peer.id, id, `${node.name} has the identity that was removed`);
  } else {
    pods.endAll(node);
    await nodes.switchOff(node);
    await (comeback === 'other-machine' ? addNode(node.name) : addNode());
  }
}

function drawNodes(count: number): readonly ApiNode[] {
  const left = nodes.running().toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return Array.from({ length: count }, () => {
    const [drawn] = left.splice(Math.floor(random() * left.length), 1);
    assert.ok(drawn !== undefined);
    return drawn;
  });
}

/** What is wrong with who has which addresses, by what each says of itself and of all others. */
function findFaults(reports: readonly Report[]): readonly string[] {
  return [
    ...findOwnershipFaults(reports),
    ...reports.flatMap(findAccountFaults),
    ...pods.findStray(reports),
  ];
}

/** Waits until all is accounted for; the reports. Fails with the faults that are left. */
async function accountedFor(): Promise<readonly Report[]> {
  let faults: readonly string[] = [];
  return await eventually(
    'every peer accounts for all of the universe',
    async () => {
      const reports = await Promise.all(nodes.running().map((node) => node.report()));
      faults = findFaults(reports);
      return faults.length === 0 ? reports : undefined;
    },
    {
      withinMs: ACCOUNTED_MS,
      everyMs: LOOK_EVERY_MS,
      instead: () =>
        [`${faults.length} faults, with SEED=${seed}:`, ...faults.slice(0, 50)].join('\n'),
    },
  );
}

async function measureSeconds(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return Math.round((performance.now() - startedMs) / 1000);
}

it(`${NODES} peers that start have all of the universe between them, and a pod each`, async (t) => {
  const startSeconds = await measureSeconds(async () => {
    await mapConcurrently(Array.from({ length: NODES }), STARTS, () => addNode());
  });
  const quietSeconds = await measureSeconds(accountedFor);
  t.diagnostic(
    `all are ready after ${startSeconds} s, all is accounted for ${quietSeconds} s later`,
  );
});

it(`${REPLACED} Nodes are deleted and ${REPLACED} made: nothing is given twice, and nothing lost`, async (t) => {
  t.diagnostic(`SEED=${seed}`);
  const replaceSeconds = await measureSeconds(async () => {
    for (let done = 0; done < REPLACED; done += BATCH) {
      const drawn = drawNodes(BATCH);
      await Promise.all(
        drawn.map((node, n) => replace(node, COMEBACKS[n % COMEBACKS.length] ?? 'new-name')),
      );
    }
  });
  const quietSeconds = await measureSeconds(accountedFor);
  t.diagnostic(`replaced in ${replaceSeconds} s, all is accounted for ${quietSeconds} s later`);
});

it('the registry has who runs and nobody else', async () => {
  const reports = await accountedFor();
  assert.equal(reports.length, NODES);
  const running = new Map(reports.map(({ peer }) => [peer.name, peer.id]));
  assert.deepEqual(sorted(await nodes.registered()), sorted(running));
});

function sorted(map: ReadonlyMap<string, string>): readonly (readonly [string, string])[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}
