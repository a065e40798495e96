/** What people do to our objects in the kernel, and that the plan repairs just that. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { createNamespace } from '#test/support/namespace.ts';
import { attachPod, converge, keysOf, makeNodes, ping, plan } from '#test/support/overlay-nodes.ts';

/** What somebody does to an object of ours, and what the plan then says. */
const INTERFERENCE: readonly { does: string; command: string; repairs: readonly string[] }[] = [
  {
    does: 'an address is deleted',
    command: 'ip -6 addr del fd32:1::1/128 dev weft0',
    repairs: ['create address fd32:1::1/128', 'change route fd32:2::/64 metric 1024'],
  },
  {
    does: 'a neighbour is deleted',
    command: 'ip neigh del 10.32.2.1 dev weft0',
    repairs: ['create neighbour 10.32.2.1 dev weft0'],
  },
  {
    does: 'a neighbour is given another MAC',
    command: 'ip neigh replace 10.32.2.1 lladdr 02:00:00:00:00:99 dev weft0',
    repairs: ['change neighbour 10.32.2.1 dev weft0'],
  },
  {
    does: 'a neighbour is made to age',
    command: 'ip neigh replace 10.32.2.1 lladdr 02:00:00:00:00:99 dev weft0 nud reachable',
    repairs: ['create neighbour 10.32.2.1 dev weft0'],
  },
  {
    does: 'a forwarding entry is deleted',
    command: 'bridge fdb del 02:00:00:00:00:02 dev weft0',
    repairs: ['create fdb 02:00:00:00:00:02'],
  },
  {
    does: 'a forwarding entry is turned',
    command: 'bridge fdb replace 02:00:00:00:00:02 dev weft0 dst 192.0.2.9',
    repairs: ['change fdb 02:00:00:00:00:02'],
  },
  {
    does: 'strangers are added for all MACs',
    command: 'for d in 8 9; do bridge fdb append 00:00:00:00:00:00 dev weft0 dst 192.0.2.$d; done',
    repairs: ['remove fdb 00:00:00:00:00:00'],
  },
  {
    does: 'a stranger is added to the forwarding entries',
    command: 'bridge fdb add 02:00:00:00:00:77 dev weft0 dst 192.0.2.9',
    repairs: ['remove fdb 02:00:00:00:00:77'],
  },
  {
    does: 'a route is deleted',
    command: 'ip route del 10.32.2.0/24',
    repairs: ['create route 10.32.2.0/24 metric 0'],
  },
  {
    does: 'an IPv6 route is deleted',
    command: 'ip -6 route del fd32:2::/64',
    repairs: ['create route fd32:2::/64 metric 1024'],
  },
  {
    does: 'a route is turned',
    command: 'ip route replace 10.32.2.0/24 via 10.32.2.7 dev weft0 onlink proto 119',
    repairs: ['change route 10.32.2.0/24 metric 0'],
  },
  {
    does: 'a second route of ours is appended',
    command: 'ip route append 10.32.2.0/24 via 192.0.2.2 dev eth0 proto 119',
    repairs: ['remove route 10.32.2.0/24 metric 0#2'],
  },
  {
    does: 'an unreachable route is deleted',
    command: 'ip route del unreachable 10.32.1.0/24 metric 1000000',
    repairs: ['create route 10.32.1.0/24 metric 1000000'],
  },
  {
    does: 'a route with our mark is added',
    command: 'ip route add 10.99.0.0/16 via 192.0.2.2 dev eth0 proto 119',
    repairs: ['remove route 10.99.0.0/16 metric 0'],
  },
  {
    does: 'a multipath route with our mark is added',
    command:
      'ip route add 10.99.0.0/16 proto 119 nexthop via 192.0.2.2 dev eth0 nexthop via 192.0.2.3 dev eth0',
    repairs: ['remove route 10.99.0.0/16 metric 0'],
  },
  {
    does: 'learning is switched on',
    command: 'ip link set weft0 type vxlan learning',
    repairs: ['change device weft0'],
  },
  {
    does: 'the MTU is changed',
    command: 'ip link set weft0 mtu 1300',
    repairs: ['change device weft0'],
  },
  {
    does: 'forwarding is switched off',
    command: 'sysctl -w net.ipv4.ip_forward=0',
    repairs: ['change sysctl net/ipv4/ip_forward'],
  },
  {
    does: 'an address is added to the device',
    command: 'ip addr add 10.55.0.1/24 dev weft0',
    repairs: ['remove address 10.55.0.1/24'],
  },
];

for (const { does, command, repairs } of INTERFERENCE) {
  test(`when ${does}, the plan repairs that and nothing else`, () =>
    makeNodes(4, async ([a]) => {
      converge(a);
      await a.namespace.exec('sh', '-c', command);
      assert.deepEqual(keysOf(plan(a)), repairs);
      converge(a);
      assert.deepEqual(keysOf(plan(a)), []);
    }));
}

/** What takes away more than one object: the plan must find, or foresee, all of it. */
const UPHEAVAL = [
  { does: 'the device is deleted', command: 'ip link del weft0' },
  { does: 'the device is set down', command: 'ip link set weft0 down' },
  { does: 'the device has another MAC', command: 'ip link set weft0 address 02:00:00:00:00:99' },
  {
    does: 'the device has another VNI',
    command:
      'ip link del weft0; ip link add weft0 type vxlan id 9 dstport 6784 local 192.0.2.1 nolearning',
  },
  {
    does: 'something else bears the name',
    command: 'ip link del weft0; ip link add weft0 type bridge',
  },
  { does: 'an IPv4 address is deleted', command: 'ip addr del 10.32.1.1/32 dev weft0' },
];

for (const { does, command } of UPHEAVAL) {
  test(`when ${does}, one plan brings all of it back`, () =>
    makeNodes(4, async ([a, b]) => {
      await using pod = await createNamespace();
      const input = await attachPod(a, pod, 1);
      converge(a, input);
      converge(b);
      await a.namespace.exec('sh', '-c', command);
      converge(a, input);
      assert.deepEqual(keysOf(plan(a, input)), []);
      for (const to of ['10.32.2.1', 'fd32:2::1']) await ping(pod, to);
    }));
}
