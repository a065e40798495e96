/** The socket: who may come, and what a launcher that goes mad costs. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { it } from 'node:test';
import { FrameReader } from '../../../peer/cni/frame-reader.ts';
import { encodeFrame, FrameType, PROTOCOL_VERSION } from '../../../peer/cni/hands-protocol.ts';
import { CONNECTIONS_MAX, startCniServer } from '../../../peer/cni/server.ts';
import { CniErrorCode } from '../../../plugin/cni-error.ts';
import { HandsGone } from '../../../plugin/hands.ts';
import type { HandleInvocation } from '../../../plugin/plugin.ts';
import { MemoryContext } from '../../support/plugin-context.ts';
import { helloPayload } from '../../support/plugin-hello.ts';
import { createScratchDirectory } from '../../support/plugin-launcher.ts';

const echo: HandleInvocation = ({ environment, config }) =>
  Promise.resolve({ exitCode: 7, stdout: `${environment.get('CNI_COMMAND')} ${config}` });

const HELLO = encodeFrame(FrameType.hello, [
  helloPayload({ environment: { CNI_COMMAND: 'ADD' }, config: '{}' }),
]);

async function serve(handle: HandleInvocation, more: { silenceMs?: number } = {}) {
  const scratch = createScratchDirectory();
  const { log } = new MemoryContext({ addressesOf: () => [] });
  const socketPath = join(scratch.path, 'private', 'cni.sock');
  const server = await startCniServer({ socketPath, handle, log, ...more });
  return {
    socketPath,
    log,
    connect: async (): Promise<Socket> => {
      const socket = connect(socketPath);
      await once(socket, 'connect');
      return socket;
    },
    [Symbol.asyncDispose]: async () => {
      await server.close();
      scratch[Symbol.dispose]();
    },
  };
}

/** All that the server sends until it closes. A reset is an end like any other. */
async function readAll(socket: Socket): Promise<Buffer> {
  return buffer(socket).catch(() => Buffer.alloc(0));
}

async function readAnswer(socket: Socket): Promise<string> {
  const [frame] = new FrameReader().push(await readAll(socket));
  assert.equal(frame?.type, FrameType.answer);
  return Buffer.from(frame.payload.subarray(1)).toString();
}

it('a launcher gets the answer to what it handed over, and the connection ends', async () => {
  await using server = await serve(echo);
  const socket = await server.connect();
  socket.write(HELLO);
  assert.equal(await readAnswer(socket), 'ADD {}');
});

it('only root can reach the socket', async () => {
  await using server = await serve(echo);
  assert.equal(statSync(server.socketPath).mode & 0o777, 0o600);
  assert.equal(statSync(join(server.socketPath, '..')).mode & 0o777, 0o700);
});

it('a stale socket is replaced, a live one and a file of another kind are not', async () => {
  using scratch = createScratchDirectory();
  const { log } = new MemoryContext({ addressesOf: () => [] });
  const socketPath = join(scratch.path, 'cni.sock');
  const start = () => startCniServer({ socketPath, handle: echo, log });

  writeFileSync(socketPath, 'precious');
  await assert.rejects(start(), /no socket: move it away/);
  const live = createServer().listen(`${socketPath}.live`);
  await once(live, 'listening');
  const taken = { socketPath: `${socketPath}.live`, handle: echo, log };
  await assert.rejects(startCniServer(taken), /is a peer running already/);
  live.close();

  const stale = join(scratch.path, 'stale.sock');
  // A process that is killed leaves its socket behind.
  const script = `require('net').createServer().listen('${stale}',()=>process.kill(process.pid,9))`;
  assert.throws(() => execFileSync(process.execPath, ['-e', script], { stdio: 'ignore' }));
  assert.ok(existsSync(stale));
  await (await startCniServer({ socketPath: stale, handle: echo, log })).close();
});

