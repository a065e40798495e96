/**
 * The overlay in real namespaces, made by nothing but desired state, plan and the kernel port:
 * two nodes joined by a veth pair, and the tunnel between them.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { parseAddress } from '#peer/ipam/parse.ts';
import { cidr } from '#peer/ipam/cidr.ts';
import type { OverlayInput } from '#peer/overlay/input.ts';
import { describeObject } from '#peer/overlay/kernel-state.ts';
import { createNamespace } from '#test/support/namespace.ts';
import {
  attachPod,
  blocksOf,
  remoteOf,
  converge,
  keysOf,
  makeNodes,
  ping,
  plan,
  PORT,
  textOf,
  vtepOf,
} from '#test/support/overlay-nodes.ts';

for (const family of [4, 6] as const) {
  test(`on an IPv${family} underlay both families reach the other node through the tunnel`, () =>
    makeNodes(family, async ([a, b]) => {
      converge(a);
      converge(b);
      await ping(a.namespace, '10.32.2.1');
      await ping(b.namespace, 'fd32:1::1');
      const fdb = await a.namespace.exec('bridge', 'fdb', 'show', 'dev', 'weft0');
      const underlay = family === 4 ? '192.0.2.2' : '2001:db8::2';
      assert.equal(fdb.trim(), `02:00:00:00:00:02 dst ${underlay} self permanent`);
      const routes = await a.namespace.exec('ip', 'route', 'show', 'dev', 'weft0');
      assert.equal(routes.trim(), '10.32.2.0/24 via 10.32.2.1 proto 119 src 10.32.1.1 onlink');
    }));

  test(`on an IPv${family} underlay a second look finds nothing to do`, () =>
    makeNodes(family, async ([a]) => {
      assert.notEqual(converge(a).length, 0);
      assert.deepEqual(keysOf(plan(a)), []);
    }));
}

test('pods on two nodes reach each other and the other node, by both families', () =>
  makeNodes(4, async ([a, b]) => {
    await using podA = await createNamespace();
    await using podB = await createNamespace();
    const inputs = [await attachPod(a, podA, 1), await attachPod(b, podB, 2)] as const;
    converge(a, inputs[0]);
    converge(b, inputs[1]);
    for (const to of ['10.32.2.9', 'fd32:2::9', '10.32.2.1', 'fd32:2::1']) await ping(podA, to);
    assert.deepEqual(keysOf(plan(a, inputs[0])), []);
  }));

test('what sits on a host end that is gone is left out, and is no difference', () =>
  makeNodes(4, async ([a]) => {
    await using pod = await createNamespace();
    const input = await attachPod(a, pod, 1);
    converge(a, input);
    await a.namespace.exec('ip', 'link', 'del', 'weft-pod1');
    assert.deepEqual(keysOf(plan(a, input)), []);
  }));

test('an address of ours without a pod is answered with unreachable', () =>
  makeNodes(4, async ([a, b]) => {
    converge(a);
    converge(b);
    await assert.rejects(
      a.namespace.exec('ping', '-n', '-c', '1', '-W', '2', '10.32.2.77'),
      (error: { stdout?: string }) =>
        /From 10\.32\.2\.1 .*Destination Host Unreachable/.test(error.stdout ?? ''),
    );
  }));

/** What we ourselves want otherwise from one pass to the next. */
const NEW_WISHES: readonly { wish: string; change: (input: OverlayInput) => OverlayInput }[] = [
  { wish: 'another VNI', change: (it) => ({ ...it, local: { ...it.local, vni: 99 } }) },
  {
    wish: 'another MAC',
    change: (it) => ({ ...it, local: { ...it.local, mac: '02:00:00:00:00:31' } }),
  },
  {
    wish: 'other overlay addresses',
    change: (it) => ({
      ...it,
      local: { ...it.local, overlay: [parseAddress('10.32.1.2'), parseAddress('fd32:1::2')] },
    }),
  },
  {
    wish: 'another underlay address',
    change: (it) => ({ ...it, local: { ...it.local, underlay: parseAddress('192.0.2.100') } }),
  },
];

for (const { wish, change } of NEW_WISHES) {
  test(`${wish} takes one plan, pods included`, () =>
    makeNodes(4, async ([a]) => {
      await using pod = await createNamespace();
      const input = await attachPod(a, pod, 1);
      converge(a, input);
      converge(a, change(input));
      assert.deepEqual(keysOf(plan(a, change(input))), []);
    }));
}

