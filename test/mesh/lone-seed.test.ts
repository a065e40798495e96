/** A single seed whose disk is lost while another peer runs: it does not found the cluster once more. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, it } from 'node:test';
import { eventuallyTrue } from '#test/support/eventually.ts';
import { RealCluster, type RealNode } from '#test/support/real-cluster.ts';
import { type Flags, RealPeer } from '#test/support/real-peer.ts';

/** The other peer dials it again within 15 s. */
const DIALLED_MS = 25_000;

const cluster = await RealCluster.start(2);
after(() => cluster[Symbol.asyncDispose]());
const [seed] = cluster.nodes as [RealNode, RealNode];

async function assertKeepsOut(peer: RealPeer): Promise<void> {
  peer.start();
  const problems = async () => (await peer.tryReport())?.problems.join('\n') ?? '';
  const isTold = async () => /does not vote: .* others are members by/.test(await problems());
  await eventuallyTrue('it says that there are members', isTold, {
    withinMs: DIALLED_MS,
    instead: problems,
  });
  const report = await peer.report();
  assert.deepEqual([report.peer.state, report.holdings], ['joining', []]);
  await peer.end('SIGTERM');
}

it('neither by itself, nor when it is said to be new', async (t) => {
  await seed.peer.end('SIGKILL');
  rmSync(seed.peer.stateDirectory, { recursive: true });
  const { namespace, name, address, peer } = seed;
  const flags = { name, address, seeds: address, 'key-file': cluster.keyFile };
  const again = (more: Flags) => {
    const restarted = new RealPeer({
      namespace,
      directory: peer.directory,
      flags: { ...flags, ...more },
    });
    t.after(() => restarted.end('SIGKILL'));
    return restarted;
  };
  await assertKeepsOut(again({}));
  await assertKeepsOut(again({ 'new-seed': 'true' }));
});
