/** What strangers can take of a transport: connections, handshakes and time, each with its bound. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { type TestContext, describe, it } from 'node:test';
import tls from 'node:tls';
import { parseAddress } from '#peer/ipam/parse.ts';
import { AddressRate } from '#peer/transport/address-rate.ts';
import {
  ADDRESSES_MAX,
  ADDRESS_RATE,
  HANDSHAKES_MAX,
  HANDSHAKES_PER_ADDRESS_MAX,
} from '#peer/transport/limits.ts';
import { addressGroup, remoteEndpoint } from '#peer/transport/remote.ts';
import { type End, Stranger, connectMember, count, credentialsOf, link, openEnd } from './ends.ts';

/** Time runs so fast that no address ever spends its rate. */
function openPatientEnd(t: TestContext): Promise<End> {
  let now = 0;
  return openEnd(t, 1, { now: () => (now += 1_000) });
}

function connectTcp(t: TestContext, { endpoint }: End, localAddress = '127.0.0.1'): net.Socket {
  const socket = net.connect({ port: endpoint.port, host: '127.0.0.1', localAddress });
  t.after(() => socket.destroy());
  socket.on('error', () => {});
  return socket;
}

/** Opens as many connections as one address may at once; each is gone before the next one. */
async function spendBurst(t: TestContext, end: End): Promise<void> {
  for (let n = 0; n < ADDRESS_RATE.burst; n++) {
    const socket = connectTcp(t, end);
    socket.end(Uint8Array.of(0));
    await once(socket.resume(), 'close');
  }
}

describe('connections of one address', { timeout: 20_000 }, () => {
  it('are taken up to the burst, and dropped above it before they cost anything', async (t) => {
    const end = await openEnd(t, 1, { now: () => 0 });
    await spendBurst(t, end);
    await once(connectTcp(t, end), 'close');
    assert.equal(end.counters.get('too-many-connections'), 1);
  });

  it('are taken again as time passes', async (t) => {
    let now = 0;
    const end = await openEnd(t, 1, { now: () => now });
    await spendBurst(t, end);
    await once(connectTcp(t, end), 'close');
    now += 1_000 / ADDRESS_RATE.perSecond;
    await connectMember(t, end, 2);
    await end.event('link-up');
  });

  it('leave links that are up alone', async (t) => {
    const [end, friend] = [await openEnd(t, 1, { now: () => 0 }), await openEnd(t, 2)];
    const { from } = await link(end, friend);
    await spendBurst(t, end);
    await once(connectTcp(t, end), 'close');
    end.transport.send(from, { type: 'heartbeat', setHash: 1n, wanted: true });
    await friend.event('frame');
  });
});

describe('the rate of addresses', () => {
  it('is kept for each on its own', () => {
    const rate = new AddressRate(() => {});
    for (let n = 0; n < ADDRESS_RATE.burst; n++) assert.ok(rate.allows(0, '192.0.2.1'));
    assert.equal(rate.allows(0, '192.0.2.1'), false);
    assert.equal(rate.allows(0, '192.0.2.2'), true);
  });

  it(`is one for all that come when ${ADDRESSES_MAX} are known, until those are quiet`, () => {
    let full = 0;
    const rate = new AddressRate(() => full++);
    for (let n = 0; n < ADDRESSES_MAX; n++) rate.allows(0, `known ${n}`);
    assert.equal(full, 0);
    const crowd = Array.from({ length: ADDRESS_RATE.burst + 1 }, (_, n) =>
      rate.allows(0, `new ${n}`),
    );
    assert.deepEqual(crowd.slice(-2), [true, false]);
    assert.equal(full, crowd.length);
    assert.equal(rate.allows(0, 'known 0'), true);
    assert.equal(rate.allows(10_000, 'new again'), true);
    assert.equal(rate.allows(10_000, 'new 0'), true);
  });

  it('counts a /64 of IPv6 as one address, and each of IPv4 as its own', () => {
    assert.equal(groupOf('fd00::1'), groupOf('fd00::ffff:1'));
    assert.notEqual(groupOf('fd00::1'), groupOf('fd00:0:0:1::1'));
    assert.notEqual(groupOf('192.0.2.1'), groupOf('192.0.2.2'));
  });

  it('knows a link-local address by itself, without its interface', () => {
    const socket = { remoteAddress: 'fe80::1%eth0', remotePort: 7 } as net.Socket;
    assert.deepEqual(remoteEndpoint(socket), { address: parseAddress('fe80::1'), port: 7 });
  });
});

function groupOf(address: string): string {
  return addressGroup(parseAddress(address));
}

/** Takes all places, and leaves them unused; resolves when the end has counted them. */
async function fillHandshakes(t: TestContext, end: End): Promise<readonly net.Socket[]> {
  const strangers: net.Socket[] = [];
  for (let n = 0; n < HANDSHAKES_MAX; n++) {
    const address = `127.0.1.${1 + Math.floor(n / HANDSHAKES_PER_ADDRESS_MAX)}`;
    const stranger = connectTcp(t, end, address);
    await once(stranger, 'connect');
    strangers.push(stranger);
  }
  return strangers;
}

