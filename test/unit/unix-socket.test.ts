/** A server on a unix socket goes on, whatever befalls one connection. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { listenForRoot } from '#peer/unix-socket.ts';

it('an accept that fails ends neither the server nor the process', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'weft-socket-'));
  const server = createServer((socket) => socket.end());
  t.after(() => rmSync(directory, { recursive: true }));
  t.after(() => server.close());
  const path = join(directory, 'some.sock');
  await listenForRoot(server, { path });
  // As Node tells of it: there is no way to have the kernel refuse that one call.
  server.emit('error', new Error('accept ENOMEM'));
  const socket = connect(path);
  await once(socket.resume(), 'close');
  assert.equal(server.listening, true);
});
