/** A disk that is full, or fails to sync: nothing is said that is not on it, and the peer ends. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { eventually } from '#test/support/eventually.ts';
import { faultEnvironment } from '#test/support/fault-point.ts';
import { RealCluster, type RealNode } from '#test/support/real-cluster.ts';
import { TRY_AGAIN_LATER } from '#test/support/real-pod.ts';

const cluster = await RealCluster.create(1);
const [node] = cluster.nodes as [RealNode];
const { peer } = node;

/** Holds a new state and its journal, and little more. */
const DISK_BYTES = 1024 * 1024;

/** More than any start takes. */
const STEPS_MAX = 100;

mkdirSync(peer.stateDirectory);
execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'tmpfs', peer.stateDirectory]);
after(async () => {
  await peer.end('SIGKILL');
  execFileSync('umount', [peer.stateDirectory]);
  await cluster[Symbol.asyncDispose]();
});

peer.start();
await peer.ready();
const pod = await cluster.addPod(node, 'kept');
const address = await pod.attach();

function attached(report: { readonly attachments: readonly { readonly containerId: string }[] }) {
  return report.attachments.map(({ containerId }) => containerId);
}

it('a full disk ends the peer with the reason, and nothing that was answered is lost', async () => {
  const filler = join(peer.stateDirectory, 'filler');
  fill(filler);
  const other = await cluster.addPod(node, 'other');
  // What is left of the last pages may hold one more attachment or two.
  const refused = await eventually('an ADD is not served', async () => {
    const outcome = await other.call('ADD');
    if (outcome.exitCode !== 0) return outcome;
    assert.equal((await other.call('DEL')).exitCode, 0);
    return undefined;
  });
  assert.equal(refused.document.code, TRY_AGAIN_LATER);
  assert.equal((await peer.ended()).exitCode, 1);
  assert.match(peer.lastWords(), /the state could not be written: .*disk is full/);
  assert.deepEqual(await other.call('DEL'), { exitCode: 0, document: {} });

  peer.start();
  assert.equal((await peer.ended()).exitCode, 1);
  assert.match(
    peer.lastWords(),
    /state directory .* can't be used: .*See that .* the disk has space/,
  );

  rmSync(filler);
  peer.start();
  const report = await peer.ready();
  assert.deepEqual(attached(report), ['kept']);
  assert.deepEqual(report.attachments[0]?.addresses, [address]);
});

it('a sync that fails ends the peer: what is on disk is not known, so nothing more is said', async () => {
  const other = await cluster.addPod(node, 'later');
  const traceFile = join(peer.directory, 'steps');
  // A start takes some steps; the one after them is that of the ADD.
  await peer.end('SIGTERM');
  peer.start(faultEnvironment({ kind: 'fail', step: STEPS_MAX, traceFile }));
  await peer.ready();
  await peer.end('SIGTERM');
  const ofStart = readFileSync(traceFile, 'utf8').trimEnd().split('\n').length;
  peer.start(faultEnvironment({ kind: 'fail', step: ofStart + 1, traceFile }));
  await peer.ready();
  const { exitCode, document } = await other.call('ADD');
  assert.equal(exitCode, 1);
  assert.equal(document.code, TRY_AGAIN_LATER);
  assert.equal((await peer.ended()).exitCode, 1);
  assert.match(peer.lastWords(), /the state could not be written: .*disk I\/O error/);
  peer.start();
  assert.deepEqual(attached(await peer.ready()), ['kept']);
  assert.notEqual(await other.attach(), address);
});

/** Takes all the space that there is. */
function fill(path: string): void {
  for (let bytes = 64 * 1024; bytes >= 512;) {
    try {
      writeFileSync(path, new Uint8Array(bytes), { flag: 'a' });
    } catch {
      bytes /= 2;
    }
  }
}