it('a launcher that sends nonsense loses its own connection and no other', async () => {
  await using server = await serve(echo);
  const nonsense = [
    Buffer.from('GET / HTTP/1.1\r\n\r\n'),
    Buffer.alloc(64, 0xff),
    encodeFrame(FrameType.netlinkReply, [Buffer.alloc(8)]),
    encodeFrame(FrameType.hello, [Buffer.alloc(3)]),
  ];
  for (const bytes of nonsense) {
    const socket = await server.connect();
    socket.write(bytes);
    assert.equal((await readAll(socket)).length, 0);
  }
  const socket = await server.connect();
  socket.write(HELLO);
  assert.equal(await readAnswer(socket), 'ADD {}');
});

it('a launcher of another version is told so as a runtime reads it, whatever its HELLO holds', async () => {
  await using server = await serve(() => Promise.reject(new Error('must not be called')));
  const version = PROTOCOL_VERSION + 1;
  const unknown = Buffer.concat([Buffer.from([0, 0, 0, version]), Buffer.from('?')]);
  for (const payload of [helloPayload({ version }), unknown, unknown.subarray(0, 4)]) {
    const socket = await server.connect();
    const hello = encodeFrame(FrameType.hello, [payload]);
    // What comes behind it is not looked at.
    socket.write(Buffer.concat([hello, hello, encodeFrame(99, [Buffer.alloc(8)])]));
    const [frame, ...more] = new FrameReader().push(await readAll(socket));
    assert.equal(more.length, 0);
    assert.equal(frame?.type, FrameType.answer);
    assert.equal(frame.payload[0], 1);
    const document: unknown = JSON.parse(Buffer.from(frame.payload.subarray(1)).toString());
    assert.deepEqual(document, {
      cniVersion: '1.0.0',
      code: CniErrorCode.foreignLauncher,
      msg:
        `the launcher on this host speaks protocol ${version}, the peer ${PROTOCOL_VERSION}: ` +
        'reinstall the launcher that came with this peer',
      details: '',
    });
  }
});

it('a launcher that leaves while something is asked of it ends that with HandsGone', async () => {
  const failed = Promise.withResolvers<unknown>();
  await using server = await serve(async ({ hands }) => {
    await hands.exchange('host', [new Uint8Array(16)]).catch(failed.resolve);
    return { exitCode: 0, stdout: '' };
  });
  const socket = await server.connect();
  socket.write(HELLO);
  await once(socket, 'data');
  socket.destroy();
  assert.ok((await failed.promise) instanceof HandsGone);
});

it('a reply that nobody asked for ends the connection', async () => {
  const gate = Promise.withResolvers<void>();
  await using server = await serve(async () => {
    await gate.promise;
    return { exitCode: 0, stdout: 'too late' };
  });
  const socket = await server.connect();
  socket.write(Buffer.concat([HELLO, encodeFrame(FrameType.netlinkReply, [Buffer.alloc(4)])]));
  assert.equal((await readAll(socket)).length, 0);
  gate.resolve();
});

it('a launcher that says nothing, or falls silent, is let go', async () => {
  const failed = Promise.withResolvers<unknown>();
  const ask: HandleInvocation = async ({ hands }) => {
    await hands.exchange('host', [new Uint8Array(16)]).catch(failed.resolve);
    return { exitCode: 0, stdout: '' };
  };
  await using server = await serve(ask, { silenceMs: 20 });
  assert.equal((await readAll(await server.connect())).length, 0);
  const socket = await server.connect();
  socket.write(HELLO);
  await readAll(socket);
  assert.match(String(await failed.promise), /fell silent/);
});

it('of too many launchers at once the last is refused, and the others are served', async () => {
  await using server = await serve(echo);
  const sockets: Socket[] = [];
  while (sockets.length < CONNECTIONS_MAX) sockets.push(await server.connect());
  assert.equal((await readAll(await server.connect())).length, 0);
  for (const socket of sockets) socket.write(HELLO);
  for (const answer of await Promise.all(sockets.map(readAnswer))) assert.equal(answer, 'ADD {}');
});
