/** The launcher by itself: each command while the peer is down, and the queue of DELs after. */
import assert from 'node:assert/strict';
import { chmodSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { it } from 'node:test';
import { FrameReader } from '../../peer/cni/frame-reader.ts';
import {
  encodeFrame,
  encodeNetlink,
  encodeSysctls,
  FrameType,
} from '../../peer/cni/hands-protocol.ts';
import { deleteLink } from '../../peer/kernel/netlink/link.ts';
import { ANNOUNCED_VERSIONS } from '../../plugin/versions.ts';
import { createNamespace } from '../support/namespace.ts';
import { buildLauncher, createScratchDirectory, runLauncher } from '../support/plugin-launcher.ts';
import { createTestNode } from '../support/plugin-node.ts';

it('without a peer each command answers what the runtime can act on', async () => {
  await using node = await createTestNode();
  await using pod = await createNamespace();
  await node.stopPeer();
  for (const [command, code] of [
    ['ADD', 11],
    ['CHECK', 11],
    ['GC', 11],
    ['STATUS', 50],
    ['FLY', 4],
  ] as const) {
    const { exitCode, document } = await node.call({ command, pod });
    assert.deepEqual(
      [exitCode, document['code'], document['cniVersion']],
      [1, code, '1.0.0'],
      command,
    );
    assert.ok(String(document['msg']).length > 10);
  }
  const version = await node.call({ command: 'VERSION', config: { cniVersion: '0.4.0' } });
  assert.deepEqual(version.document, {
    cniVersion: '0.4.0',
    supportedVersions: ANNOUNCED_VERSIONS,
  });
});

it('a DEL without a peer is queued durably, and done when the peer starts', async () => {
  await using node = await createTestNode();
  await using pod = await createNamespace();
  await node.call({ command: 'ADD', pod });
  await node.stopPeer();
  const { exitCode, stdout } = await node.call({ command: 'DEL', pod });
  assert.deepEqual([exitCode, stdout], [0, '']);
  const [file = '', ...more] = readdirSync(node.queueDirectory);
  assert.deepEqual(more, []);
  assert.equal(statSync(join(node.queueDirectory, file)).mode & 0o777, 0o600);
  assert.equal((await node.hostInterfaces()).length, 1);

  await node.startPeer();
  assert.deepEqual(await node.hostInterfaces(), []);
  assert.equal(node.context.attachments.size, 0);
  assert.deepEqual(readdirSync(node.queueDirectory), []);
});

it('a DEL that was queued is done before a later ADD of the same pod, and not after', async () => {
  await using node = await createTestNode();
  await using pod = await createNamespace();
  await node.call({ command: 'ADD', pod });
  await node.stopPeer();
  await node.call({ command: 'DEL', pod });
  await node.startPeer();
  assert.equal((await node.call({ command: 'ADD', pod })).exitCode, 0);
  await pod.exec('ping', '-c1', '-W2', '-q', '198.51.100.1');
});

it('a DEL without a peer that names no attachment is refused', async () => {
  await using node = await createTestNode();
  await node.stopPeer();
  const { document } = await node.call({ command: 'DEL', environment: { CNI_IFNAME: '' } });
  assert.equal(document['code'], 4);
});

it('a full queue refuses a DEL, so that the runtime comes again', async () => {
  await using node = await createTestNode();
  await node.stopPeer();
  await node.call({ command: 'DEL' });
  for (let i = 1; i < 4096; i++) writeFileSync(join(node.queueDirectory, `del-${i}-1`), '');
  const { document } = await node.call({ command: 'DEL' });
  assert.equal(document['code'], 11);
  assert.match(String(document['msg']), /could not be queued.*No space left/);
});

it('the version of an error is the top-level one, wherever else the word stands', async () => {
  await using node = await createTestNode();
  await node.stopPeer();
  for (const [config, version] of [
    [
      '{"a":{"cniVersion":"9.9.9"},"b":"\\"cniVersion\\":\\"8.8.8\\"","cniVersion" : "0.3.1"}',
      '0.3.1',
    ],
    ['{"cniVersion":{"cniVersion":"9.9.9"}}', '1.0.0'],
    ['{"cniVersion":"0.3.1\\"}"}', '1.0.0'],
    ['{"cniVersion":', '1.0.0'],
    ['{"cniVersion":"', '1.0.0'],
    ['', '1.0.0'],
    ['\0\0"\\', '1.0.0'],
  ] as const) {
    const { document } = await node.call({ command: 'ADD', config });
    assert.equal(document['cniVersion'], version, config);
  }
});

it('called by hand without a command, the launcher tells what it is and which versions it knows', async () => {
  await buildLauncher();
  const { exitCode, stdout, stderr } = await runLauncher({ environment: {}, stdin: '' });
  assert.deepEqual([exitCode, stdout], [0, '']);
  assert.match(stderr, /CNI plugin of the Weft overlay[^]*1\.0\.0/);
});

it('the launcher is static and under 1 MB', async () => {
  await buildLauncher();
  assert.ok(statSync('build/weft').size < 1_000_000);
});

/** Plays a peer that sends `frames` one after the other; the launcher's replies, and its outcome. */
async function playPeer(frames: readonly Uint8Array[]) {
  await buildLauncher();
  using scratch = createScratchDirectory();
  await using host = await createNamespace();
  await using pod = await createNamespace();
  const socketPath = join(scratch.path, 'cni.sock');
  const replies: { type: number; errno: number; body: Buffer }[] = [];
  const server = createServer((socket) => {
    const reader = new FrameReader();
    const left = [...frames];
    socket.on('error', () => undefined);
    socket.on('data', (piece: Buffer) => {
      for (const { type, payload } of reader.push(piece)) {
        const bytes = Buffer.from(payload);
        if (type !== FrameType.hello)
          replies.push({ type, errno: bytes.readUInt32BE(0), body: bytes.subarray(4) });
        const next = left.shift();
        if (next === undefined) socket.end();
        else socket.write(next);
      }
    });
  });
  server.listen(socketPath);
  const environment = { CNI_COMMAND: 'ADD', CNI_NETNS: pod.path, WEFT_CNI_SOCKET: socketPath };
  const outcome = await runLauncher({ namespace: host.path, environment, stdin: '{}' });
  server.close();
  return { replies, ...outcome, links: await pod.exec('ip', '-br', 'link') };
}

const EPERM = 1;
const EBADMSG = 74;

it('the hands carry nothing but what is on their list, and break nothing by refusing', async () => {
  const good = deleteLink({ name: 'nothing' });
  const forbidden = good.slice();
  // RTM_NEWQDISC (36) instead of RTM_DELLINK.
  forbidden[4] = 36;
  const cut = good.slice(0, 10);
  const { replies, exitCode, stdout } = await playPeer([
    encodeNetlink('pod', forbidden),
    encodeNetlink('pod', cut),
    encodeNetlink('pod', good),
    encodeSysctls([
      { path: 'net/ipv4/ip_forward', value: 1 },
      { path: 'net/ipv4/conf/../../../kernel/rp_filter', value: 1 },
      { path: 'net/ipv4/conf/../rp_filter', value: 1 },
      { path: 'net/ipv4/conf/lo/forwarding', value: 1 },
      { path: 'net/ipv4/conf/lo/rp_filter', value: 1 },
    ]),
    encodeFrame(FrameType.answer, [Uint8Array.of(9), Buffer.from('bye')]),
  ]);
  assert.deepEqual(
    replies.map(({ errno }) => errno),
    [EPERM, EBADMSG, 0, 0],
  );
  const errnos = replies[3]?.body ?? Buffer.alloc(0);
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((i) => errnos.readUInt32BE(4 * i)),
    [EPERM, EPERM, EPERM, EPERM, 0],
  );
  assert.deepEqual([exitCode, stdout], [9, 'bye']);
});

it('a peer that breaks off, or sends what the launcher does not know, counts as no peer', async () => {
  for (const frames of [[], [encodeFrame(99, [])], [Buffer.alloc(4, 0xff)]]) {
    const { exitCode, stdout } = await playPeer(frames);
    assert.equal(exitCode, 1);
    assert.equal(JSON.parse(stdout).code, 11);
    assert.match(JSON.parse(stdout).details, /broke off/);
  }
});

it('a queue directory that can not be written is an error that says so', async () => {
  await buildLauncher();
  using scratch = createScratchDirectory();
  const blocked = join(scratch.path, 'file');
  writeFileSync(blocked, '');
  chmodSync(blocked, 0o600);
  const { exitCode, stdout } = await runLauncher({
    environment: {
      CNI_COMMAND: 'DEL',
      CNI_CONTAINERID: 'c',
      CNI_IFNAME: 'eth0',
      WEFT_CNI_SOCKET: join(scratch.path, 'none'),
      WEFT_CNI_QUEUE: join(blocked, 'queue'),
    },
    stdin: '{}',
  });
  assert.equal(exitCode, 1);
  assert.match(JSON.parse(stdout).msg, /could not be queued.*Not a directory/);
});
