/** What the overlay wants of the kernel, told as text. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { parseAddress } from '#peer/ipam/parse.ts';
import { desiredState } from '#peer/overlay/desired-state.ts';
import type { OverlayInput } from '#peer/overlay/input.ts';
import { describeObject, type ObjectKind } from '#peer/overlay/kernel-state.ts';
import {
  blocksOf,
  buildAttachment,
  buildInput,
  buildRemote,
} from '#test/support/overlay-inputs.ts';

function linesOf(input: OverlayInput, ...kinds: readonly ObjectKind[]): readonly string[] {
  return [...desiredState(input).values()]
    .filter(({ kind }) => kinds.length === 0 || kinds.includes(kind))
    .map(describeObject);
}

test('a node alone wants its device, its addresses, its settings, and nowhere for its free addresses', () => {
  assert.deepEqual(linesOf(buildInput()), [
    'device weft0 vni 6784 port 6784 local 192.0.2.1 mac 02:00:00:00:00:01 mtu 1450 up',
    'sysctl net/ipv4/ip_forward = 1',
    'sysctl net/ipv6/conf/all/forwarding = 1',
    'sysctl net/ipv4/conf/weft0/rp_filter = 2',
    'sysctl net/ipv6/conf/weft0/disable_ipv6 = 0',
    'sysctl net/ipv6/conf/weft0/accept_ra = 0',
    'address 10.32.1.1/32',
    'address fd32:1::1/128',
    'route 10.32.1.0/24 metric 1000000 unreachable',
    'route fd32:1::/64 metric 1000000 unreachable',
  ]);
});

test('below the least MTU of IPv6 our interfaces have none of its settings', () => {
  const input = buildInput({ attachments: [buildAttachment(2)] });
  const local = { ...input.local, mtu: 1279 };
  const lines = linesOf({ ...input, local }, 'sysctl');
  assert.deepEqual(
    lines.filter((line) => line.includes('ipv6/conf')),
    ['sysctl net/ipv6/conf/all/forwarding = 1'],
  );
});

test('a remote peer takes one forwarding entry, a neighbour an address and a route a block', () => {
  assert.deepEqual(
    linesOf(buildInput({ holdings: [], remotes: [buildRemote(2)] }), 'fdb', 'neighbour', 'route'),
    [
      'fdb 02:00:00:00:00:02 to 192.0.2.2',
      'neighbour 10.32.2.1 dev weft0 mac 02:00:00:00:00:02',
      'neighbour fd32:2::1 dev weft0 mac 02:00:00:00:00:02',
      'route 10.32.2.0/24 metric 0 unicast via 10.32.2.1 dev weft0 onlink src 10.32.1.1',
      'route fd32:2::/64 metric 1024 unicast via fd32:2::1 dev weft0 onlink src fd32:1::1',
    ],
  );
});

test('a pod takes a neighbour and a route an address on its host end, which is up', () => {
  assert.deepEqual(
    linesOf(buildInput({ attachments: [buildAttachment(2)] })).filter((line) =>
      line.includes('weft-pod2'),
    ),
    [
      'host-interface weft-pod2 up',
      'sysctl net/ipv6/conf/weft-pod2/disable_ipv6 = 0',
      'sysctl net/ipv6/conf/weft-pod2/accept_ra = 0',
      'neighbour 10.32.1.102 dev weft-pod2 mac 0a:58:00:00:00:02',
      'route 10.32.1.102/32 metric 0 unicast dev weft-pod2 scope link src 10.32.1.1',
      'neighbour fd32:1::102 dev weft-pod2 mac 0a:58:00:00:00:02',
      'route fd32:1::102/128 metric 1024 unicast dev weft-pod2 src fd32:1::1',
    ],
  );
});

test('a forwarding entry names the port only where it is not the port of our own device', () => {
  const remote = buildRemote(2);
  const remotes = [{ ...remote, vtep: { ...remote.vtep, port: 7000 } }];
  assert.deepEqual(linesOf(buildInput({ remotes }), 'fdb'), [
    'fdb 02:00:00:00:00:02 to 192.0.2.2 port 7000',
  ]);
});

test('a block has no route before both ends have an overlay address of its family', () => {
  const remote = buildRemote(2);
  const gatewayOnly = [
    { ...remote, vtep: { ...remote.vtep, overlay: [parseAddress('10.32.2.1')] } },
  ];
  const sourceOnly = { ...buildInput().local, overlay: [parseAddress('fd32:1::1')] };
  const inputs = [
    buildInput({ holdings: [], remotes: gatewayOnly }),
    buildInput({ holdings: [], remotes: [remote], local: sourceOnly }),
  ];
  assert.deepEqual(
    inputs.map((input) => linesOf(input, 'route').length),
    [1, 1],
  );
});

test('without IPv6 anywhere the host is not made to forward it', () => {
  const { local, holdings } = buildInput();
  const input = buildInput({
    local: { ...local, overlay: local.overlay.slice(0, 1) },
    holdings: holdings.slice(0, 1),
  });
  assert.deepEqual(linesOf(input, 'sysctl'), [
    'sysctl net/ipv4/ip_forward = 1',
    'sysctl net/ipv4/conf/weft0/rp_filter = 2',
    'sysctl net/ipv6/conf/weft0/accept_ra = 0',
  ]);
});

test('no record of another peer displaces the route of a pod of ours', () => {
  const remotes = [{ ...buildRemote(2), blocks: blocksOf(['10.32.1.102/32']) }];
  const lines = linesOf(buildInput({ remotes, attachments: [buildAttachment(2)] }), 'route');
  assert.deepEqual(
    lines.filter((line) => line.startsWith('route 10.32.1.102/32')),
    ['route 10.32.1.102/32 metric 0 unicast dev weft-pod2 scope link src 10.32.1.1'],
  );
});

test('a block that two peers claim goes to the first one', () => {
  const remotes = [buildRemote(2), { ...buildRemote(3), blocks: buildRemote(2).blocks }];
  assert.deepEqual(
    linesOf(buildInput({ holdings: [], remotes }), 'route').map((line) => line.split(' ')[6]),
    ['10.32.2.1', 'fd32:2::1'],
  );
});

for (const [what, mac] of [
  ['no MAC at all', 'hello'],
  ['the MAC that means all MACs', '00:00:00:00:00:00'],
  ['the MAC of a group', '01:00:5e:00:00:01'],
  ['our own MAC', '02:00:00:00:00:01'],
  ['the MAC of an earlier peer', '02:00:00:00:00:02'],
] as const) {
  test(`a peer with ${what} is left out, and the others are not`, () => {
    const odd = buildRemote(3);
    const remotes = [buildRemote(2), { ...odd, vtep: { ...odd.vtep, mac } }, buildRemote(4)];
    assert.deepEqual(linesOf(buildInput({ remotes }), 'fdb'), [
      'fdb 02:00:00:00:00:02 to 192.0.2.2',
      'fdb 02:00:00:00:00:04 to 192.0.2.4',
    ]);
  });
}

test('a peer on an underlay of the other family is left out', () => {
  const remote = buildRemote(2);
  const remotes = [{ ...remote, vtep: { ...remote.vtep, underlay: parseAddress('2001:db8::2') } }];
  assert.deepEqual(linesOf(buildInput({ remotes }), 'fdb', 'neighbour'), []);
});
