/**
 * Whatever a stranger or a mad member sends to the control port: it is refused for its own reason,
 * counted, let go of, and the links of others don't notice.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { type TestContext, describe, it } from 'node:test';
import tls from 'node:tls';
import { WebSocket, WebSocketServer } from 'ws';
import { makeCertificate } from '#peer/transport/certificate.ts';
import { PLAIN_KEYS, parseClusterKeys } from '#peer/transport/cluster-keys.ts';
import { type Credentials, makeHello } from '#peer/transport/handshake.ts';
import { FRAME_BYTES_MAX, HANDSHAKE_BYTES_MAX } from '#peer/transport/limits.ts';
import { encodeFrame } from '#peer/wire/frame-codec.ts';
import { testIdentity } from '#test/support/records.ts';
import { createRandom } from '#test/simulation/random.ts';
import {
  ANOTHER_CLUSTER,
  type End,
  NEW_KEY,
  Stranger,
  connectMember,
  count,
  credentialsOf,
  link,
  openEnd,
  urlOf,
} from './ends.ts';

const ANSWERS = { onQuestion: async () => ({ error: '', arbiter: new Uint8Array() }) };

/** Who is attacked, and one that it has a link with all the time. */
async function openPair(t: TestContext): Promise<{ victim: End; friend: End }> {
  const [victim, friend] = [await openEnd(t, 1), await openEnd(t, 2, ANSWERS)];
  await link(victim, friend);
  return { victim, friend };
}

/** The link of the two is the same as ever, the victim has no other, and it counted just this. */
async function assertUnharmed(
  { victim, friend }: { victim: End; friend: End },
  counts: Readonly<Record<string, number>>,
): Promise<void> {
  const question = { type: 'space', family: 4, wantLog2: 8, minLog2: 4 } as const;
  await victim.transport.ask({ peer: friend.id, endpoint: friend.endpoint }, question);
  assert.equal(count(friend, 'link-up'), 1);
  assert.equal(count(victim, 'link-up') - count(victim, 'link-down'), 1);
  assert.deepEqual(victim.counters.all(), counts);
}

function randomBytes(count: number): Buffer {
  const random = createRandom(count);
  return Buffer.from(Array.from({ length: count }, () => Math.floor(random() * 256)));
}

const ENOUGH = { timeout: 20_000 };

