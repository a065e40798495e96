/** What a real peer, root without any other capability than CAP_NET_ADMIN, does for its node. */
import assert from 'node:assert/strict';
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, it } from 'node:test';
import { renderConflist } from '#peer/cni/installation-conflist.ts';
import { eventually, eventuallyTrue } from '#test/support/eventually.ts';
import { RealCluster } from '#test/support/real-cluster.ts';

const cluster = await RealCluster.create(1);
after(() => cluster[Symbol.asyncDispose]());
const directory = dirname(cluster.writeFile('beside', ''));
const [bin, conf] = [join(directory, 'cni-bin'), join(directory, 'cni-conf')];
for (const path of [bin, conf]) mkdirSync(path);
const node = await cluster.addNode({
  name: 'installer',
  seeds: '198.18.0.2',
  'cni-bin-dir': bin,
  'cni-conf-dir': conf,
});
const conflist = join(conf, '10-weft.conflist');
const installed = () => eventuallyTrue('the list is there', () => existsSync(conflist));
const tables = () => node.namespace.exec('nft', 'list', 'tables');

it('a peer that is ready has masquerade in place, and installs launcher and list', async () => {
  node.peer.start();
  await node.peer.ready();
  assert.equal((await tables()).trim(), 'table inet weft');
  await installed();
  assert.equal(readFileSync(conflist, 'utf8'), renderConflist());
  assert.deepEqual(readFileSync(join(bin, 'weft')), readFileSync('build/weft'));
  const { kernel, problems } = await node.peer.report();
  assert.deepEqual([kernel.inSync, kernel.failures, problems], [true, [], []]);
});

it('a restart finds all as it is wanted, and changes nothing of it', async () => {
  const before = await node.namespace.exec('nft', '-a', 'list', 'ruleset');
  assert.equal((await node.peer.end('SIGTERM')).exitCode, 0);
  assert.ok(existsSync(conflist), 'the list stays while no peer runs');
  node.peer.start();
  const { kernel } = await node.peer.ready();
  assert.deepEqual(kernel.changes, {});
  assert.equal(await node.namespace.exec('nft', '-a', 'list', 'ruleset'), before);
});

it("a directory that isn't root's is told in the status, and pods are served all the same", async () => {
  await node.peer.end('SIGTERM');
  rmSync(conflist);
  chownSync(conf, 65_534, 65_534);
  node.peer.start();
  await node.peer.ready();
  const [problem = ''] = await eventually('the problem', async () => {
    const { problems } = await node.peer.report();
    return problems.length > 0 ? problems : undefined;
  });
  assert.match(
    problem,
    /^the network configuration can't be installed as .*EACCES.*CAP_DAC_OVERRIDE/,
  );
  chownSync(conf, 0, 0);
  await installed();
});

it('a foreign list that comes first is told in the status', async () => {
  writeFileSync(join(conf, '05-other.conflist'), '{}');
  await eventuallyTrue('it is told', async () =>
    (await node.peer.report()).problems.some((it) => it.includes('05-other.conflist comes before')),
  );
});
