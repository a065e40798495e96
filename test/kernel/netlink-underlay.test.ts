/** What the host has already, read from real namespaces. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { formatAddress } from '#peer/ipam/cidr.ts';
import { parseAddress, parseCidr } from '#peer/ipam/parse.ts';
import type { Netlink } from '#peer/kernel/netlink/socket.ts';
import { openNetlink } from '#peer/kernel/netlink/socket.ts';
import { defaultUnderlayAddress, findUnderlay, conflictingRoutes } from '#peer/kernel/underlay.ts';
import { createNamespace } from '#test/support/namespace.ts';

async function withHost(
  commands: readonly string[],
  use: (netlink: Netlink) => void,
): Promise<void> {
  await using namespace = await createNamespace();
  await namespace.exec(
    'sh',
    '-ec',
    ['ip link add eth0 type bridge', 'ip link add eth1 type bridge', ...commands].join('\n'),
  );
  const netlink = namespace.enter(openNetlink);
  try {
    use(netlink);
  } finally {
    netlink.close();
  }
}

const TWO_UPLINKS = [
  'ip addr add 192.0.2.1/24 dev eth0',
  'ip addr add 198.51.100.1/24 dev eth1',
  'ip addr add 2001:db8::1/64 dev eth1 nodad',
  'ip link set eth0 mtu 1400 up',
  'ip link set eth1 up',
];

test('the underlay interface is the one that holds the address', () =>
  withHost(TWO_UPLINKS, (netlink) => {
    const { name, mtu } = findUnderlay(netlink, parseAddress('192.0.2.1')) ?? {};
    assert.deepEqual([name, mtu], ['eth0', 1400]);
    assert.equal(findUnderlay(netlink, parseAddress('2001:db8::1'))?.name, 'eth1');
    assert.equal(findUnderlay(netlink, parseAddress('192.0.2.2')), undefined);
  }));

for (const { what, commands, expected } of [
  {
    what: 'the address of the default route',
    commands: [...TWO_UPLINKS, 'ip route add default via 198.51.100.9'],
    expected: '198.51.100.1',
  },
  {
    what: 'the source that the default route names',
    commands: [
      ...TWO_UPLINKS,
      'ip addr add 198.51.100.2/24 dev eth1',
      'ip route add default via 198.51.100.9 src 198.51.100.2',
    ],
    expected: '198.51.100.2',
  },
  {
    what: 'the default route of the lowest metric',
    commands: [
      ...TWO_UPLINKS,
      'ip route add default via 198.51.100.9 metric 9',
      'ip route add default via 192.0.2.9 metric 5',
    ],
    expected: '192.0.2.1',
  },
  {
    what: 'the IPv6 default route where there is no other',
    commands: [...TWO_UPLINKS, 'ip -6 route add default via 2001:db8::9'],
    expected: '2001:db8::1',
  },
  {
    what: 'the first global address where there is no default route',
    commands: TWO_UPLINKS,
    expected: '192.0.2.1',
  },
] as const) {
  test(`the underlay address is ${what}`, () =>
    withHost(commands, (netlink) => {
      const address = defaultUnderlayAddress(netlink);
      assert.equal(address && formatAddress(address), expected);
    }));
}

test('a host with nothing but its loopback has no underlay address', () =>
  withHost([], (netlink) => assert.equal(defaultUnderlayAddress(netlink), undefined)));

test('routes of the host to the universe or into it are told; ours and those around it are not', () => {
  const routes = [
    'ip route add default via 192.0.2.9',
    'ip route add 10.40.0.0/16 dev eth1',
    'ip route add 10.0.0.0/8 dev eth0',
    'ip route add 0.0.0.0/1 dev eth0',
    'ip route add 10.32.0.0/12 dev eth1',
    'ip route add 172.16.0.0/12 dev eth0',
    'ip route add unreachable 10.33.0.0/24',
    'ip route add 10.34.0.0/24 dev eth1 proto 119',
    'ip link add weft0 type bridge',
    'ip addr add 10.35.0.1/24 dev weft0',
    'ip link set weft0 up',
    'ip -6 route add default via 2001:db8::9',
    'ip -6 route add fd32:7::/64 dev eth1',
    'ip -6 route add fd00::/8 dev eth1',
    'ip -6 route add fd32::/16 dev eth1',
  ];
  return withHost([...TWO_UPLINKS, ...routes], (netlink) => {
    assert.deepEqual(
      conflictingRoutes(netlink, [parseCidr('10.32.0.0/12'), parseCidr('fd32::/16')]).toSorted(),
      [
        '10.32.0.0/12 dev eth1',
        '10.33.0.0/24',
        '10.40.0.0/16 dev eth1',
        'fd32:7::/64 dev eth1',
        'fd32::/16 dev eth1',
      ],
    );
    assert.deepEqual(conflictingRoutes(netlink, [parseCidr('192.168.0.0/16')]), []);
  });
});

test("a range inside the host's own network is a conflict: its neighbours have addresses there", () =>
  withHost([...TWO_UPLINKS, 'ip addr add 10.0.0.5/8 dev eth1'], (netlink) =>
    assert.deepEqual(conflictingRoutes(netlink, [parseCidr('10.32.0.0/12')]), [
      '10.0.0.0/8 dev eth1',
    ]),
  ));
