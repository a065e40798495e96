/** What strangers can take of a transport: connections, handshakes and time, each with its bound. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { type TestContext, describe, it } from 'node:test';
import { setTimeout as waitMs } from 'node:timers/promises';
import tls from 'node:tls';
import { parseAddress, parseCidr } from '#peer/ipam/parse.ts';
import { makeAuth } from '#peer/transport/handshake.ts';
import {
  ADDRESS_RATE,
  HANDSHAKES_MAX,
  HANDSHAKES_PER_ADDRESS_MAX,
  HANDSHAKE_TIMEOUT_MS,
  MEMBER_ADDRESS_RATE,
  NEWCOMER_HANDSHAKES_MAX,
} from '#peer/transport/limits.ts';
import { type End, Stranger, connectMember, count, credentialsOf, link, openEnd } from './ends.ts';

/** Of those that come from addresses of no member. */
const STRANGERS_MAX = HANDSHAKES_MAX + NEWCOMER_HANDSHAKES_MAX;

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
async function spendBurst(t: TestContext, end: End, { burst } = ADDRESS_RATE): Promise<void> {
  for (let n = 0; n < burst; n++) {
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
    await spendBurst(t, end, MEMBER_ADDRESS_RATE);
    await once(connectTcp(t, end), 'close');
    end.transport.send(from, { type: 'heartbeat', setHash: 1n, wanted: true });
    await friend.event('frame');
  });
});

/** Takes all places of strangers, from one network, and leaves them unused. */
async function fillHandshakes(t: TestContext, end: End): Promise<readonly net.Socket[]> {
  const strangers: net.Socket[] = [];
  for (let n = 0; n < STRANGERS_MAX; n++) {
    const stranger = connectTcp(t, end, `127.0.0.${100 + n}`);
    await once(stranger, 'connect');
    strangers.push(stranger);
  }
  return strangers;
}

/** What opens a WebSocket (RFC 6455 section 1.3). */
const UPGRADE = [
  'GET /weft/v1/link HTTP/1.1',
  'Host: weft',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 13',
  '\r\n',
].join('\r\n');

/** Dials until it is let in. */
async function linkUntilUp(from: End, to: End): Promise<void> {
  const up = from.event('link-up');
  for (let tries = 1; count(from, 'link-up') === 0; tries++) {
    from.transport.dial(to.endpoint);
    await Promise.race([up, from.event('dial-failed', tries)]);
  }
}

describe('who comes from an address of the universe', { timeout: 20_000 }, () => {
  it('is a pod, and is dropped before it costs anything', async (t) => {
    const end = await openEnd(t, 1, { universe: [parseCidr('127.32.0.0/12')] });
    await once(connectTcp(t, end, '127.32.0.1'), 'close');
    assert.deepEqual(end.counters.all(), { 'pod-address': 1 });
    await link(await openEnd(t, 2, { address: '127.0.0.2' }), end);
  });
});

describe('handshakes that are not finished', { timeout: 20_000 }, () => {
  it(`are ${STRANGERS_MAX} at most, from TCP on: a newcomer is dropped until one of them takes too long`, async (t) => {
    const [end, friend] = [await openPatientEnd(t), await openEnd(t, 2)];
    const { from } = await link(end, friend);
    const strangers = await fillHandshakes(t, end);
    assert.deepEqual(end.counters.all(), {});
    const newcomer = connectTcp(t, end, '127.0.0.9');
    await once(newcomer, 'close');
    assert.equal(end.counters.get('too-many-handshakes'), 1);
    assert.ok(strangers.every(({ closed }) => !closed));
    await linkUntilUp(await openEnd(t, 3, { address: '127.0.0.8' }), end);
    assert.equal(strangers.filter(({ closed }) => closed).length, 1);
    end.transport.send(from, { type: 'heartbeat', setHash: 1n, wanted: true });
    await friend.event('frame');
  });

  it('leave room for those of addresses at which members are reached, or proved themselves', async (t) => {
    const known = await openEnd(t, 2, { address: '127.0.0.8' });
    const memberAddresses = () => [known.endpoint.address];
    const end = await openEnd(t, 1, { memberAddresses });
    const met = await openEnd(t, 3, { address: '127.0.0.9' });
    await link(met, end);
    const strangers = await fillHandshakes(t, end);
    await link(known, end);
    await link(met, end);
    assert.ok(strangers.every(({ closed }) => !closed));
    assert.deepEqual(end.counters.all(), {});
  });

  it('leave room for those of another network, which are soon through', async (t) => {
    const end = await openEnd(t, 1);
    await fillHandshakes(t, end);
    await link(await openEnd(t, 2, { address: '127.0.1.1' }), end);
    assert.deepEqual(end.counters.all(), { 'too-many-handshakes': 1 });
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

  it('behind the address of a member make room for it, the oldest of them first', async (t) => {
    const member = await openEnd(t, 2, { address: '127.0.0.2' });
    const end = await openEnd(t, 1, { memberAddresses: () => [member.endpoint.address] });
    const strangers: net.Socket[] = [];
    for (let n = 0; n < HANDSHAKES_PER_ADDRESS_MAX; n++) {
      const stranger = connectTcp(t, end, '127.0.0.2');
      await once(stranger, 'connect');
      strangers.push(stranger);
    }
    await link(member, end);
    assert.deepEqual(
      strangers.map(({ closed }) => closed),
      [true, false, false, false],
    );
    assert.deepEqual(end.counters.all(), { 'too-many-handshakes-of-address': 1 });
  });

  it('make none go whose Hello shows a cluster key, however many come from its address', async (t) => {
    const address = parseAddress('127.0.0.2');
    const end = await openEnd(t, 1, { memberAddresses: () => [address] });
    const member = await Stranger.connect(t, end, '127.0.0.2');
    const hello = member.send(member.helloOf(credentialsOf(2)));
    const responderHello = await member.message(1);
    for (let n = 0; n < 3 * HANDSHAKES_PER_ADDRESS_MAX; n++)
      await once(connectTcp(t, end, '127.0.0.2'), 'connect');
    await end.counted('too-many-handshakes-of-address', 2 * HANDSHAKES_PER_ADDRESS_MAX);
    const said = member.transcript(hello, responderHello);
    member.send(makeAuth(credentialsOf(2), said, 'initiator'));
    await Promise.race([end.event('link-up'), member.gone]);
    assert.equal(count(end, 'link-up'), 1);
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
    assert.deepEqual(end.counters.all(), { 'handshake-timeout': 1 });
  });

  it('at each step has one time for all of them together', async (t) => {
    const end = await openEnd(t, 1);
    const startedAt = performance.now();
    const socket = connectTcp(t, end);
    await once(socket, 'connect');
    // Two of three stages would have had their own time.
    await waitMs(0.6 * HANDSHAKE_TIMEOUT_MS);
    const secure = tls.connect({ socket, rejectUnauthorized: false });
    t.after(() => secure.destroy());
    secure.on('error', () => {});
    await once(secure, 'secureConnect');
    await waitMs(0.2 * HANDSHAKE_TIMEOUT_MS);
    secure.write(UPGRADE);
    await once(secure.resume(), 'close');
    const tookMs = performance.now() - startedAt;
    assert.deepEqual(end.counters.all(), { 'handshake-timeout': 1 });
    assert.ok(tookMs < 1.5 * HANDSHAKE_TIMEOUT_MS, `it took ${tookMs} ms`);
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
