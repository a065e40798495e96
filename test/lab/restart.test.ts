/** In a lab that is up: what goes over the underlay, and a peer that is killed and started again. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { after, before, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { getFromPeer, PeerUnavailableError } from '#peer/cli/peer-client.ts';
import type { Report } from '#peer/http/report.ts';
import { readResult, run, runLab, startLab } from './lab-process.ts';

const DIRECTORY = '/run/weft-lab/node1';
const LAN = ['ip', 'netns', 'exec', 'weft-lab-lan'];
const POD = ['ip', 'netns', 'exec', 'weft-lab-node1-pod1'];
/** Half a minute of not answering is not a slow start any more. */
const READY_TIMEOUT_MS = 30_000;

let lab: ChildProcess | undefined;

before(async () => {
  lab = await startLab(['--nodes', '3', '--pods', '1'], 'The lab is up');
});

after(async () => {
  lab?.kill('SIGTERM');
  if (lab !== undefined && lab.exitCode === null) await once(lab, 'exit');
  await runLab('down');
});

function addressOf(pod: string): string {
  return readResult().pods.find(({ name }) => name === pod)?.addresses[0] ?? `no address of ${pod}`;
}

async function readReport(): Promise<Report> {
  return JSON.parse(await getFromPeer(`${DIRECTORY}/http.sock`, '/report')) as Report;
}

async function isReady(): Promise<boolean> {
  try {
    return (await readReport()).peer.state === 'ready';
  } catch (error) {
    if (error instanceof PeerUnavailableError) return false;
    throw error;
  }
}

async function waitUntilReady(): Promise<void> {
  const deadline = performance.now() + READY_TIMEOUT_MS;
  while (!(await isReady())) {
    assert.ok(performance.now() < deadline, readFileSync(`${DIRECTORY}/peer.log`, 'utf8'));
    await delay(50);
  }
}

it('pings between pods of two nodes go over the underlay as VXLAN with our VNI', async () => {
  const capture = run([
    ...LAN,
    'timeout',
    '10',
    'tcpdump',
    '-ni',
    'lan',
    '-T',
    'vxlan',
    '-c',
    '20',
    'udp port 6784',
  ]);
  await run([...POD, 'ping', '-q', '-i', '0.02', '-c', '100', addressOf('node3-pod1')]);
  const { exitCode, output } = await capture;
  assert.equal(exitCode, 0, output);
  const packets = output.split('\n').filter((line) => line.includes('VXLAN'));
  assert.equal(packets.length, 20);
  for (const packet of packets) assert.match(packet, / vni 6784$/);
});

it('gossip goes over the underlay only as TLS', async () => {
  const filter = 'tcp port 6783 and tcp[tcpflags] & tcp-push != 0';
  const { exitCode, output } = await run([
    ...LAN,
    'timeout',
    '20',
    'tcpdump',
    '-ni',
    'lan',
    '-c',
    '16',
    '-x',
    filter,
  ]);
  assert.equal(exitCode, 0, output);
  const packets = output
    .split(/^\d\d:\d\d:.*$/m)
    .slice(1)
    .map(readHexDump);
  assert.equal(packets.length, 16);
  const heads = packets.map((packet) => tcpPayload(packet).subarray(0, 3).toString('hex'));
  // RFC 8446 section 5.1: content type 22 or 23 and the version that every record of TLS 1.3 carries,
  // or the older one of a first hello. A connection may begin just now: of links that are up there are more.
  for (const head of heads) assert.match(head, /^(170303|160303|160301)$/, output);
  assert.ok(heads.filter((head) => head === '170303').length > 8, output);
});

it('a peer that is killed and started again is the same, and no ping between pods is lost', async () => {
  const first = await readReport();
  const ping = run([...POD, 'ping', '-q', '-i', '0.01', '-c', '500', addressOf('node2-pod1')]);
  process.kill(Number(readFileSync(`${DIRECTORY}/peer.pid`, 'utf8')), 'SIGKILL');
  spawn(`${DIRECTORY}/start-peer`, { detached: true, stdio: 'ignore' }).unref();
  await waitUntilReady();
  const second = await readReport();

  assert.match((await ping).output, /^500 packets transmitted, 500 received, 0% packet loss/m);
  assert.ok(BigInt(second.peer.epoch) > BigInt(first.peer.epoch));
  assert.equal(second.peer.id, first.peer.id);
  assert.deepEqual(second.holdings, first.holdings);
  assert.deepEqual(second.attachments, first.attachments);
  assert.deepEqual(
    Object.values(second.kernel.drift).filter((times) => times > 0),
    [],
  );
  assert.equal(second.kernel.firstPassChanges, 0, JSON.stringify(second.kernel));
});

/** The bytes that tcpdump prints with -x: lines of an offset and groups of four digits. */
function readHexDump(dump: string): Buffer {
  const digits = dump
    .split('\n')
    .map((line) => /^\s+0x[0-9a-f]+:\s+(.*)$/.exec(line)?.[1] ?? '')
    .join('');
  return Buffer.from(digits.replaceAll(' ', ''), 'hex');
}

/** What follows the headers of IPv4 and TCP, whose lengths are counted in words of four bytes. */
function tcpPayload(packet: Buffer): Buffer {
  const segment = packet.subarray((packet.readUInt8(0) & 0x0f) * 4);
  return segment.subarray((segment.readUInt8(12) >> 4) * 4);
}
