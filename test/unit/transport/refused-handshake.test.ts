/**
 * Each kind of attacker over real TLS: refused for its own reason, counted, let go of, and told to
 * who dialled; the links of others don't notice.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import https from 'node:https';
import type net from 'node:net';
import { type TestContext, describe, it } from 'node:test';
import type tls from 'node:tls';
import { WebSocket, WebSocketServer } from 'ws';
import { makeCertificate } from '#peer/transport/certificate.ts';
import { PLAIN_KEYS, parseClusterKeys } from '#peer/transport/cluster-keys.ts';
import { type Credentials, makeHello } from '#peer/transport/handshake.ts';
import { encodeFrame } from '#peer/wire/frame-codec.ts';
import { testIdentity } from '#test/support/records.ts';
import {
  ANOTHER_CLUSTER,
  type End,
  NEW_KEY,
  Stranger,
  count,
  credentialsOf,
  openEnd,
  urlOf,
} from './ends.ts';
import { assertUnharmed, openPair, openToStranger } from './victim.ts';

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
      const { pair, stranger } = await openToStranger(t);
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
      const { pair, stranger } = await openToStranger(t);
      stranger.send({ ...stranger.helloOf(credentialsOf(3)), ...protocol });
      assert.equal(await stranger.refusedFor(), 'protocol-version');
      await stranger.gone;
      await assertUnharmed(pair, { 'protocol-version': 1 });
    });
  }

  it("with the public key of another peer's identity", async (t) => {
    const { pair, stranger } = await openToStranger(t);
    const key = testIdentity(2).publicKey;
    void stranger.handshake(credentialsOf(3), { ...stranger.helloOf(credentialsOf(3)), key });
    assert.equal(await stranger.refusedFor(), 'bad-identity-proof');
    await assertUnharmed(pair, { 'bad-identity-proof': 1 });
  });

  it('with bytes that are no public key', async (t) => {
    const { pair, stranger } = await openToStranger(t);
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
