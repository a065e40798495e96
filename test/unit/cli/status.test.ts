/** `weft status`, against an HTTP server on a unix socket and against nothing. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, it } from 'node:test';
import { runStatus } from '#peer/cli/status.ts';

let directory = '';
let socket = '';
const server = createServer((request, response) => {
  response.statusCode = request.url === '/status' || request.url === '/report' ? 200 : 404;
  response.end(request.url === '/report' ? '{"version":1}' : 'all is well\n');
});

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'weft-status-'));
  socket = path.join(directory, 'http.sock');
  server.listen(socket);
  await once(server, 'listening');
});

afterEach(async () => {
  server.close();
  await rm(directory, { recursive: true });
});

async function run(...args: readonly string[]) {
  const printed = { out: '', error: '' };
  const exitCode = await runStatus(args, {
    out: (text) => (printed.out += text),
    error: (text) => (printed.error += text),
  });
  return { exitCode, ...printed };
}

it('prints the text that the peer serves', async () => {
  assert.deepEqual(await run('--http-address', socket), {
    exitCode: 0,
    out: 'all is well\n',
    error: '',
  });
});

it('prints the report with --json', async () => {
  assert.deepEqual(await run('--json', '--http-address', socket), {
    exitCode: 0,
    out: '{"version":1}\n',
    error: '',
  });
});

it('a peer that is not running gives exit code 69 and says what to do', async () => {
  const { exitCode, error } = await run('--http-address', `${socket}.missing`);
  assert.equal(exitCode, 69);
  assert.match(error, /no peer answers at .*\.missing: connect ENOENT.*Start it with "weft peer"/);
});

it('an address that is none gives exit code 69 and says what is expected', async () => {
  for (const address of ['nonsense', '127.0.0.1:99999', ':6784', '127.0.0.1']) {
    const { exitCode, error } = await run('--http-address', address);
    assert.equal(exitCode, 69, address);
    assert.match(error, /expected host:port/);
  }
});

it('an unknown option gives exit code 2 and the usage', async () => {
  const { exitCode, error } = await run('--colour');
  assert.equal(exitCode, 2);
  assert.match(error, /--colour[\s\S]*Usage: weft status/);
});

it('--help prints the usage and asks no peer', async () => {
  const { exitCode, out } = await run('--help');
  assert.equal(exitCode, 0);
  assert.match(out, /^Usage: weft status/);
});
