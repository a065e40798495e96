/** Masquerade by the real nft: who sees whose address, and what becomes of a table of ours. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import test from 'node:test';
import { parseCidr } from '#peer/ipam/parse.ts';
import { NftablesError, NftMissing, openNftables } from '#peer/kernel/nftables.ts';
import { FULL_PASS_MS } from '#peer/kernel/reconciler.ts';
import { RulesetReconciler } from '#peer/kernel/ruleset-reconciler.ts';
import { masqueradeRuleset } from '#peer/overlay/masquerade.ts';
import { eventuallyTrue } from '#test/support/eventually.ts';
import { createNamespace, joinNamespaces, type Namespace } from '#test/support/namespace.ts';
import { attachPod, converge, makeNodes, type OverlayNode } from '#test/support/overlay-nodes.ts';

const SILENT = { info: () => undefined, warn: () => undefined };
const UNIVERSE = [parseCidr('10.32.0.0/12'), parseCidr('fd32::/16')];
const PORT = 8080;

/** A server in a namespace that tells each client the address it comes from. */
async function serveSources(namespace: Namespace): Promise<AsyncDisposable> {
  const program =
    "require('net').createServer((c) => c.end(c.remoteAddress.replace('::ffff:', ''))).listen(" +
    `${PORT}, '::', () => console.log('listening'))`;
  const child = spawn('ip', ['netns', 'exec', namespace.name, process.execPath, '-e', program]);
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  return {
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await ended;
    },
  };
}

/** The address that the server at `to` sees. */
function sourceSeen(from: Namespace, to: string, { withinS = 5 } = {}): Promise<string> {
  return from.exec(
    'timeout',
    `${withinS}`,
    'bash',
    '-c',
    `exec 3<>/dev/tcp/${to}/${PORT}; cat <&3`,
  );
}

/** Pings until its summary is asked for; resolves with the first answer, so with a connection. */
async function startPing(from: Namespace, to: string) {
  const command = ['netns', 'exec', from.name, 'ping', '-n', '-i', '0.01', to];
  const child = spawn('ip', command);
  const output: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  const ended = once(child, 'close');
  const summary = async (): Promise<string> => {
    child.kill('SIGINT');
    await ended;
    return output.join('');
  };
  await eventuallyTrue('the first answer', () => output.join('').includes('bytes from'));
  return { summary, [Symbol.asyncDispose]: async () => void (await summary()) };
}

function run({ namespace }: { readonly namespace: Namespace }, masquerade = true) {
  const time = { nowMs: 0 };
  const reconciler = new RulesetReconciler({
    nftables: openNftables(['ip', 'netns', 'exec', namespace.name, 'nft']),
    wanted: () => masqueradeRuleset({ universe: UNIVERSE, masquerade }),
    log: SILENT,
    nowMs: () => time.nowMs,
    every: () => () => undefined,
  });
  return { time, reconciler };
}

const tables = (namespace: Namespace) => namespace.exec('nft', 'list', 'ruleset');

/** A host of the world outside, behind the node; it knows no way to pods. */
async function attachOutside(node: OverlayNode, outside: Namespace): Promise<void> {
  await joinNamespaces(
    { namespace: node.namespace, device: 'out0', address: '198.51.100.1/24' },
    { namespace: outside, device: 'eth0', address: '198.51.100.9/24' },
  );
  await node.namespace.exec('ip', 'addr', 'add', '2001:db8:9::1/64', 'dev', 'out0', 'nodad');
  await outside.exec('ip', 'addr', 'add', '2001:db8:9::9/64', 'dev', 'eth0', 'nodad');
}