/** Dials until it is let in. */
async function linkUntilUp(from: End, to: End): Promise<void> {
  const up = from.event('link-up');
  for (let tries = 1; count(from, 'link-up') === 0; tries++) {
    from.transport.dial(to.endpoint);
    await Promise.race([up, from.event('dial-failed', tries)]);
  }
}

describe('handshakes that are not finished', { timeout: 20_000 }, () => {
  it(`are ${HANDSHAKES_MAX} at most, from TCP on: a newcomer is dropped until one of them takes too long`, async (t) => {
    const [end, friend] = [await openPatientEnd(t), await openEnd(t, 2)];
    const { from } = await link(end, friend);
    const strangers = await fillHandshakes(t, end);
    assert.deepEqual(end.counters.all(), {});
    const newcomer = connectTcp(t, end);
    await once(newcomer, 'close');
    assert.equal(end.counters.get('too-many-handshakes'), 1);
    assert.ok(strangers.every(({ closed }) => !closed));
    await linkUntilUp(await openEnd(t, 3), end);
    assert.equal(strangers.filter(({ closed }) => closed).length, 1);
    end.transport.send(from, { type: 'heartbeat', setHash: 1n, wanted: true });
    await friend.event('frame');
  });

  it('are no longer counted once they are links', async (t) => {
    const end = await openPatientEnd(t);
    for (let n = 0; n <= HANDSHAKES_PER_ADDRESS_MAX; n++) {
      await connectMember(t, end, 3 + n);
      await end.event('link-up', n + 1);
    }
    assert.deepEqual(end.counters.all(), {});
  });

  it('of one address leave room for those of others, and for those that we dial', async (t) => {
    const end = await openPatientEnd(t);
    const [near, far] = [await openEnd(t, 2), await openEnd(t, 3, { address: '127.0.0.2' })];
    for (let n = 0; n < HANDSHAKES_PER_ADDRESS_MAX; n++) await Stranger.connect(t, end);
    for (let n = HANDSHAKES_PER_ADDRESS_MAX; n < HANDSHAKES_MAX; n++)
      await once(connectTcp(t, end), 'close');
    const refused = HANDSHAKES_MAX - HANDSHAKES_PER_ADDRESS_MAX;
    assert.deepEqual(end.counters.all(), { 'too-many-handshakes-of-address': refused });
    await link(far, end);
    await link(end, near);
  });

  it('end, and make room, when their socket breaks or they are refused', async (t) => {
    const end = await openPatientEnd(t);
    for (let n = 0; n < 2 * HANDSHAKES_MAX; n++) {
      const stranger = await Stranger.connect(t, end);
      if (n % 2 === 0) stranger.socket.send('no frame');
      else stranger.tls.destroy();
      await stranger.gone;
    }
    await linkEventually(t, end);
  });
});

describe('who takes its time', { timeout: 20_000, concurrency: true }, () => {
  it('without TLS is let go of', async (t) => {
    const end = await openEnd(t, 1);
    await once(connectTcp(t, end), 'close');
    assert.equal(end.counters.get('not-tls'), 1);
  });

  it('without a request, or in the middle of one, is let go of', async (t) => {
    const end = await openEnd(t, 1);
    const requests = ['', 'GET / HTTP/1.1\r\n', 'POST / HTTP/1.1\r\ncontent-length: 10\r\n\r\n'];
    const sockets = requests.map((request) => {
      const socket = tls.connect({
        port: end.endpoint.port,
        host: '127.0.0.1',
        rejectUnauthorized: false,
      });
      t.after(() => socket.destroy());
      socket.write(request);
      socket.resume();
      return once(socket, 'close');
    });
    await Promise.all(sockets);
  });

  it('does not keep a transport from stopping', async (t) => {
    const end = await openEnd(t, 1);
    const socket = connectTcp(t, end);
    await once(socket, 'connect');
    const stranger = await Stranger.connect(t, end);
    stranger.tls.pause();
    const startedAt = performance.now();
    await end.transport.stop();
    assert.ok(performance.now() - startedAt < 2_000);
  });
});

/** The end hears of a socket that is gone a little after we do: until then it may have no room. */
async function linkEventually(t: TestContext, end: End): Promise<void> {
  for (;;) {
    const names = ['too-many-handshakes', 'too-many-handshakes-of-address'];
    const sentAway = names.map((name) => end.counters.get(name));
    const ups = count(end, 'link-up');
    const stranger = await Stranger.connect(t, end);
    void stranger.handshake(credentialsOf(3));
    const isUp = await Promise.race([
      end.event('link-up', ups + 1).then(() => true),
      ...names.map((name, at) => end.counted(name, (sentAway[at] ?? 0) + 1).then(() => false)),
    ]);
    if (isUp) return;
  }
}