test('a block that moves to another peer is rerouted in place, without a moment of no route', () =>
  makeNodes(4, async ([a]) => {
    const other = {
      ...vtepOf(4, 2),
      mac: '02:00:00:00:00:03',
      overlay: [parseAddress('10.32.3.1'), parseAddress('fd32:3::1')],
    };
    const moved = {
      ...a.input,
      remotes: [remoteOf(vtepOf(4, 2), []), remoteOf(other, [...blocksOf(2), ...blocksOf(3)])],
    };
    converge(a);
    assert.deepEqual(
      keysOf(converge(a, moved)).filter((it) => it.includes('route')),
      [
        'change route 10.32.2.0/24 metric 0',
        'create route 10.32.3.0/24 metric 0',
        'change route fd32:2::/64 metric 1024',
        'create route fd32:3::/64 metric 1024',
      ],
    );
    assert.deepEqual(keysOf(plan(a, moved)), []);
  }));

test('a peer that left is taken out of the kernel, but not before the directory is settled', () =>
  makeNodes(4, async ([a]) => {
    converge(a);
    const alone = { ...a.input, remotes: [] };
    assert.deepEqual(keysOf(converge(a, { ...alone, settled: false })), []);
    assert.deepEqual(keysOf(converge(a, alone)), [
      'remove route 10.32.2.0/24 metric 0',
      'remove route fd32:2::/64 metric 1024',
      'remove fdb 02:00:00:00:00:02',
      'remove neighbour 10.32.2.1 dev weft0',
      'remove neighbour fd32:2::1 dev weft0',
    ]);
    assert.deepEqual(keysOf(plan(a, alone)), []);
  }));

test('what is not ours is never touched', () =>
  makeNodes(4, async ([a]) => {
    const foreign = [
      'ip link add weft9 type bridge',
      'ip addr add 10.77.0.1/24 dev weft9',
      'ip link set weft9 up',
      'ip neigh add 10.77.0.2 lladdr 02:00:00:00:00:44 dev weft9',
      'ip route add 10.32.2.128/25 via 192.0.2.2 proto 118',
      'ip route add 10.32.2.0/24 via 192.0.2.2 metric 5',
      'ip route add 10.32.2.0/24 via 192.0.2.2 proto 119 table 77',
      'ip -6 route add fd99::/64 via 2001:db8::7 dev weft9 onlink',
    ];
    await a.namespace.exec('sh', '-ec', foreign.join('\n'));
    const look = () =>
      a.namespace.exec(
        'sh',
        '-c',
        'ip link show weft9; ip -4 addr show weft9; ip neigh show dev weft9; ip route show table all proto 118; ip route show metric 5; ip route show table 77; ip -6 route show fd99::/64',
      );
    const before = await look();
    converge(a);
    converge(a, { ...a.input, remotes: [], holdings: [] });
    assert.equal(await look(), before);
  }));

test('a foreign route in the way is left there, and the reason names it', () =>
  makeNodes(4, async ([a]) => {
    await a.namespace.exec('ip', 'route', 'add', '10.32.2.0/24', 'via', '192.0.2.2');
    const refused = a.kernel.apply(plan(a)).filter(({ error }) => error !== undefined);
    assert.deepEqual(refused.map(textOf), [
      'create route 10.32.2.0/24 metric 0: EEXIST (file already exists): a route that is not ours has this destination and metric; remove it',
    ]);
    assert.match(
      await a.namespace.exec('ip', 'route', 'show', '10.32.2.0/24'),
      /^10.32.2.0\/24 via 192.0.2.2 dev eth0 *\n$/,
    );
  }));

test('a thousand remote peers are programmed, each with one forwarding entry and one route', () =>
  makeNodes(4, async ([a]) => {
    const remotes = Array.from({ length: 1000 }, (_, i) => ({
      name: `node${i}`,
      vtep: {
        underlay: { family: 4, value: 0x6440_0000n + BigInt(i) } as const,
        port: i % 2 === 0 ? PORT : 7000,
        mac: `02:01:00:00:0${i >> 8}:${(i & 255).toString(16).padStart(2, '0')}`,
        overlay: [{ family: 4, value: 0x0a40_0001n + BigInt(i) * 256n } as const],
      },
      blocks: [{ cidr: cidr(4, 0x0a40_0000n + BigInt(i) * 256n, 24), term: 2 }],
    }));
    const input = { ...a.input, remotes };
    converge(a, input);
    assert.deepEqual(keysOf(plan(a, input)), []);
    const objects = [...a.kernel.observe().values()].filter(({ kind }) => kind === 'fdb');
    assert.equal(objects.length, 1000);
    assert(objects.map(describeObject).includes('fdb 02:01:00:00:00:01 to 100.64.0.1 port 7000'));
  }));
