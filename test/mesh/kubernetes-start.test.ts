/** What a peer in a pod waits for at its start: what it says, and that it goes on once that is mended. */
import assert from 'node:assert/strict';
import { chownSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { getFromPeer } from '#peer/cli/peer-client.ts';
import { REQUEST_TIMEOUT_MS } from '#peer/kubernetes/api-client.ts';
import { eventuallyTrue } from '#test/support/eventually.ts';
import { type Fault, LEASES, NODES, SECRETS, SERVICE_CIDRS } from '#test/support/fake-cluster.ts';
import { type FakeNode, FakeNodes } from '#test/support/fake-nodes.ts';
import { createScratchDirectory } from '#test/support/plugin-launcher.ts';

const nodes = await FakeNodes.create();
after(() => nodes[Symbol.asyncDispose]());
const { cluster } = nodes;

const SECRET = `${SECRETS}/weft-cluster-key`;
/** It gives the others addresses, and no trouble reaches it: it asks for nothing any more. */
const founder = await nodes.add();
founder.peer.start();
await founder.peer.ready();
const secret = cluster.objects.get(SECRET) ?? {};
const FORBIDDEN = JSON.stringify({ kind: 'Status', reason: 'Forbidden', message: 'no such right' });

/** Debian's and every other system's "nobody", whose files a peer without CAP_DAC_OVERRIDE can't read. */
const NOBODY = 65_534;

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** A fault of one request alone. */
function only(path: string, fault: ReturnType<Fault>): Fault {
  return (_, asked) => (asked === path ? fault : undefined);
}

interface Trouble {
  readonly what: string;
  readonly make: (node: FakeNode) => void;
  /** What status says of it. */
  readonly says: RegExp;
  readonly mend: (node: FakeNode) => void;
}

function faulty(what: string, fault: (node: FakeNode) => Fault, says: RegExp): Trouble {
  return {
    what,
    make: (node) => (cluster.fault = fault(node)),
    says,
    mend: () => (cluster.fault = () => undefined),
  };
}

function garbledSecret(
  what: string,
  data: Readonly<Record<string, string>>,
  says: RegExp,
): Trouble {
  return {
    what: `a Secret ${what}`,
    make: () => cluster.put(SECRET, { data }),
    says,
    mend: () => cluster.put(SECRET, secret),
  };
}

function wrongOption(
  what: string,
  { name, text }: { readonly name: string; readonly text: string },
  says: RegExp,
): Trouble {
  return {
    what,
    make: ({ optionsDirectory }) => writeFileSync(join(optionsDirectory, name), text),
    says,
    mend: ({ optionsDirectory }) => rmSync(join(optionsDirectory, name)),
  };
}

/** A directory that is another user's, who lets nobody in, until its owner is root. */
function closedDirectory(what: string, pathOf: (node: FakeNode) => string, says: RegExp): Trouble {
  return {
    what,
    make: (node) => {
      mkdirSync(pathOf(node), { recursive: true, mode: 0o700 });
      chownSync(pathOf(node), NOBODY, NOBODY);
    },
    says,
    mend: (node) => chownSync(pathOf(node), 0, 0),
  };
}

const TROUBLES: readonly Trouble[] = [
  faulty(
    'an API server that answers 500',
    () => () => ({ status: 500, body: 'broken' }),
    /GET \/api\/v1\/nodes\/node\d+: 500 Internal Server Error: broken/,
  ),
  faulty(
    'one that answers 429 and says when to come again',
    () => () => ({ status: 429, headers: { 'retry-after': '1' }, body: 'busy' }),
    /429 Too Many Requests/,
  ),
  faulty(
    'one that takes connections and says nothing',
    () => () => 'hang',
    /no answer from the API server at 127\.0\.0\.1:\d+: no answer within 3000 ms/,
  ),
  faulty(
    'one that answers what is no JSON',
    () => () => ({ status: 200, body: '<html>' }),
    /the answer is no JSON/,
  ),
  faulty(
    'one that answers another thing than a Node',
    ({ name }) => only(`${NODES}/${name}`, { status: 200, body: '[]' }),
    /the answer is no Node/,
  ),
  faulty(
    'no right to read Nodes',
    ({ name }) => only(`${NODES}/${name}`, { status: 403, body: FORBIDDEN }),
    /403 Forbidden: no such right\. The service account of this peer may not get nodes/,
  ),
  faulty(
    'no right to read the Secret',
    () => only(SECRET, { status: 403, body: FORBIDDEN }),
    /may not get secrets in the namespace weft/,
  ),
  {
    what: 'a Node that is not there yet',
    make: ({ name }) => cluster.delete(`${NODES}/${name}`),
    says: /GET \/api\/v1\/nodes\/node\d+: 404 NotFound/,
    mend: ({ name, address }) => cluster.addNode(name, address),
  },
  {
    what: 'a Node without addresses',
    make: ({ name }) => cluster.addNode(name, undefined),
    says: /the Node node\d+ has no InternalIP/,
    mend: ({ name, address }) => cluster.addNode(name, address),
  },
  {
    what: 'a Node whose address is another host’s',
    make: ({ name }) => cluster.addNode(name, '203.0.113.7'),
    says: /none of the InternalIPs of the Node node\d+ is on an interface of this host: 203\.0\.113\.7/,
    mend: ({ name, address }) => cluster.addNode(name, address),
  },
  garbledSecret('without keys', { other: 'x' }, /Secret weft\/weft-cluster-key has no "keys"/),
  garbledSecret('that is no base64', { keys: '%%%' }, /has no text in base64 under "keys"/),
  garbledSecret(
    'with a key that is too short',
    { keys: base64('short') },
    /key 1 of "keys" of the Secret weft\/weft-cluster-key has 5 characters: 16 are the least/,
  ),
  wrongOption(
    'an option that is none',
    { name: 'univers', text: '10.40.0.0/16' },
    /univers: "univers" is no option of weft peer: did you mean universe\?.*ConfigMap weft/,
  ),
  wrongOption(
    'a value that is malformed',
    { name: 'mtu', text: 'much' },
    /options\/mtu: "much" is no whole number.*ConfigMap weft/,
  ),
  wrongOption(
    'a universe that overlaps the service range',
    { name: 'universe', text: '10.96.128.0/20' },
    /10\.96\.128\.0\/20 overlaps 10\.96\.0\.0\/16, the service range of the ServiceCIDR kubernetes: .*"universe" of the ConfigMap weft/,
  ),
  wrongOption(
    'a universe that overlaps the nodes',
    { name: 'universe', text: '198.18.0.0/16' },
    /198\.18\.0\.0\/16 overlaps 198\.18\.1\.\d+\/32, an address of the Node node\d+/,
  ),
  closedDirectory(
    'a state directory that is not its own',
    ({ peer }) => peer.stateDirectory,
    /the state directory \S+\/state can't be written: EACCES/,
  ),
  closedDirectory(
    'a state in it that is not its own',
    ({ peer }) => join(peer.stateDirectory, 'state'),
    /the state directory \S+\/state can't be used: EACCES: permission denied, open '\S+sqlite'/,
  ),
];

for (const { what, make, says, mend } of TROUBLES) {
  it(`${what}: the peer says so, is alive, and goes on when it is mended`, async () => {
    const node = await nodes.add();
    make(node);
    node.peer.start();
    await eventuallyTrue(
      `status says ${String(says)}`,
      async () => says.test((await tryStatus(node)) ?? ''),
      { instead: async () => (await tryStatus(node)) ?? node.peer.log() },
    );
    assert.equal(await getFromPeer(node.peer.httpSocket, '/healthz'), 'ok\n');
    await assert.rejects(getFromPeer(node.peer.httpSocket, '/readyz'), /HTTP 503/);
    assert.equal((await node.peer.report()).peer.state, 'starting');
    const warned = node.peer.log().split('waiting: ').length - 1;
    mend(node);
    await node.peer.ready();
    assert.ok(warned <= 2, `it was logged ${warned} times`);
    await leave(node);
  });
}

it('a directory for sockets that is not its own: the peer says so in its log, and goes on when it is mended', async () => {
  using scratch = createScratchDirectory();
  const sockets = join(scratch.path, 'run');
  mkdirSync(sockets, { mode: 0o700 });
  chownSync(sockets, NOBODY, NOBODY);
  const [cni, http] = [join(sockets, 'cni.sock'), join(sockets, 'http.sock')];
  const { peer, name } = await nodes.add({ 'cni-socket': cni, 'http-address': http });
  const logs = (text: string) =>
    eventuallyTrue(`it logs ${text}`, () => peer.log().includes(text), {
      instead: () => peer.log(),
    });
  peer.start();
  await logs(`waiting: EACCES: permission denied, lstat '${cni}'`);
  assert.doesNotMatch(peer.log(), /"stack"/);
  chownSync(sockets, 0, 0);
  await logs('the peer serves');
  assert.equal(await getFromPeer(http, '/healthz'), 'ok\n');
  assert.deepEqual(await peer.end('SIGTERM'), { exitCode: 0, signal: null });
  cluster.delete(`${LEASES}/peer-${name}`);
});

it('no right to list service ranges: the peer starts, and says that it does not know them', async () => {
  const node = await nodes.add();
  cluster.fault = only(SERVICE_CIDRS, { status: 403, body: FORBIDDEN });
  node.peer.start();
  const { problems } = await node.peer.ready();
  assert.match(
    problems.join('\n'),
    /overlaps the service range is not known.*may not list servicecidrs/,
  );
  cluster.fault = () => undefined;
  await eventuallyTrue('it knows them by itself', async () => {
    return (await node.peer.report()).problems.length === 0;
  });
  await leave(node);
});

it('a peer that waits ends at SIGTERM with exit code 0', async () => {
  const node = await nodes.add();
  cluster.fault = () => 'hang';
  node.peer.start();
  await eventuallyTrue('it waits', async () => (await tryStatus(node)) !== undefined);
  assert.deepEqual(await node.peer.end('SIGTERM'), { exitCode: 0, signal: null });
  cluster.fault = () => undefined;
});

it('it ends at once, also while it waits for the service ranges', async () => {
  const node = await nodes.add();
  cluster.fault = (_, path) => (path === SERVICE_CIDRS ? 'hang' : undefined);
  const before = cluster.asked.length;
  node.peer.start();
  await eventuallyTrue('it asks for them', () =>
    cluster.asked.slice(before).includes(`GET ${SERVICE_CIDRS}`),
  );
  const endedMs = performance.now();
  assert.deepEqual(await node.peer.end('SIGTERM'), { exitCode: 0, signal: null });
  const tookMs = performance.now() - endedMs;
  assert.ok(tookMs < REQUEST_TIMEOUT_MS / 2, `${tookMs} ms`);
  cluster.fault = () => undefined;
});

it('flags that are malformed end it with exit code 2: no waiting helps', async () => {
  const node = await nodes.add({ mtu: 'much' });
  mkdirSync(node.optionsDirectory, { recursive: true });
  node.peer.start();
  assert.deepEqual(await node.peer.ended(), { exitCode: 2, signal: null });
});

/** Ends the peer, and takes it out of the cluster as Kubernetes does when its Node is deleted. */
async function leave({ name, peer }: FakeNode): Promise<void> {
  assert.deepEqual(await peer.end('SIGTERM'), { exitCode: 0, signal: null });
  cluster.delete(`${LEASES}/peer-${name}`);
}

async function tryStatus({ peer }: FakeNode): Promise<string | undefined> {
  try {
    return await getFromPeer(peer.httpSocket, '/status');
  } catch {
    return undefined;
  }
}
