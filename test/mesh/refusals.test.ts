/** Peers that can't run as they are told to: each says why in one line, exits, and changes nothing. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { readKernelText } from '#test/support/kernel-text.ts';
import { RealCluster, type RealNode } from '#test/support/real-cluster.ts';
import { type Flags, RealPeer } from '#test/support/real-peer.ts';

/** Debian's and every other system's "nobody", whose files a peer without CAP_DAC_OVERRIDE can't read. */
const NOBODY = 65_534;

const cluster = await RealCluster.create(1);
after(() => cluster[Symbol.asyncDispose]());
const [node] = cluster.nodes as [RealNode];
let made = 0;

/** A further peer in the node's namespace, with a directory of its own and the node's configuration. */
function anotherPeer(flags: Flags = {}): RealPeer {
  const directory = join(node.peer.directory, `other${++made}`);
  return new RealPeer({
    namespace: node.namespace,
    directory,
    flags: {
      name: node.name,
      address: node.address,
      seeds: node.address,
      'key-file': cluster.keyFile,
      'new-seed': 'true',
      ...flags,
    },
  });
}

async function routeTo(verb: 'add' | 'delete', range: string): Promise<void> {
  await node.namespace.exec('ip', 'route', verb, range, 'dev', 'eth0');
}

/** Of somebody else, who lets nobody in. */
function closedDirectory(): string {
  const directory = join(node.peer.directory, `closed${++made}`);
  mkdirSync(directory, { mode: 0o700 });
  chownSync(directory, NOBODY, NOBODY);
  return directory;
}

/**
 * What the node's own peer, which is started by the first test that needs it, says of itself and of
 * what it has done: nothing of it may change when another one is refused.
 */
async function readOwner() {
  if (!node.peer.isRunning()) node.peer.start();
  const { peer, holdings, links, kernel, problems } = await node.peer.ready();
  return { peer, holdings, links, problems, drift: kernel.drift, changes: kernel.changes };
}

/** Starts the peer, which has to say in one line what is wrong, exit, and leave the kernel alone. */
async function assertRefuses(peer: RealPeer, message: RegExp): Promise<void> {
  const kernel = await readKernelText(node.namespace);
  peer.start();
  const { exitCode } = await peer.ended();
  // 2 is for options that are wrong by themselves; here the host or the state says no.
  assert.equal(exitCode, 1);
  assert.doesNotMatch(peer.log(), /"stack"/);
  assert.match(peer.lastWords(), message);
  assert.doesNotMatch(peer.lastWords(), /\n/);
  assert.equal(await readKernelText(node.namespace), kernel);
}

/** Names, sizes and contents of all files of the directory. */
function hashDirectory(directory: string): string {
  const hash = createHash('sha256');
  for (const path of globSync('**/*', { cwd: directory }).sort()) {
    const full = join(directory, path);
    hash.update(`${path}\0`);
    if (statSync(full).isFile()) hash.update(readFileSync(full));
  }
  return hash.digest('hex');
}

it('a range that overlaps a route of the host', async () => {
  await routeTo('add', '10.40.0.0/16');
  const peer = anotherPeer();
  await assertRefuses(peer, /10\.32\.0\.0\/12 overlaps.*10\.40\.0\.0\/16 dev eth0.*--universe/);
  assert.ok(!existsSync(peer.stateDirectory), 'it made a state directory');
  await routeTo('delete', '10.40.0.0/16');
});

it('not a route around the universe; and of a member, one inside is a problem that it tells', async () => {
  await routeTo('add', '10.0.0.0/8');
  const before = await readOwner();
  assert.deepEqual(before.problems, []);
  await node.peer.end('SIGTERM');
  await routeTo('add', '10.40.0.0/16');
  const after = await readOwner();
  assert.deepEqual(after.peer.id, before.peer.id);
  assert.match(after.problems.join('\n'), /10\.32\.0\.0\/12 overlaps.*10\.40\.0\.0\/16 dev eth0/);
  await node.peer.end('SIGTERM');
  await routeTo('delete', '10.40.0.0/16');
  await routeTo('delete', '10.0.0.0/8');
});

