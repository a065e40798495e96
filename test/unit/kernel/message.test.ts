/** Netlink messages: bytes as the kernel takes and gives them. */
import assert from 'node:assert/strict';
import test from 'node:test';
import * as fc from 'fast-check';
import { parseAddress, parseCidr } from '#peer/ipam/parse.ts';
import { parseInterfaceAddress } from '#peer/kernel/netlink/address.ts';
import { parseAttributes } from '#peer/kernel/netlink/attribute.ts';
import { Exchange } from '#peer/kernel/netlink/exchange.ts';
import { newVxlan, parseLink, setLinkUp } from '#peer/kernel/netlink/link.ts';
import {
  type Message,
  NetlinkError,
  parseAcknowledgement,
  parseMessages,
  withSequence,
} from '#peer/kernel/netlink/message.ts';
import {
  newForwardingEntry,
  newNeighbour,
  parseForwardingEntry,
  parseNeighbour,
} from '#peer/kernel/netlink/neighbour.ts';
import { newRoute, parseRoute } from '#peer/kernel/netlink/route.ts';
import {
  BATCH_BYTES_MAX,
  BATCH_REQUESTS_MAX,
  splitIntoBatches,
} from '#peer/kernel/netlink/socket.ts';

/** An acknowledgement as the kernel sends it: errno, the request's header, and maybe its words. */
function acknowledgement(sequence: number, errno = 0, text = ''): Uint8Array {
  const words = new TextEncoder().encode(`${text}\0`);
  const out = new Uint8Array(36 + (text === '' ? 0 : 4 + ((words.length + 3) & ~3)));
  const view = new DataView(out.buffer);
  view.setUint32(0, out.length, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 0x100 | (text === '' ? 0 : 0x200), true);
  view.setUint32(8, sequence, true);
  view.setInt32(16, -errno, true);
  if (text === '') return out;
  view.setUint16(36, 4 + words.length, true);
  view.setUint16(38, 1, true);
  out.set(words, 40);
  return out;
}

function read<Parsed>(bytes: Uint8Array, parse: (message: Message) => Parsed): Parsed | undefined {
  return parseMessages(bytes).map(parse)[0];
}

test('a request is the bytes that netlink(7) describes', () => {
  assert.equal(
    setLinkUp({ index: 5 }).toHex(),
    // 32 bytes, RTM_NEWLINK, REQUEST and ACK; ifinfomsg: index 5, IFF_UP of IFF_UP.
    '20000000 1000 0500 00000000 00000000 00000000 05000000 01000000 01000000'.replaceAll(' ', ''),
  );
});

test('the sequence number is set on a copy', () => {
  const request = setLinkUp({ index: 5 });
  assert.equal(parseMessages(withSequence(request, 77))[0]?.sequence, 77);
  assert.equal(parseMessages(request)[0]?.sequence, 0);
});

test('what is built reads back as it was', () => {
  const route = {
    destination: parseCidr('10.1.0.0/16'),
    type: 'unicast',
    protocol: 119,
    scope: 'link',
    onlink: true,
    gateway: parseAddress('10.1.0.1'),
    index: 9,
    source: parseAddress('10.2.0.1'),
    priority: 7,
    mtu: 1400,
  } as const;
  const neighbour = {
    index: 3,
    address: parseAddress('fd00::1'),
    mac: '02:00:00:00:00:0a',
    permanent: true,
  };
  const entry = {
    index: 3,
    mac: '02:00:00:00:00:0a',
    underlay: parseAddress('192.0.2.1'),
    port: 6784,
    vni: 5,
  };
  assert.deepEqual(read(newRoute(route), parseRoute), {
    ...route,
    multipath: false,
    selective: false,
  });
  assert.deepEqual(read(newNeighbour(neighbour), parseNeighbour), neighbour);
  assert.deepEqual(read(newForwardingEntry(entry), parseForwardingEntry), entry);
  const settings = { vni: 77, port: 6784, local: parseAddress('2001:db8::1') };
  assert.deepEqual(read(newVxlan('weft0', settings), parseLink)?.vxlan, {
    ...settings,
    learning: false,
  });
});

test('an interface name that the kernel would cut off is a bug of ours', () => {
  assert.throws(
    () => newVxlan('sixteen-letters-', { vni: 1, port: 1, local: parseAddress('192.0.2.1') }),
    /interface name/,
  );
});

test('an acknowledgement tells errno, its meaning and the words of the kernel', () => {
  const [message] = parseMessages(acknowledgement(1, 22, 'Invalid gateway'));
  assert(message);
  const parsed = parseAcknowledgement(message);
  assert.deepEqual(parsed, { errno: 22, text: 'Invalid gateway' });
  assert.equal(new NetlinkError(parsed).message, 'EINVAL (invalid argument): Invalid gateway');
});

test('answers in any order find their requests', () => {
  const exchange = new Exchange([setLinkUp({ index: 1 }), setLinkUp({ index: 2 })], 10);
  const [second, first] = [acknowledgement(11, 19), acknowledgement(10)].flatMap(parseMessages);
  assert(first && second);
  exchange.take(second);
  assert.equal(exchange.isComplete, false);
  exchange.take(first);
  assert.equal(exchange.isComplete, true);
  assert.deepEqual(
    exchange.replies().map(({ error }) => error?.errno),
    [undefined, 19],
  );
});

test('answers of an earlier exchange are left aside', () => {
  const exchange = new Exchange([setLinkUp({ index: 1 })], 10);
  for (const message of [9, 11].flatMap((sequence) => parseMessages(acknowledgement(sequence))))
    exchange.take(message);
  assert.equal(exchange.isComplete, false);
});

test('when answers were lost, those requests alone carry the error', () => {
  const exchange = new Exchange([setLinkUp({ index: 1 }), setLinkUp({ index: 2 })], 10);
  for (const message of parseMessages(acknowledgement(10))) exchange.take(message);
  exchange.abandon(new NetlinkError({ errno: 105, text: '' }));
  assert.deepEqual(
    exchange.replies().map(({ error }) => error?.errno),
    [undefined, 105],
  );
});

test('batches keep the order and both bounds', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 16, max: 2000 }), { maxLength: 1000 }), (sizes) => {
      const requests = sizes.map((size) => new Uint8Array(size));
      const batches = splitIntoBatches(requests);
      assert.deepEqual(batches.flat(), requests);
      for (const batch of batches) {
        assert(batch.length > 0 && batch.length <= BATCH_REQUESTS_MAX);
        assert(batch.reduce((sum, { length }) => sum + length, 0) <= BATCH_BYTES_MAX);
      }
    }),
  );
});

test('bytes of any kind are read without an error', () => {
  const parsers = [
    parseLink,
    parseInterfaceAddress,
    parseNeighbour,
    parseForwardingEntry,
    parseRoute,
    parseAcknowledgement,
  ];
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.integer({ min: 0, max: 40 }),
      (payload, type) => {
        parseAttributes(payload);
        parseMessages(payload);
        const message = { type, flags: 0x200, sequence: 0, port: 0, payload };
        for (const parse of parsers) parse(message);
        const acknowledged = parseAcknowledgement(message);
        if (acknowledged && acknowledged.errno !== 0)
          assert(new NetlinkError(acknowledged).message);
      },
    ),
  );
});