test('a host outside and another node see the node, a pod elsewhere sees the pod', () =>
  makeNodes(4, async ([a, b]) => {
    await using podA = await createNamespace();
    await using podB = await createNamespace();
    await using outside = await createNamespace();
    await attachOutside(a, outside);
    converge(a, await attachPod(a, podA, 1));
    converge(b, await attachPod(b, podB, 2));
    await using servers = new AsyncDisposableStack();
    for (const where of [outside, podB, a.namespace, b.namespace])
      servers.use(await serveSources(where));

    const unanswered = sourceSeen(podA, '198.51.100.9', { withinS: 1 });
    await assert.rejects(unanswered, 'nobody outside knows the way to a pod');
    const { reconciler } = run(a);
    await reconciler.poll();
    assert.deepEqual(reconciler.status().failures, []);
    assert.equal(await sourceSeen(podA, '198.51.100.9'), '198.51.100.1');
    assert.equal(await sourceSeen(podA, '2001:db8:9::9'), '2001:db8:9::1');
    assert.equal(await sourceSeen(podA, '192.0.2.2'), '192.0.2.1');
    assert.equal(await sourceSeen(podA, '10.32.2.9'), '10.32.1.9');
    assert.equal(await sourceSeen(podA, 'fd32:2::9'), 'fd32:1::9');
    assert.equal(await sourceSeen(podA, '192.0.2.1'), '10.32.1.9', 'its own node sees the pod');
    assert.equal(
      await sourceSeen(a.namespace, '10.32.2.9'),
      '10.32.1.1',
      'a node is seen as it is',
    );
  }));

test('a connection outlives that its table is replaced', () =>
  makeNodes(4, async ([a]) => {
    await using pod = await createNamespace();
    await using outside = await createNamespace();
    await attachOutside(a, outside);
    converge(a, await attachPod(a, pod, 1));
    await run(a).reconciler.poll();
    await using ping = await startPing(pod, '198.51.100.9');
    for (let i = 0; i < 5; i++) {
      await a.namespace.exec('nft', 'add', 'rule', 'inet', 'weft', 'postrouting', 'counter');
      await run(a).reconciler.poll();
    }
    assert.match(await ping.summary(), / 0% packet loss/);
  }));

test('a second run on the same table makes no transaction', async () => {
  await using namespace = await createNamespace();
  await run({ namespace }).reconciler.poll();
  const before = await namespace.exec('nft', '-a', 'list', 'ruleset');
  const second = run({ namespace });
  await second.reconciler.poll();
  assert.deepEqual(
    [second.reconciler.status().changes, second.reconciler.status().inSync],
    [{}, true],
  );
  assert.equal(await namespace.exec('nft', '-a', 'list', 'ruleset'), before, 'handles as before');
});

const DAMAGES = [
  { what: 'flushed', command: 'nft flush ruleset' },
  { what: 'emptied', command: 'nft flush table inet weft' },
  { what: 'added to', command: 'nft add rule inet weft postrouting accept' },
  { what: 'switched off', command: 'nft add table inet weft "{ flags dormant; }"' },
] as const;

for (const { what, command } of DAMAGES) {
  test(`a table that somebody ${what} is put right with the next full pass, and counted`, async () => {
    await using namespace = await createNamespace();
    const { time, reconciler } = run({ namespace });
    await reconciler.poll();
    const right = await tables(namespace);
    await namespace.exec('sh', '-c', command);
    assert.notEqual(await tables(namespace), right);
    time.nowMs += FULL_PASS_MS;
    await reconciler.poll();
    assert.equal(await tables(namespace), right);
    assert.deepEqual(reconciler.status().drift, { nftables: 1 });
  });
}

test('tables of others are not touched, neither by making ours nor by taking it away', async () => {
  await using namespace = await createNamespace();
  // As kube-proxy and iptables have them: the same hook, the same priority, and nearly our name.
  const chain = 'type nat hook postrouting priority srcnat;';
  await namespace.exec('nft', `table ip nat { chain POSTROUTING { ${chain} masquerade; }; }`);
  await namespace.exec('nft', 'add', 'table', 'ip', 'weft');
  const others = await namespace.exec('nft', '-a', 'list', 'ruleset');
  await run({ namespace }).reconciler.poll();
  assert.match(await tables(namespace), /table inet weft/);
  await run({ namespace }, false).reconciler.poll();
  assert.equal(await namespace.exec('nft', '-a', 'list', 'ruleset'), others);
});

test('a missing nft and one that refuses are told apart, with what to do or what it said', async () => {
  await assert.rejects(openNftables(['no-such-nft']).read(), NftMissing);
  const refused = openNftables(['unshare', '--user', 'nft']).replace(
    masqueradeRuleset({ universe: UNIVERSE, masquerade: true }),
  );
  await assert.rejects(refused, (error) => {
    assert.ok(error instanceof NftablesError && !(error instanceof NftMissing));
    assert.match(error.message, /^nft can't replace the table inet weft: .*not permitted/);
    return true;
  });
});
