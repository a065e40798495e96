/** The host ends of pods as a real kernel tells them, beside what is not one. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { formatAddress } from '#peer/ipam/cidr.ts';
import { readHostEnds } from '#peer/kernel/host-ends.ts';
import { openNetlink } from '#peer/kernel/netlink/socket.ts';
import { createNamespace, type Namespace } from '#test/support/namespace.ts';

const MAC = '0a:58:0a:20:00:05';

async function addEnd(namespace: Namespace, name: string): Promise<void> {
  await namespace.exec(
    'ip',
    'link',
    'add',
    name,
    'type',
    'veth',
    'peer',
    'name',
    `p${name.slice(-3)}`,
  );
  await namespace.exec('ip', 'link', 'set', name, 'up');
}

it('ends are told with their routed addresses, the MAC behind them and the name of their pod', async () => {
  await using namespace = await createNamespace();
  const ip = (line: string): Promise<string> => namespace.exec('ip', ...line.split(' '));
  for (const name of ['weft-aaa', 'weft-bbb', 'weft-ccc', 'other-ddd'])
    await addEnd(namespace, name);
  await ip('link set weft-aaa alias default/web');
  await ip('route add 10.32.0.5/32 dev weft-aaa proto 119');
  await ip('-6 route add fd00::5/128 dev weft-aaa proto 119');
  await ip(`neigh add 10.32.0.5 lladdr ${MAC} nud permanent dev weft-aaa`);
  await ip(`neigh add 10.32.0.9 lladdr ${MAC} nud permanent dev weft-bbb`);
  await ip('neigh add 10.32.0.10 lladdr 02:00:00:00:00:01 nud reachable dev weft-ccc');
  // Somebody else's routes, and ours to more than one address, are no pod's.
  await ip('route add 10.32.0.11/32 dev weft-ccc proto static');
  await ip('route add 10.33.0.0/24 dev weft-ccc proto 119');
  await ip('route add 10.32.0.12/32 dev other-ddd proto 119');
  await ip('link add weft-eee type bridge');
  await ip('link set weft-eee up');
  await ip('route add 10.32.0.13/32 dev weft-eee proto 119');

  const netlink = namespace.enter(openNetlink);
  const ends = readHostEnds(netlink);
  netlink.close();
  assert.deepEqual(
    ends.map((end) => ({ ...end, addresses: end.addresses.map(formatAddress) })),
    [
      { name: 'weft-aaa', alias: 'default/web', addresses: ['10.32.0.5', 'fd00::5'], podMac: MAC },
      { name: 'weft-bbb', alias: '', addresses: ['10.32.0.9'], podMac: MAC },
      { name: 'weft-ccc', alias: '', addresses: [], podMac: undefined },
    ],
  );
});
