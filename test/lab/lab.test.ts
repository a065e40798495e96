/** The lab itself, run for real: its exit code, what it writes of its result, and that nothing stays. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { findLeftovers, readResult, runLab, startLab } from './lab-process.ts';

before(async () => {
  await runLab('down');
});

after(async () => {
  await runLab('down');
});

describe('the lab with three nodes and six pods', () => {
  it('proves what it claims, exits 0 and tears down', async () => {
    const { exitCode, output } = await runLab('--once');
    assert.equal(exitCode, 0, output);
    assert.deepEqual(findLeftovers(), []);
    assert.match(output, /Everything claimed holds\./);
  });

  it('writes its result as JSON', () => {
    const { holds, claims, nodes, pods, reachability, throughput } = readResult();
    assert.equal(holds, true);
    assert.ok(claims.length >= 11);
    assert.deepEqual(
      claims.flatMap(({ findings }) => findings),
      [],
    );
    for (const text of ['Every link that a peer wants is up', 'All peers have the same records'])
      assert.ok(
        claims.some((claim) => claim.text === text),
        `nothing claims: ${text}`,
      );
    for (const { links } of nodes) assert.deepEqual([links.wanted, links.wantedUp], [2, 2]);
    assert.equal(nodes.length, 3);
    assert.equal(new Set(nodes.map(({ peerId }) => peerId)).size, 3);
    assert.equal(new Set(pods.flatMap(({ addresses }) => addresses)).size, 6);
    assert.equal(reachability.endpoints.length, 9);
    // Nine others each; nodes have an address on the underlay and one on the overlay.
    assert.equal(reachability.tried, 8 * (6 + 2 * 3));
    assert.ok(throughput !== undefined && throughput.overlayBitsPerSecond > 0);
  });

  it('leaves nothing at all after down', async () => {
    const { exitCode } = await runLab('down');
    assert.equal(exitCode, 0);
    assert.deepEqual(findLeftovers(), []);
    assert.equal(existsSync('/run/weft-lab'), false);
  });
});

it('the lab with IPv6 nodes and pods proves what it claims', async () => {
  const { exitCode, output } = await runLab('--ipv6', '--nodes', '2', '--pods', '1', '--once');
  assert.equal(exitCode, 0, output);
  const { holds, pods, nodes } = readResult();
  assert.equal(holds, true);
  for (const { addresses } of pods) assert.match(addresses.join(), /^fd00:10:32:/);
  for (const { underlay } of nodes) assert.match(underlay, /^fd77:6c61:6200::/);
});

it('a run that is killed half-way is removed by down', async () => {
  // By then namespaces are there, and peers have been started or are about to be.
  const child = await startLab([], 'Start a peer');
  child.kill('SIGKILL');
  assert.notDeepEqual(findLeftovers(), []);
  const { exitCode } = await runLab('down');
  assert.equal(exitCode, 0);
  assert.deepEqual(findLeftovers(), []);
  assert.equal(existsSync('/run/weft-lab'), false);
});

it('bad options exit 2 and make nothing', async () => {
  const { exitCode, output } = await runLab('--nodes', 'many');
  assert.equal(exitCode, 2);
  assert.match(output, /--nodes is "many": expected a whole number from 1 to 100/);
  assert.deepEqual(findLeftovers(), []);
});

it('a second lab is refused while one runs, which goes on, and down ends that one', async () => {
  const first = await startLab(['--nodes', '1', '--pods', '1'], 'The lab is up');
  const { exitCode, output } = await runLab('--once');
  assert.equal(exitCode, 1);
  assert.match(output, /a lab is running already \(pid \d+\): end it with Ctrl-C/);
  assert.equal(first.exitCode, null);
  const down = await runLab('down');
  assert.deepEqual(
    [down.exitCode, down.output],
    [0, `Ended the lab that ran (pid ${first.pid}), which removed what it had made.\n`],
  );
  assert.match((await runLab('down')).output, /^There was nothing of the lab to remove\.$/m);
  assert.equal(first.exitCode, 0);
  assert.deepEqual(findLeftovers(), []);
});
