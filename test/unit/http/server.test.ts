/** Status and report over HTTP: what each path answers, and where it is served. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import http, { type IncomingMessage } from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, describe, it } from 'node:test';
import { answerHttp, startHttpServer } from '#peer/http/server.ts';
import { parseAddress } from '#peer/ipam/parse.ts';
import { sampleReport } from './sample-report.ts';

const report = () => sampleReport();

function makeSocketPath(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'weft-http-'));
  t.after(() => rmSync(directory, { recursive: true }));
  return join(directory, 'http.sock');
}

async function get(socketPath: string, path: string): Promise<readonly [number, string]> {
  const request = http.get({ socketPath, path, agent: false });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return [response.statusCode ?? 0, await text(response)];
}

describe('an answer over HTTP', () => {
  it('is the status as text, under two paths', () => {
    const { status, type, body } = answerHttp('GET', '/status', report);
    assert.deepEqual([status, type], [200, 'text/plain; charset=utf-8']);
    assert.match(body, /node1/);
    assert.deepEqual(answerHttp('GET', '/', report), answerHttp('GET', '/status', report));
  });

  it('is the report as one line of JSON', () => {
    const { status, type, body } = answerHttp('GET', '/report', report);
    assert.deepEqual([status, type], [200, 'application/json']);
    assert.deepEqual(JSON.parse(body), sampleReport());
  });

  it('says whether ADDs are served, and why not', () => {
    assert.deepEqual(answerHttp('GET', '/readyz', report).status, 200);
    const { peer } = sampleReport();
    const joining = sampleReport({
      peer: { ...peer, state: 'joining' },
      problems: ['the arbiter is away'],
    });
    const { status, body } = answerHttp('GET', '/readyz', () => joining);
    assert.deepEqual([status, body], [503, 'joining\nthe arbiter is away\n']);
  });

  it('says that the process lives without asking what it knows', () => {
    const { status } = answerHttp('GET', '/healthz', () => {
      throw new Error('asked');
    });
    assert.equal(status, 200);
  });

  it('names what is served to whoever asks for anything else', () => {
    const { status, body } = answerHttp('GET', '/nothing/../x', report);
    assert.equal(status, 404);
    assert.match(body, /\/status, \/report, \/metrics, \/healthz and \/readyz/);
    for (const method of ['POST', 'PUT', 'DELETE', 'HEAD', '']) {
      assert.equal(answerHttp(method, '/report', report).status, 405);
    }
  });
});

describe('an HTTP server', () => {
  it('serves on a unix socket that only its owner may open, without the query', async (t) => {
    const socketPath = makeSocketPath(t);
    const server = await startHttpServer([{ socketPath }], report);
    t.after(() => server.close());
    assert.equal(statSync(socketPath).mode & 0o777, 0o600);
    assert.deepEqual(await get(socketPath, '/healthz?verbose=1'), [200, 'ok\n']);
    const [status, body] = await get(socketPath, '/report');
    assert.deepEqual([status, JSON.parse(body)], [200, sampleReport()]);
  });

  it('serves again where an earlier run left its socket', async (t) => {
    const socketPath = makeSocketPath(t);
    const left = net.createServer();
    left.listen(socketPath);
    await once(left, 'listening');
    t.after(() => left.close());
    const server = await startHttpServer([{ socketPath }], report);
    t.after(() => server.close());
    assert.deepEqual(await get(socketPath, '/healthz'), [200, 'ok\n']);
  });

  it('takes no file of anybody else out of its way', async (t) => {
    const socketPath = makeSocketPath(t);
    writeFileSync(socketPath, 'dear to somebody');
    await assert.rejects(startHttpServer([{ socketPath }], report), {
      name: 'ListenError',
      message: /another --http-address/,
    });
    assert.equal(readFileSync(socketPath, 'utf8'), 'dear to somebody');
  });

  it('that can not have one of its addresses has none', async (t) => {
    const socketPath = makeSocketPath(t);
    const other = net.createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    t.after(() => other.close());
    const { port } = other.address() as AddressInfo;
    const taken = { address: parseAddress('127.0.0.1'), port };
    await assert.rejects(startHttpServer([{ socketPath }, taken], report), /EADDRINUSE/);
    await assert.rejects(get(socketPath, '/healthz'), /ENOENT|ECONNREFUSED/);
  });

  it('closes with readers that are in the middle of a request', async (t) => {
    const socketPath = makeSocketPath(t);
    const server = await startHttpServer([{ socketPath }], report);
    const socket = net.connect(socketPath);
    socket.on('error', () => {});
    await once(socket, 'connect');
    socket.write('GET /report HTTP/1.1\r\n');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await server.close();
    socket.resume();
    await closed;
  });
});
