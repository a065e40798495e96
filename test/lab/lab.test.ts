/** The lab itself, run for real: its exit code, what it writes of its result, and that nothing stays. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { LabResult } from '#peer/lab/result.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const RESULT_FILE = '/run/weft-lab/result.json';
/** Both runs take under ten seconds; a machine that is busy with other tests may take a few times that. */
const RUN_TIMEOUT_MS = 90_000;

interface Run {
  readonly exitCode: number;
  readonly output: string;
}

async function lab(...args: readonly string[]): Promise<Run> {
  const { promise, resolve } = Promise.withResolvers<Run>();
  const options = { cwd: ROOT, timeout: RUN_TIMEOUT_MS };
  const child = execFile(
    process.execPath,
    ['peer/lab/main.ts', ...args],
    options,
    (_, stdout, stderr) => {
      resolve({ exitCode: child.exitCode ?? -1, output: `${stdout}${stderr}` });
    },
  );
  return await promise;
}

function readResult(): LabResult {
  return JSON.parse(readFileSync(RESULT_FILE, 'utf8')) as LabResult;
}

/** Namespaces and processes of the lab that are there now. */
function findLeftovers(): readonly string[] {
  const namespaces = existsSync('/run/netns') ? readdirSync('/run/netns') : [];
  const commands = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map((pid) => readCommand(pid));
  return [
    ...namespaces.filter((name) => name.startsWith('weft-lab')),
    ...commands.filter((command) => command.includes('--state-dir /run/weft-lab/')),
  ];
}

function readCommand(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    // The process ended since /proc was listed.
    return '';
  }
}

before(async () => {
  await lab('down');
});

after(async () => {
  await lab('down');
});

describe('the lab with three nodes and six pods', () => {
  it('proves what it claims, exits 0 and tears down', async () => {
    const { exitCode, output } = await lab('--once');
    assert.equal(exitCode, 0, output);
    assert.deepEqual(findLeftovers(), []);
    assert.match(output, /Everything claimed holds\./);
  });

  it('writes its result as JSON', () => {
    const { holds, claims, nodes, pods, reachability, throughput } = readResult();
    assert.equal(holds, true);
    assert.ok(claims.length >= 9);
    assert.deepEqual(
      claims.flatMap(({ findings }) => findings),
      [],
    );
    assert.equal(nodes.length, 3);
    assert.equal(new Set(nodes.map(({ peerId }) => peerId)).size, 3);
    assert.equal(new Set(pods.flatMap(({ addresses }) => addresses)).size, 6);
    assert.equal(reachability.endpoints.length, 9);
    // Nine others each; nodes have an address on the underlay and one on the overlay.
    assert.equal(reachability.tried, 8 * (6 + 2 * 3));
    assert.ok(throughput !== undefined && throughput.overlayBitsPerSecond > 0);
  });

  it('leaves nothing at all after down', async () => {
    const { exitCode } = await lab('down');
    assert.equal(exitCode, 0);
    assert.deepEqual(findLeftovers(), []);
    assert.equal(existsSync('/run/weft-lab'), false);
  });
});

it('the lab with IPv6 nodes and pods proves what it claims', async () => {
  const { exitCode, output } = await lab('--ipv6', '--nodes', '2', '--pods', '1', '--once');
  assert.equal(exitCode, 0, output);
  const { holds, pods, nodes } = readResult();
  assert.equal(holds, true);
  for (const { addresses } of pods) assert.match(addresses.join(), /^fd00:10:32:/);
  for (const { underlay } of nodes) assert.match(underlay, /^fd77:6c61:6200::/);
});

it('a run that is killed half-way is removed by down', async () => {
  const child = execFile(process.execPath, ['peer/lab/main.ts'], { cwd: ROOT });
  // By then namespaces are there, and peers have been started or are about to be.
  for await (const chunk of child.stdout ?? []) if (String(chunk).includes('Start a peer')) break;
  child.kill('SIGKILL');
  assert.notDeepEqual(findLeftovers(), []);
  const { exitCode } = await lab('down');
  assert.equal(exitCode, 0);
  assert.deepEqual(findLeftovers(), []);
  assert.equal(existsSync('/run/weft-lab'), false);
});

it('bad options exit 2 and make nothing', async () => {
  const { exitCode, output } = await lab('--nodes', 'many');
  assert.equal(exitCode, 2);
  assert.match(output, /--nodes is "many": expected a whole number from 1 to 100/);
  assert.deepEqual(findLeftovers(), []);
});
