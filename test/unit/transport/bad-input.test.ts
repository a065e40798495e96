/**
 * Whatever a stranger or a mad member sends to the control port: it is refused for its own reason,
 * counted, let go of, and the links of others don't notice.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import { type TestContext, describe, it } from 'node:test';
import tls from 'node:tls';
import { WebSocket } from 'ws';
import { makeCertificate } from '#peer/transport/certificate.ts';
import { FRAME_BYTES_MAX, HANDSHAKE_BYTES_MAX } from '#peer/transport/limits.ts';
import { createRandom } from '#test/simulation/random.ts';
import { upgradeAnswer, upgradeRequest } from '#test/support/upgrade.ts';
import { type End, Stranger, connectMember, count, credentialsOf, urlOf } from './ends.ts';
import { assertUnharmed, openPair, openToStranger } from './victim.ts';

function randomBytes(count: number): Buffer {
  const random = createRandom(count);
  return Buffer.from(Array.from({ length: count }, () => Math.floor(random() * 256)));
}

/** Reserved bits and a reserved opcode. */
const NO_WEBSOCKET = Buffer.of(0xff, 0xff);
const ENOUGH = { timeout: 20_000 };

describe('frames out of turn', ENOUGH, () => {
  it('a proof before the hello is refused', async (t) => {
    const { pair, stranger } = await openToStranger(t);
    const [keyId, half] = [new Uint8Array(4), new Uint8Array(32)];
    const signature = new Uint8Array(64);
    stranger.send({ type: 'auth', keyId, membership: half, signature, answers: half });
    assert.equal(await stranger.refusedFor(), 'unexpected-frame');
    await stranger.gone;
    await assertUnharmed(pair, { 'unexpected-frame': 1 });
  });

  it('a frame of the mesh before the proof is refused', async (t) => {
    const { pair, stranger } = await openToStranger(t);
    stranger.send(stranger.helloOf(credentialsOf(3)));
    stranger.send({ type: 'heartbeat', setHash: 0n, wanted: true });
    assert.equal(await stranger.refusedFor(), 'unexpected-frame');
    await assertUnharmed(pair, { 'unexpected-frame': 1 });
    assert.equal(count(pair.victim, 'frame'), 0);
  });

  it('a second hello is refused, before the proof and after it', async (t) => {
    const { pair, stranger } = await openToStranger(t);
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
    const { pair, stranger } = await openToStranger(t);
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
    const { pair, stranger } = await openToStranger(t);
    assert.ok(FRAME_BYTES_MAX > 4 * HANDSHAKE_BYTES_MAX);
    stranger.socket.send(new Uint8Array(4 * HANDSHAKE_BYTES_MAX));
    await pair.victim.counted('frame-too-large');
    await stranger.gone;
    await assertUnharmed(pair, { 'frame-too-large': 1 });
  });

  it('whoever says farewell and stays is cut off', async (t) => {
    const { pair, stranger } = await openToStranger(t);
    // A farewell of its own, and nothing more: the closing frame of the other end goes unanswered.
    stranger.tls.removeAllListeners('data');
    stranger.tls.on('data', () => {});
    stranger.send({ type: 'bye', reason: 'unwanted', detail: '' });
    await stranger.gone;
    await assertUnharmed(pair, {});
  });
});

describe('what is no WebSocket, in the segment of what comes before it', ENOUGH, () => {
  it('of who dials is refused', async (t) => {
    const pair = await openPair(t);
    const { port } = pair.victim.endpoint;
    const socket = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
    socket.on('error', () => {});
    socket.write(Buffer.concat([upgradeRequest(), NO_WEBSOCKET]));
    await pair.victim.counted('malformed-frame');
    await once(socket.resume(), 'close');
    await assertUnharmed(pair, { 'malformed-frame': 1 });
  });

  for (const [how, end] of [
    ['and stays', 'write'],
    ['and goes', 'end'],
  ] as const)
    it(`of who answers ${how} is refused, and the dial has failed`, async (t) => {
      const pair = await openPair(t);
      const port = await serveTls(t, (socket, request) => {
        socket[end](Buffer.concat([upgradeAnswer(request), NO_WEBSOCKET]));
      });
      pair.victim.transport.dial({ ...pair.victim.endpoint, port });
      await pair.victim.event('dial-failed');
      await assertUnharmed(pair, { 'malformed-frame': 1 });
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

/** Serves TLS to whoever dials, and hands over the first that each says. Resolves to the port. */
async function serveTls(
  t: TestContext,
  onRequest: (socket: tls.TLSSocket, request: string) => void,
): Promise<number> {
  const server = tls.createServer({ ...makeCertificate(), minVersion: 'TLSv1.3' }, (socket) => {
    socket.on('error', () => {});
    socket.once('data', (request: Buffer) => onRequest(socket, request.toString()));
  });
  t.after(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

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
