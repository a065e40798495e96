/** rtnetlink requests and readers against the real kernel, in throw-away namespaces. */
import assert from 'node:assert/strict';
import { closeSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import test from 'node:test';
import { hostRange } from '#peer/ipam/cidr.ts';
import { parseAddress, parseCidr } from '#peer/ipam/parse.ts';
import {
  dumpAddresses,
  newAddress,
  deleteAddress,
  parseInterfaceAddress,
} from '#peer/kernel/netlink/address.ts';
import {
  AddressGeneration,
  changeLink,
  deleteLink,
  dumpLinks,
  getLink,
  type Link,
  newVethPair,
  newVxlan,
  parseLink,
  setLinkUp,
  stopVxlanLearning,
} from '#peer/kernel/netlink/link.ts';
import { NetlinkError } from '#peer/kernel/netlink/message.ts';
import {
  deleteForwardingEntry,
  deleteNeighbour,
  dumpForwardingEntries,
  dumpNeighbours,
  newForwardingEntry,
  newNeighbour,
  parseForwardingEntry,
  parseNeighbour,
} from '#peer/kernel/netlink/neighbour.ts';
import { openNotifications } from '#peer/kernel/netlink/notifications.ts';
import {
  deleteRoute,
  dumpRoutes,
  newRoute,
  parseRoute,
  replaceRoute,
  type Route,
} from '#peer/kernel/netlink/route.ts';
import { BATCH_REQUESTS_MAX, type Netlink, openNetlink } from '#peer/kernel/netlink/socket.ts';
import { createNamespace, type Namespace } from '#test/support/namespace.ts';

const FAMILIES = [
  { family: 4, own: '10.9.0.1', other: '10.9.0.2', range: '10.10.0.0/16', underlay: '192.0.2.7' },
  { family: 6, own: 'fd09::1', other: 'fd09::2', range: 'fd10::/64', underlay: '2001:db8::7' },
] as const;

function openInside(namespace: Namespace): Netlink & Disposable {
  const netlink = namespace.enter(openNetlink);
  return { ...netlink, [Symbol.dispose]: () => netlink.close() };
}

function mustDo(netlink: Netlink, ...requests: readonly Uint8Array[]): void {
  for (const { error } of netlink.exchange(requests)) if (error) throw error;
}

function linkNamed(netlink: Netlink, name: string): Link {
  const [reply] = netlink.exchange([getLink({ name })]);
  if (reply?.error) throw reply.error;
  const link = reply?.messages.map(parseLink)[0];
  assert(link, `link ${name}`);
  return link;
}

/** A device that is up, for addresses, neighbours and routes; its index. */
function makeVxlan(netlink: Netlink, local = '192.0.2.1'): number {
  mustDo(
    netlink,
    newVxlan('vx', { vni: 7, port: 6784, local: parseAddress(local) }),
    changeLink({ name: 'vx' }, { addressGeneration: AddressGeneration.none }),
    setLinkUp({ name: 'vx' }),
  );
  return linkNamed(netlink, 'vx').index;
}

test('one request makes both ends of a veth pair, each in its namespace', async () => {
  await using host = await createNamespace();
  await using pod = await createNamespace();
  using inHost = openInside(host);
  using inPod = openInside(pod);
  const netnsFd = openSync(pod.path, 'r');
  const mac = { host: '0a:58:a9:fe:01:01', pod: '0a:58:0a:20:00:02' };
  mustDo(
    inHost,
    newVethPair({
      host: { name: 'weft-0123456789', mac: mac.host, mtu: 1450 },
      pod: { name: 'eth0', mac: mac.pod, mtu: 1400, netnsFd },
    }),
    changeLink({ name: 'weft-0123456789' }, { alias: 'ns/pod eth0' }),
  );
  closeSync(netnsFd);
  mustDo(inPod, setLinkUp({ name: 'eth0' }));
  const [a, b] = [linkNamed(inHost, 'weft-0123456789'), linkNamed(inPod, 'eth0')];
  assert.deepEqual(
    [a.kind, a.up, a.mac, a.mtu, a.alias],
    ['veth', true, mac.host, 1450, 'ns/pod eth0'],
  );
  assert.deepEqual([b.kind, b.up, b.mac, b.mtu], ['veth', true, mac.pod, 1400]);
  mustDo(inHost, deleteLink({ name: 'weft-0123456789' }));
  const names = inPod.dump(dumpLinks()).map((message) => parseLink(message)?.name);
  assert.deepEqual(names, ['lo']);
});

for (const { family, own, other, range, underlay } of FAMILIES) {
  test(`a VXLAN device of an IPv${family} underlay reads back as it was made`, async () => {
    await using namespace = await createNamespace();
    using netlink = openInside(namespace);
    makeVxlan(netlink, underlay);
    mustDo(netlink, changeLink({ name: 'vx' }, { mac: '02:00:00:00:00:09', mtu: 1400 }));
    const link = linkNamed(netlink, 'vx');
    assert.deepEqual(link.vxlan, {
      vni: 7,
      port: 6784,
      local: parseAddress(underlay),
      learning: false,
    });
    assert.deepEqual(
      [link.kind, link.up, link.mac, link.mtu, link.addressGeneration],
      ['vxlan', true, '02:00:00:00:00:09', 1400, AddressGeneration.none],
    );
    assert.match(
      await namespace.exec('ip', '-d', 'link', 'show', 'vx'),
      / udpcsum noudp6zerocsumtx /,
    );
  });

  test(`IPv${family} addresses are made, read and deleted`, async () => {
    await using namespace = await createNamespace();
    using netlink = openInside(namespace);
    const index = makeVxlan(netlink);
    const address = parseAddress(own);
    const wanted = { index, address, prefixLength: hostRange(address).length };
    const read = () => netlink.dump(dumpAddresses({ index })).map(parseInterfaceAddress);
    mustDo(netlink, newAddress({ ...wanted, noDad: true }));
    assert.deepEqual(read(), [{ ...wanted, scope: 0 }]);
    mustDo(netlink, deleteAddress(wanted));
    assert.deepEqual(read(), []);
  });

  test(`IPv${family} neighbours and forwarding entries are made, turned, read and deleted`, async () => {
    await using namespace = await createNamespace();
    using netlink = openInside(namespace);
    const index = makeVxlan(netlink, underlay);
    const neighbour = {
      index,
      address: parseAddress(other),
      mac: '02:00:00:00:00:02',
      permanent: true,
    };
    const entry = { index, mac: '02:00:00:00:00:02', underlay: parseAddress(underlay), port: 7000 };
    const turned = { ...entry, underlay: { ...entry.underlay, value: entry.underlay.value + 1n } };
    const readNeighbours = () =>
      netlink
        .dump(dumpNeighbours({ index }))
        .map(parseNeighbour)
        .filter((it) => it?.permanent);
    const readEntries = () =>
      netlink.dump(dumpForwardingEntries({ index })).map(parseForwardingEntry);

    mustDo(
      netlink,
      newNeighbour({ ...neighbour, mac: '02:00:00:00:00:03' }),
      newNeighbour(neighbour),
    );
    mustDo(netlink, newForwardingEntry(turned), newForwardingEntry(entry));
    assert.deepEqual(readNeighbours(), [neighbour]);
    assert.deepEqual(readEntries(), [entry]);
    mustDo(netlink, deleteNeighbour(neighbour), deleteForwardingEntry(entry));
    assert.deepEqual([readNeighbours(), readEntries()], [[], []]);
  });

  test(`IPv${family} routes are made, replaced, read and deleted`, async () => {
    await using namespace = await createNamespace();
    using netlink = openInside(namespace);
    const index = makeVxlan(netlink);
    const source = parseAddress(own);
    mustDo(
      netlink,
      newAddress({ index, address: source, prefixLength: hostRange(source).length, noDad: true }),
    );
    const route: Route = {
      destination: parseCidr(range),
      type: 'unicast',
      protocol: 119,
      scope: 'universe',
      onlink: true,
      gateway: parseAddress(other),
      index,
      source,
      priority: 50,
      mtu: 1300,
    };
    const turned = {
      ...route,
      gateway: { ...parseAddress(other), value: parseAddress(other).value + 1n },
    };
    const read = () => netlink.dump(dumpRoutes(family, { protocol: 119 })).map(parseRoute);
    mustDo(netlink, newRoute(turned), replaceRoute(route));
    assert.deepEqual(read(), [{ ...route, multipath: false, selective: false }]);
    mustDo(netlink, deleteRoute(route));
    assert.deepEqual(read(), []);
  });

  test(`an IPv${family} unreachable route needs no interface`, async () => {
    await using namespace = await createNamespace();
    using netlink = openInside(namespace);
    const destination = parseCidr(range);
    mustDo(
      netlink,
      newRoute({
        destination,
        type: 'unreachable',
        protocol: 119,
        scope: 'universe',
        onlink: false,
        priority: 9999,
      }),
    );
    assert.match(
      await namespace.exec('ip', `-${family}`, 'route'),
      new RegExp(`^unreachable ${range} .*proto 119 metric 9999`),
    );
  });
}

test('learning that somebody switched on is switched off in place', async () => {
  await using namespace = await createNamespace();
  using netlink = openInside(namespace);
  const index = makeVxlan(netlink);
  await namespace.exec('ip', 'link', 'set', 'vx', 'type', 'vxlan', 'learning');
  assert.equal(linkNamed(netlink, 'vx').vxlan?.learning, true);
  mustDo(netlink, stopVxlanLearning({ index }));
  const link = linkNamed(netlink, 'vx');
  assert.deepEqual([link.index, link.vxlan?.learning, link.vxlan?.vni], [index, false, 7]);
});

test('a bad request in a batch fails alone, with the name and the words of the kernel', async () => {
  await using namespace = await createNamespace();
  using netlink = openInside(namespace);
  const index = makeVxlan(netlink);
  const route = (destination: string, gateway: string, onlink: boolean): Uint8Array =>
    newRoute({
      destination: parseCidr(destination),
      type: 'unicast',
      protocol: 119,
      scope: 'universe',
      onlink,
      gateway: parseAddress(gateway),
      index,
    });
  const replies = netlink.exchange([
    route('10.1.0.0/16', '10.1.0.1', true),
    route('10.2.0.0/16', '10.2.0.1', false),
    route('10.1.0.0/16', '10.1.0.1', true),
    route('10.3.0.0/16', '10.3.0.1', true),
  ]);
  assert.deepEqual(
    replies.map(({ error }) => error?.message),
    [
      undefined,
      'ENETUNREACH (network is unreachable): Nexthop has invalid gateway',
      'EEXIST (file already exists)',
      undefined,
    ],
  );
});

test('thousands of requests go out in several batches, each with its own reply', async () => {
  await using namespace = await createNamespace();
  using netlink = openInside(namespace);
  const index = makeVxlan(netlink);
  const count = 20 * BATCH_REQUESTS_MAX;
  const requests = Array.from({ length: count }, (_, i) =>
    newForwardingEntry({
      index,
      mac: `02:00:00:00:${(i >> 8).toString(16).padStart(2, '0')}:${(i & 255).toString(16).padStart(2, '0')}`,
      underlay: { family: 4, value: 0x0a00_0000n + BigInt(i) },
    }),
  );
  mustDo(netlink, ...requests);
  const entries = netlink.dump(dumpForwardingEntries({ index })).map(parseForwardingEntry);
  assert.equal(new Set(entries.map((entry) => entry?.mac)).size, count);
});

test('a dump of something that does not exist throws what the kernel says', async () => {
  await using namespace = await createNamespace();
  using netlink = openInside(namespace);
  assert.throws(
    () => netlink.dump(dumpAddresses({ index: 4711 })),
    (error) => error instanceof NetlinkError && error.errno === constants.errno.ENODEV,
  );
});

test('news are what concerns us, once, and our own requests are known by their port', async () => {
  await using namespace = await createNamespace();
  using netlink = openInside(namespace);
  const notifications = namespace.enter(openNotifications);
  try {
    assert.equal(
      notifications.hasNews(() => true),
      false,
    );
    makeVxlan(netlink);
    assert.equal(
      notifications.hasNews(() => false),
      false,
    );
    await namespace.exec('ip', 'addr', 'add', '10.9.0.9/32', 'dev', 'vx');
    assert.equal(
      notifications.hasNews((message) => message.port !== netlink.port),
      true,
    );
    assert.equal(
      notifications.hasNews(() => true),
      false,
    );
    const index = linkNamed(netlink, 'vx').index;
    mustDo(
      netlink,
      newNeighbour({
        index,
        address: parseAddress('10.9.0.8'),
        mac: '02:00:00:00:00:08',
        permanent: true,
      }),
    );
    assert.equal(
      notifications.hasNews((message) => message.port !== netlink.port),
      false,
    );
  } finally {
    notifications.close();
  }
});