it('options that contradict each other, with the exit code for wrong usage', async () => {
  const peer = anotherPeer({ plain: 'true' });
  peer.start();
  assert.equal((await peer.ended()).exitCode, 2);
  assert.match(peer.log(), /more than one cluster key/);
  assert.ok(!existsSync(peer.stateDirectory), 'it made a state directory');
});

it('an address that is not on this host', async () => {
  const peer = anotherPeer({ address: '198.18.0.77' });
  await assertRefuses(peer, /--address 198\.18\.0\.77 is on no interface of this host/);
});

it('a key file that is missing', async () => {
  const peer = anotherPeer({ 'key-file': `${cluster.keyFile}.missing` });
  await assertRefuses(peer, /--key-file \S+key\.missing can't be read \(ENOENT/);
});

it('a key file that it may not read', async () => {
  const file = cluster.writeFile('closed-key', 'a key that nobody but nobody may read\n');
  chownSync(file, NOBODY, NOBODY);
  chmodSync(file, 0o600);
  await assertRefuses(anotherPeer({ 'key-file': file }), /closed-key can't be read \(EACCES/);
});

it('a state directory that it may not use', async () => {
  const flags = { 'state-dir': join(closedDirectory(), 'state') };
  await assertRefuses(
    anotherPeer(flags),
    /the state directory \S+\/state can't be used: EACCES: permission denied, mkdir '\S+\/state'/,
  );
});

it("a directory of the launcher's socket that it may not use", async () => {
  const flags = { 'cni-socket': join(closedDirectory(), 'run', 'cni.sock') };
  await assertRefuses(anotherPeer(flags), /EACCES: permission denied, mkdir '\S+\/run'/);
});

it('a key that is too short', async () => {
  const file = cluster.writeFile('short-key', 'short\n');
  await assertRefuses(anotherPeer({ 'key-file': file }), /short-key has 5 characters: 16 are the/);
});

it('a status address that another process uses, after one that it could listen on', async () => {
  const script = "require('net').createServer().listen(6784, '127.0.0.1', () => console.log('up'))";
  const enter = ['netns', 'exec', node.namespace.name];
  const holder = spawn('ip', [...enter, process.execPath, '-e', script]);
  await once(holder.stdout, 'data');
  try {
    const socket = join(node.peer.directory, 'status.sock');
    const peer = anotherPeer({ 'http-address': `${socket},127.0.0.1:6784` });
    await assertRefuses(peer, /in use 127\.0\.0\.1:6784: .* choose another --http-address$/);
  } finally {
    holder.kill('SIGKILL');
  }
});

it('a state directory of another cluster, which stays as it is', async () => {
  const owner = anotherPeer();
  owner.start();
  await owner.ready();
  assert.equal((await owner.end('SIGTERM')).exitCode, 0);
  const hash = hashDirectory(owner.stateDirectory);

  const peer = anotherPeer({ 'state-dir': owner.stateDirectory, cluster: 'another' });
  await assertRefuses(peer, /another/);
  assert.equal(hashDirectory(owner.stateDirectory), hash);
  owner.start();
  await owner.ready();
  await owner.end('SIGTERM');
});

it('a state directory that another peer uses, which goes on', async () => {
  const before = await readOwner();
  const flags = { 'state-dir': node.peer.stateDirectory, 'control-port': '6785' };
  await assertRefuses(anotherPeer(flags), /state is in use by another peer/);
  assert.deepEqual(await readOwner(), before);
});

it('a control port that another process uses, which goes on', async () => {
  const before = await readOwner();
  await assertRefuses(
    anotherPeer(),
    /in use 198\.18\.0\.1:6783: .* choose another --control-port$/,
  );
  assert.deepEqual(await readOwner(), before);
});
