/** `weft reset` on a node that has everything of Weft and something of others. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import test from 'node:test';
import { renderConflist } from '#peer/cni/installation-conflist.ts';
import { Installation } from '#peer/cni/installation.ts';
import { openNftables } from '#peer/kernel/nftables.ts';
import { masqueradeRuleset } from '#peer/overlay/masquerade.ts';
import { lockDirectory } from '#peer/store/lock.ts';
import { createNamespace, type Namespace } from '#test/support/namespace.ts';
import { attachPod, converge, makeNodes, type OverlayNode } from '#test/support/overlay-nodes.ts';
import { buildLauncher, createScratchDirectory } from '#test/support/plugin-launcher.ts';
import { UNIVERSE } from '#test/support/overlay-inputs.ts';

const MAIN = resolve('peer/main.ts');

interface Outcome {
  readonly exitCode: number;
  readonly output: string;
}

/** The directories of a node, below one. */
function placesIn(path: string) {
  const flags = {
    'state-dir': join(path, 'state'),
    'cni-socket': join(path, 'cni.sock'),
    'cni-queue': join(path, 'queue'),
    'cni-bin-dir': join(path, 'bin'),
    'cni-conf-dir': join(path, 'net.d'),
  } as const;
  for (const flag of ['state-dir', 'cni-queue', 'cni-bin-dir', 'cni-conf-dir'] as const)
    mkdirSync(flags[flag]);
  return { ...flags, args: Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`) };
}

type Places = ReturnType<typeof placesIn>;

function reset(namespace: Namespace, { args }: Places, ...more: string[]): Promise<Outcome> {
  const command = [
    'netns',
    'exec',
    namespace.name,
    process.execPath,
    MAIN,
    'reset',
    ...args,
    ...more,
  ];
  return new Promise((done) => {
    execFile('ip', command, (error, stdout, stderr) => {
      done({ exitCode: error === null ? 0 : Number(error.code), output: stdout + stderr });
    });
  });
}

/** Everything that a peer leaves there when it has run with a pod. */
async function leaveEverything(node: OverlayNode, pod: Namespace, places: Places): Promise<void> {
  converge(node, await attachPod(node, pod, 1));
  const ruleset = masqueradeRuleset({ universe: UNIVERSE, masquerade: true });
  await openNftables(['ip', 'netns', 'exec', node.namespace.name, 'nft']).replace(ruleset);
  await buildLauncher();
  await new Installation({
    binDirectory: places['cni-bin-dir'],
    confDirectory: places['cni-conf-dir'],
    isReady: () => true,
    log: { info: () => undefined, warn: () => undefined },
  }).look();
  lockDirectory(places['state-dir']).release();
  mkdirSync(join(places['state-dir'], 'state'));
  writeFileSync(join(places['state-dir'], 'state/state.sqlite'), '');
  writeFileSync(join(places['cni-queue'], 'del-0000000001-7'), '');
  const socket = createServer().listen(places['cni-socket']);
  await once(socket, 'listening');
  socket.unref();
}

/** What others have on the node. */
async function addForeign({ namespace }: OverlayNode, places: Places): Promise<void> {
  await namespace.exec('ip', 'link', 'add', 'weft-bridge', 'type', 'bridge');
  await namespace.exec('ip', 'route', 'add', '10.99.0.0/16', 'via', '192.0.2.2');
  await namespace.exec('nft', 'add', 'table', 'inet', 'other');
  writeFileSync(join(places['cni-bin-dir'], 'bridge'), '');
  writeFileSync(join(places['cni-conf-dir'], '99-other.conflist'), '{}');
}

const VIEW =
  'ip -o link | grep -v veth; ip route show table all; ip -6 route show table all; nft list ruleset';

/** Without the kernel's own link-local addresses, which come when nobody else was found to have them. */
async function viewOf({ namespace }: OverlayNode): Promise<string> {
  return namespace.exec('sh', '-c', `(${VIEW}) | grep -v fe80:`);
}

test('without --yes it tells everything and changes nothing; with it, only what others have is left', () =>
  makeNodes(4, async ([a]) => {
    await using pod = await createNamespace();
    using scratch = createScratchDirectory();
    const places = placesIn(scratch.path);
    await leaveEverything(a, pod, places);
    await addForeign(a, places);

    const before = await viewOf(a);
    const dry = await reset(a.namespace, places);
    assert.equal(dry.exitCode, 1);
    for (const told of [
      /Would take away .*--yes/,
      /the interface weft0: the tunnel/,
      /the interface weft-pod1: the network of a pod/,
      /the routes of protocol 119/,
      /the nftables table inet weft/,
      /the network configuration .*10-weft\.conflist/,
      /the launcher .*bin\/weft/,
      /the queue of DELs/,
      /the socket/,
      /the state in .*identity/,
      /Stays:\n +the setting net\/ipv4\/ip_forward = 1/,
    ])
      assert.match(dry.output, told);
    assert.equal(await viewOf(a), before);

    const done = await reset(a.namespace, places, '--yes');
    assert.equal(done.exitCode, 0, done.output);
    const links = await a.namespace.exec('ip', '-br', 'link');
    assert.doesNotMatch(links, /weft0|weft-pod1/);
    assert.match(links, /weft-bridge/);
    const routes = await a.namespace.exec('sh', '-c', 'ip route; ip -6 route');
    assert.doesNotMatch(routes, /proto 119|10\.32\.|fd32/);
    assert.match(routes, /10\.99\.0\.0\/16/);
    assert.equal((await a.namespace.exec('nft', 'list', 'tables')).trim(), 'table inet other');
    assert.deepEqual(readdirSync(scratch.path).sort(), ['bin', 'net.d', 'state']);
    const left = ['state-dir', 'cni-bin-dir', 'cni-conf-dir'].map((flag) =>
      readdirSync(places[flag as 'state-dir']),
    );
    assert.deepEqual(left, [[], ['bridge'], ['99-other.conflist']]);

    const again = await reset(a.namespace, places, '--yes');
    assert.equal(again.exitCode, 0);
    assert.match(again.output, /Nothing of Weft is left/);
  }));

test('it refuses while a peer holds the state, and changes nothing', async () => {
  await using namespace = await createNamespace();
  using scratch = createScratchDirectory();
  const places = placesIn(scratch.path);
  writeFileSync(join(places['cni-conf-dir'], '10-weft.conflist'), renderConflist());
  const lock = lockDirectory(places['state-dir']);
  const { exitCode, output } = await reset(namespace, places, '--yes');
  lock.release();
  assert.equal(exitCode, 1);
  assert.match(output, /a peer runs on this node.*stop it first/);
  assert.ok(existsSync(join(places['cni-conf-dir'], '10-weft.conflist')));
});

test('files in our places that are not ours stay, and are told', async () => {
  await using namespace = await createNamespace();
  using scratch = createScratchDirectory();
  const places = placesIn(scratch.path);
  const [conflist, program, notes] = [
    join(places['cni-conf-dir'], '10-weft.conflist'),
    join(places['cni-bin-dir'], 'weft'),
    join(places['state-dir'], 'notes.txt'),
  ];
  for (const path of [conflist, program, notes]) writeFileSync(path, 'mine');
  const { exitCode, output } = await reset(namespace, places, '--yes');
  assert.equal(exitCode, 0, output);
  assert.match(output, /10-weft\.conflist: written or changed by somebody else/);
  assert.match(output, /bin\/weft: no launcher of ours/);
  assert.match(output, /state: it is no peer's state directory/);
  for (const path of [conflist, program, notes]) assert.ok(existsSync(path));
});

test('with --stay it stays when it is done, until SIGTERM', async () => {
  await using namespace = await createNamespace();
  using scratch = createScratchDirectory();
  const { args } = placesIn(scratch.path);
  const options = [process.execPath, MAIN, 'reset', ...args, '--yes', '--stay'];
  const child = spawn('ip', ['netns', 'exec', namespace.name, ...options]);
  let output = '';
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    output += chunk.toString();
    if (output.includes('Stays until')) break;
  }
  assert.match(output, /Nothing of Weft is left/);
  assert.equal(child.exitCode, null);
  child.kill();
  assert.deepEqual(await once(child, 'exit'), [0, null]);
});