describe('a handshake is refused', ENOUGH, () => {
  const keys = parseClusterKeys(NEW_KEY, 'the test');
  const withKeyNamed = (credentials: Credentials): Credentials => {
    const [{ id }] = credentials.keys;
    return { ...credentials, keys: [{ id, secret: keys[0].secret }] };
  };
  const cases: readonly [string, string, Credentials][] = [
    ['with another cluster key', 'unknown-cluster-key', credentialsOf(3, { keys })],
    ['with a key that it only names', 'bad-membership-proof', withKeyNamed(credentialsOf(3))],
    ['of another cluster', 'another-cluster', credentialsOf(3, { cluster: ANOTHER_CLUSTER })],
    [
      'with another configuration',
      'another-configuration',
      credentialsOf(3, { configDigest: new Uint8Array(16).fill(1) }),
    ],
  ];
  for (const [what, reason, credentials] of cases) {
    it(`${what}: ${reason}`, async (t) => {
      const pair = await openPair(t);
      const stranger = await Stranger.connect(t, pair.victim);
      void stranger.handshake(credentials);
      assert.equal(await stranger.refusedFor(), reason);
      await stranger.gone;
      await assertUnharmed(pair, { [reason]: 1 });
    });
  }

  for (const [what, protocol] of [
    ['an older', { protocolMin: 0, protocolMax: 0 }],
    ['a later', { protocolMin: 2, protocolMax: 7 }],
  ] as const) {
    it(`that speaks only ${what} version of the protocol`, async (t) => {
      const pair = await openPair(t);
      const stranger = await Stranger.connect(t, pair.victim);
      stranger.send({ ...stranger.helloOf(credentialsOf(3)), ...protocol });
      assert.equal(await stranger.refusedFor(), 'protocol-version');
      await stranger.gone;
      await assertUnharmed(pair, { 'protocol-version': 1 });
    });
  }

  it("with the public key of another peer's identity", async (t) => {
    const pair = await openPair(t);
    const stranger = await Stranger.connect(t, pair.victim);
    const key = testIdentity(2).publicKey;
    void stranger.handshake(credentialsOf(3), { ...stranger.helloOf(credentialsOf(3)), key });
    assert.equal(await stranger.refusedFor(), 'bad-identity-proof');
    await assertUnharmed(pair, { 'bad-identity-proof': 1 });
  });

  it('with bytes that are no public key', async (t) => {
    const pair = await openPair(t);
    const stranger = await Stranger.connect(t, pair.victim);
    const key = new Uint8Array(32).fill(0xff);
    void stranger.handshake(credentialsOf(3), { ...stranger.helloOf(credentialsOf(3)), key });
    assert.equal(await stranger.refusedFor(), 'bad-identity-proof');
    await assertUnharmed(pair, { 'bad-identity-proof': 1 });
  });

  it('that repeats the hello of an earlier one', async (t) => {
    const pair = await openPair(t);
    const recorded = await recordMember(t, pair);
    const stranger = await Stranger.connect(t, pair.victim);
    stranger.socket.send(recorded.hello);
    assert.equal(await stranger.refusedFor(), 'replayed-hello');
    await assertUnharmed(pair, { 'replayed-hello': 1 });
  });

  it('that repeats the proof of an earlier one, by a member', async (t) => {
    const pair = await openPair(t);
    const recorded = await recordMember(t, pair);
    const stranger = await Stranger.connect(t, pair.victim);
    stranger.send(stranger.helloOf(credentialsOf(3)));
    await stranger.message(1);
    stranger.socket.send(recorded.auth);
    assert.equal(await stranger.refusedFor(), 'replayed-proof');
    await assertUnharmed(pair, { 'replayed-proof': 1 });
  });

  it('that sends our own hello back', async (t) => {
    const dialler = await openEnd(t, 3);
    const mirror = await openServer(t, (near) => near.on('message', (data) => near.send(data)));
    dialler.transport.dial({ ...dialler.endpoint, port: mirror });
    await dialler.event('dial-failed');
    assert.deepEqual(dialler.counters.all(), { 'reflected-hello': 1 });
  });

  it('through somebody in the middle who ends TLS on both sides, and who dialled is told', async (t) => {
    const pair = await openPair(t);
    const middle = await openMiddle(t, pair.victim);
    const dialler = await openEnd(t, 3);
    dialler.transport.dial(middle);
    await dialler.event('dial-failed');
    await assertUnharmed(pair, { 'another-channel': 1 });
    assert.match(dialler.transport.problems().join(), /refuses us: another-channel \(.*middle/);
    assert.equal(count(dialler, 'link-up'), 0);
  });

  for (const [what, reason, change] of [
    ['has another key', 'unknown-cluster-key', { keys }],
    ['has no key', 'plain-mode', { keys: PLAIN_KEYS }],
    ['is of another cluster', 'another-cluster', { cluster: ANOTHER_CLUSTER }],
    ['has another universe', 'another-configuration', { configDigest: new Uint8Array(16).fill(1) }],
  ] as const) {
    it(`by who ${what}, and who dialled is told: ${reason}`, async (t) => {
      const dialler = await openEnd(t, 3);
      const other = await openEnd(t, 4, { credentials: change });
      dialler.transport.dial(other.endpoint);
      await dialler.event('dial-failed');
      assert.deepEqual(other.counters.all(), { [reason]: 1 });
      assert.deepEqual(dialler.counters.all(), { 'turned-away': 1 });
      assert.match(dialler.transport.problems().join(), new RegExp(`refuses us: ${reason} `));
      other.transport.dial(dialler.endpoint);
      await dialler.counted(reason);
      assert.deepEqual([count(dialler, 'link-up'), count(other, 'link-up')], [0, 0]);
    });
  }

  it('by the one who dials, too: who answers without the key is no peer', async (t) => {
    const dialler = await openEnd(t, 3);
    const impostor = await openServer(t, (near, exporter) =>
      near.once('message', () => {
        const hello = makeHello(credentialsOf(4, { keys }), { exporter, role: 'responder' });
        near.send(encodeFrame(hello));
      }),
    );
    dialler.transport.dial({ ...dialler.endpoint, port: impostor });
    await dialler.event('dial-failed');
    assert.deepEqual(dialler.counters.all(), { 'unknown-cluster-key': 1 });
    assert.equal(count(dialler, 'link-up'), 0);
  });
});

describe('frames out of turn', ENOUGH, () => {
  it('a proof before the hello is refused', async (t) => {
    const pair = await openPair(t);
    const stranger = await Stranger.connect(t, pair.victim);
    const [keyId, half] = [new Uint8Array(4), new Uint8Array(32)];
    const signature = new Uint8Array(64);
    stranger.send({ type: 'auth', keyId, membership: half, signature, answers: half });
    assert.equal(await stranger.refusedFor(), 'unexpected-frame');
    await stranger.gone;
    await assertUnharmed(pair, { 'unexpected-frame': 1 });
  });

  it('a frame of the mesh before the proof is refused', async (t) => {
    const pair = await openPair(t);
    const stranger = await Stranger.connect(t, pair.victim);
    stranger.send(stranger.helloOf(credentialsOf(3)));
    stranger.send({ type: 'heartbeat', setHash: 0n, wanted: true });
    assert.equal(await stranger.refusedFor(), 'unexpected-frame');
    await assertUnharmed(pair, { 'unexpected-frame': 1 });
    assert.equal(count(pair.victim, 'frame'), 0);
  });

  it('a second hello is refused, before the proof and after it', async (t) => {
    const pair = await openPair(t);
    const stranger = await Stranger.connect(t, pair.victim);
    stranger.send(stranger.helloOf(credentialsOf(3)));
    stranger.send(stranger.helloOf(credentialsOf(3)));
    assert.equal(await stranger.refusedFor(), 'unexpected-frame');
    const member = await connectMember(t, pair.victim, 3);
    member.send(member.helloOf(credentialsOf(3)));
    assert.equal(await member.refusedFor(), 'unexpected-frame');
    await member.gone;
    await assertUnharmed(pair, { 'unexpected-frame': 2 });
  });

  it('an answer to no question is dropped', async (t) => {
    const pair = await openPair(t);
    const member = await connectMember(t, pair.victim, 3);
    member.send({ type: 'reply', id: 1, error: '', arbiter: new Uint8Array() });
    member.send({ type: 'heartbeat', setHash: 0n, wanted: true });
    await pair.victim.event('frame');
    assert.deepEqual(pair.victim.counters.all(), {});
  });

  it('silence is refused in the end', async (t) => {
    const pair = await openPair(t);
    const stranger = await Stranger.connect(t, pair.victim);
    assert.equal(await stranger.refusedFor(), 'handshake-timeout');
    await stranger.gone;
    await assertUnharmed(pair, { 'handshake-timeout': 1 });
  });
});

describe('what is no frame', ENOUGH, () => {
  for (const [when, connect] of [
    ['before the proof', (t: TestContext, end: End) => Stranger.connect(t, end)],
    ['from a member', (t: TestContext, end: End) => connectMember(t, end, 3)],
  ] as const) {
    it(`random bytes ${when} are refused`, async (t) => {
      const pair = await openPair(t);
      const stranger = await connect(t, pair.victim);
      stranger.socket.send(randomBytes(1_000));
      assert.equal(await stranger.refusedFor(), 'malformed-frame');
      await stranger.gone;
      await assertUnharmed(pair, { 'malformed-frame': 1 });
    });

    it(`text ${when} is refused`, async (t) => {
      const pair = await openPair(t);
      const stranger = await connect(t, pair.victim);
      stranger.socket.send('hello');
      assert.equal(await stranger.refusedFor(), 'malformed-frame');
      await stranger.gone;
      await assertUnharmed(pair, { 'malformed-frame': 1 });
    });

    it(`bytes ${when} that are no WebSocket are refused`, async (t) => {
      const pair = await openPair(t);
      const stranger = await connect(t, pair.victim);
      stranger.tls.write(Buffer.alloc(1_000, 0xff));
      await pair.victim.counted('malformed-frame');
      await stranger.gone;
      await assertUnharmed(pair, { 'malformed-frame': 1 });
    });

    it(`100 MB ${when} are refused and not gathered`, async (t) => {
      const pair = await openPair(t);
      const stranger = await connect(t, pair.victim);
      const most = await pour(stranger, 100 * 1024 * 1024);
      await pair.victim.counted('frame-too-large');
      await stranger.gone;
      assert.ok(most < 40 * 1024 * 1024, `memory grew by ${most} bytes`);
      await assertUnharmed(pair, { 'frame-too-large': 1 });
    });
  }

  it('a frame that only a member may send is too large before the proof', async (t) => {
    const pair = await openPair(t);
    const stranger = await Stranger.connect(t, pair.victim);
    assert.ok(FRAME_BYTES_MAX > 4 * HANDSHAKE_BYTES_MAX);
    stranger.socket.send(new Uint8Array(4 * HANDSHAKE_BYTES_MAX));
    await pair.victim.counted('frame-too-large');
    await stranger.gone;
    await assertUnharmed(pair, { 'frame-too-large': 1 });
  });

  it('whoever says farewell and stays is cut off', async (t) => {
    const pair = await openPair(t);
    const stranger = await Stranger.connect(t, pair.victim);
    // A farewell of its own, and nothing more: the closing frame of the other end goes unanswered.
    stranger.tls.removeAllListeners('data');
    stranger.tls.on('data', () => {});
    stranger.send({ type: 'bye', reason: 'unwanted', detail: '' });
    await stranger.gone;
    await assertUnharmed(pair, {});
  });
});

describe('what is no link', ENOUGH, () => {
  it('random bytes in place of TLS are dropped', async (t) => {
    const pair = await openPair(t);
    const socket = net.connect(pair.victim.endpoint.port, '127.0.0.1');
    t.after(() => socket.destroy());
    socket.on('error', () => {});
    socket.write(randomBytes(1_000));
    await once(socket, 'close');
    await assertUnharmed(pair, { 'not-tls': 1 });
  });

  it('HTTP is told what this port is for', async (t) => {
    const pair = await openPair(t);
    const url = urlOf(pair.victim).replace('wss:', 'https:');
    const request = https.get(url, { rejectUnauthorized: false, agent: false });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    assert.equal(response.statusCode, 426);
    response.resume();
    await once(request, 'close');
    await assertUnharmed(pair, { 'not-a-link': 1 });
  });

  it('a WebSocket to another path is refused', async (t) => {
    const pair = await openPair(t);
    const url = urlOf(pair.victim).replace('/v1/', '/v0/');
    const socket = new WebSocket(url, { rejectUnauthorized: false });
    const [error] = (await once(socket, 'error')) as [Error];
    assert.match(error.message, /400/);
    await assertUnharmed(pair, {});
  });

  it('older TLS is refused', async (t) => {
    const pair = await openPair(t);
    const socket = tls.connect({
      port: pair.victim.endpoint.port,
      host: '127.0.0.1',
      rejectUnauthorized: false,
      maxVersion: 'TLSv1.2',
    });
    t.after(() => socket.destroy());
    const [error] = (await once(socket, 'error')) as [Error];
    assert.match(error.message, /protocol version/);
    await assertUnharmed(pair, { 'not-tls': 1 });
  });
});

/** Sends one WebSocket message of so many bytes until it is cut off; how far memory grew at most. */
async function pour({ tls, gone }: Stranger, bytes: number): Promise<number> {
  const before = process.memoryUsage().rss;
  let most = 0;
  const header = Buffer.alloc(14);
  header.writeUInt8(0x82, 0);
  header.writeUInt8(0x80 | 127, 1);
  header.writeBigUInt64BE(BigInt(bytes), 2);
  const part = Buffer.alloc(64 * 1024);
  tls.write(header);
  for (let sent = 0; sent < bytes && tls.writable; sent += part.length) {
    const hasRoom = tls.write(part);
    if (!hasRoom) await Promise.race([new Promise((go) => tls.once('drain', go)), gone]);
    most = Math.max(most, process.memoryUsage().rss - before);
  }
  return most;
}

/** What a member says in its handshake with the victim; its link is gone. */
async function recordMember(
  t: TestContext,
  { victim }: { readonly victim: End },
): Promise<{ hello: Uint8Array; auth: Uint8Array }> {
  const member = await Stranger.connect(t, victim);
  const recorded = await member.handshake(credentialsOf(3));
  await member.message(2);
  member.tls.destroy();
  await victim.event('link-down');
  return recorded;
}

/** A server of WebSockets over TLS that does as it likes; resolves to its port. */
async function openServer(
  t: TestContext,
  serve: (near: WebSocket, exporter: Uint8Array) => void,
): Promise<number> {
  const server = https.createServer(makeCertificate());
  const sockets = new WebSocketServer({ server });
  t.after(() => server.close());
  sockets.on('connection', (near, request) => {
    near.on('error', () => {});
    const socket = request.socket as tls.TLSSocket;
    serve(near, socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as net.AddressInfo).port;
}

/** Ends TLS towards who dials it, dials the other one, and forwards every message. */
async function openMiddle(t: TestContext, to: End): Promise<End['endpoint']> {
  const port = await openServer(t, (near) => {
    const far = new WebSocket(urlOf(to), { rejectUnauthorized: false });
    const opened = once(far, 'open');
    near.on('message', (data) => void opened.then(() => far.send(data)));
    far.on('message', (data) => near.send(data));
    far.on('close', () => near.close());
    near.on('close', () => far.close());
    far.on('error', () => {});
  });
  return { ...to.endpoint, port };
}
