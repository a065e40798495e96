/** Names and MACs that follow from an attachment's key and addresses. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import * as fc from 'fast-check';
import { parseAddress } from '../../../peer/ipam/parse.ts';
import { hostInterfaceName, podAlias, podMac } from '../../../plugin/pod-network.ts';

it('the host interface has 15 characters, the same for a key every time', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (containerId, interfaceName) => {
      const name = hostInterfaceName({ containerId, interfaceName });
      assert.match(name, /^weft-[0-9a-f]{10}$/);
      assert.equal(hostInterfaceName({ containerId, interfaceName }), name);
    }),
  );
});

it('two interfaces of one container have two host interfaces', () => {
  const [a, b] = ['eth0', 'eth1'].map((interfaceName) =>
    hostInterfaceName({ containerId: 'c', interfaceName }),
  );
  assert.notEqual(a, b);
});

it('the MAC spells the IPv4 address, and is a hash where there is none', () => {
  const [v4, v6, other] = ['10.32.0.255', 'fd00::1', 'fd00::2'].map(parseAddress);
  assert.ok(v4 && v6 && other);
  assert.equal(podMac([v4, v6]), '0a:58:0a:20:00:ff');
  assert.match(podMac([v6]), /^0a:58(:[0-9a-f]{2}){4}$/);
  assert.notEqual(podMac([v6]), podMac([other]));
});

it('an alias is cut to what the kernel keeps', () => {
  assert.equal(podAlias('shop/cart-0'), 'shop/cart-0');
  assert.equal(podAlias('x'.repeat(400)).length, 255);
});
