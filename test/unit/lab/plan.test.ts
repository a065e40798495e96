/** What a lab consists of. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { containsAddress } from '#peer/ipam/cidr.ts';
import { parseAddress, parseCidr } from '#peer/ipam/parse.ts';
import { peerFlags, quote } from '#peer/lab/node.ts';
import { planLab } from '#peer/lab/plan.ts';

const OPTIONS = { nodes: 3, pods: 2, underlayMtu: 1500, family: 4, once: true } as const;

it('seeds are an odd number of the first nodes, at most five', () => {
  const counts = [1, 2, 3, 4, 5, 6, 100].map(
    (nodes) => planLab({ ...OPTIONS, nodes }).seeds.length,
  );
  assert.deepEqual(counts, [1, 1, 3, 3, 5, 5, 5]);
});

it('every name has the prefix and every file lies in the directory that teardown knows', () => {
  const { nodes, pods } = planLab(OPTIONS);
  for (const { namespace } of [...nodes, ...pods])
    assert.match(namespace, /^weft-lab-node\d(-pod\d)?$/);
  for (const node of nodes) {
    const { stateDirectory, cniSocket, cniQueue, httpSocket, logFile, pidFile, startFile } = node;
    for (const file of [
      stateDirectory,
      cniSocket,
      cniQueue,
      httpSocket,
      logFile,
      pidFile,
      startFile,
    ]) {
      assert.ok(file.startsWith(`/run/weft-lab/${node.name}/`), file);
    }
  }
});

it('a hundred nodes have addresses of their own, inside the underlay, in both families', () => {
  const underlays = { 4: '198.18.0.0/15', 6: 'fd77:6c61:6200::/64' } as const;
  for (const family of [4, 6] as const) {
    const addresses = planLab({ ...OPTIONS, nodes: 100, family }).nodes.map(({ underlay }) =>
      parseAddress(underlay),
    );
    assert.ok(addresses.every((address) => containsAddress(parseCidr(underlays[family]), address)));
    assert.equal(new Set(addresses.map(({ value }) => value)).size, 100);
  }
});

it('a peer is told its name, its address, the seeds and where its files are', () => {
  const plan = planLab(OPTIONS);
  const flags = plan.nodes.slice(1, 2).flatMap((node) => peerFlags(node, plan));
  assert.equal(
    flags.join(' '),
    '--name node2 --address 198.18.0.2 --universe 10.32.0.0/12 --seeds 198.18.0.1,198.18.0.2,198.18.0.3' +
      ' --state-dir /run/weft-lab/node2/state --cni-socket /run/weft-lab/node2/cni.sock --cni-queue /run/weft-lab/node2/cni-queue --key-file /run/weft-lab/key' +
      ' --http-address 127.0.0.1:6784,/run/weft-lab/node2/http.sock --cluster weft-lab --log-level info',
  );
});

it('a single seed is told that it is new', () => {
  const plan = planLab({ ...OPTIONS, nodes: 2 });
  const flags = plan.nodes.slice(0, 1).flatMap((node) => peerFlags(node, plan));
  assert.equal(flags.at(-1), '--new-seed');
});

it('a word with a space or a quote stays one word for the shell', () => {
  assert.equal(quote('/a/b-c.sock'), '/a/b-c.sock');
  assert.equal(quote("it's here"), String.raw`'it'\''s here'`);
  assert.equal(quote(''), "''");
});
