/** The API client against a real TLS server: what it sends, and what it makes of all that can go wrong. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type ApiError, openInClusterClient } from '#peer/kubernetes/api-client.ts';
import { makeCertificate } from '#peer/transport/certificate.ts';
import { answerJson, startFakeApiServer, statusOf } from './fake-api-server.ts';

const NODE = { method: 'GET', path: '/api/v1/nodes/a' } as const;

/** What the error is, as facts: a missing one is undefined. */
async function failureOf(answer: Promise<unknown>): Promise<ApiError> {
  const error = await answer.then(
    () => assert.fail('it was answered'),
    (error: ApiError) => error,
  );
  assert.equal(error.name, 'ApiError');
  return error;
}

test('a request carries token, query and body, and its answer is decoded', async () => {
  await using server = await startFakeApiServer((heard, response) =>
    answerJson(response, 201, { sent: JSON.parse(heard.body) }),
  );
  const client = server.open();
  assert.equal(client.namespace, 'weft');
  const answer = await client.request({
    method: 'PATCH',
    path: '/apis/x',
    query: { limit: '1', continue: 'a b&c' },
    body: { holder: 'é' },
  });
  client.close();
  assert.deepEqual(answer, { sent: { holder: 'é' } });
  const [heard] = server.heard;
  assert.equal(heard?.url, '/apis/x?limit=1&continue=a+b%26c');
  assert.equal(heard.headers['authorization'], 'Bearer first');
  assert.equal(heard.headers['content-type'], 'application/merge-patch+json');
});

test('one connection serves many requests', async () => {
  await using server = await startFakeApiServer((_, response) => answerJson(response, 200, {}));
  const client = server.open();
  for (let i = 0; i < 5; i++) await client.request(NODE);
  client.close();
  assert.deepEqual(
    server.heard.map(({ connection }) => connection),
    [0, 0, 0, 0, 0],
  );
});

test('an IPv6 host is asked, bracketed or not', async () => {
  await using server = await startFakeApiServer(
    (_, response) => answerJson(response, 200, {}),
    '::1',
  );
  const client = server.open();
  await client.request(NODE);
  client.close();
  assert.match(server.heard[0]?.headers.host ?? '', /^\[::1\]:\d+$/);
  await server.stop();
  const { message } = await failureOf(server.open().request(NODE));
  assert.match(message, /no answer from the API server at \[::1\]:\d+: connect ECONNREFUSED/);
});

test('an answer that goes over to another protocol is none, whatever comes with it', async () => {
  const head =
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n';
  await using server = await startFakeApiServer((_, response) => {
    response.socket?.end(`${head}noise`);
  });
  const client = server.open();
  const { message } = await failureOf(client.request(NODE));
  client.close();
  assert.match(message, /it went over to another protocol/);
});

test('a token that was replaced is used at once', async () => {
  await using server = await startFakeApiServer((_, response) => answerJson(response, 200, {}));
  const client = server.open();
  await client.request(NODE);
  server.writeAccount({ token: 'second' });
  await client.request(NODE);
  client.close();
  assert.deepEqual(
    server.heard.map(({ headers }) => headers['authorization']),
    ['Bearer first', 'Bearer second'],
  );
});

test('a 401 is asked again with a token that came meanwhile, and else is an error at once', async () => {
  await using server = await startFakeApiServer((heard, response) => {
    if (heard.headers['authorization'] === 'Bearer second') return answerJson(response, 200, {});
    if (server.heard.length === 1) server.writeAccount({ token: 'second' });
    return answerJson(response, 401, statusOf('Unauthorized', 'Unauthorized'));
  });
  const client = server.open();
  assert.deepEqual(await client.request(NODE), {});
  assert.equal(server.heard.length, 2);
  server.writeAccount({ token: 'third' });
  const error = await failureOf(client.request(NODE));
  client.close();
  assert.equal(error.status, 401);
  assert.equal(server.heard.length, 3);
});

test('a Status says why: the error has its reason, and the message all of it', async () => {
  await using server = await startFakeApiServer((_, response) =>
    answerJson(response, 403, statusOf('Forbidden', 'nodes "a" is forbidden: cannot get')),
  );
  const client = server.open();
  const { status, reason, retryAfterMs, message } = await failureOf(client.request(NODE));
  client.close();
  assert.deepEqual([status, reason, retryAfterMs], [403, 'Forbidden', undefined]);
  assert.equal(message, 'GET /api/v1/nodes/a: 403 Forbidden: nodes "a" is forbidden: cannot get');
});

test('Retry-After is told in milliseconds, within a bound; what is no number of seconds is not', async () => {
  const cases = [
    ['3', 3_000],
    ['999999', 60_000],
    ['soon', undefined],
    ['-1', undefined],
  ] as const;
  for (const [header, expected] of cases) {
    await using server = await startFakeApiServer((_, response) => {
      response.setHeader('retry-after', header);
      answerJson(response, 429, statusOf('TooManyRequests', 'later'));
    });
    const client = server.open();
    const { status, retryAfterMs } = await failureOf(client.request(NODE));
    client.close();
    assert.deepEqual([status, retryAfterMs], [429, expected]);
  }
});

test("a proxy's page is an error with its first words, whatever its status", async () => {
  const page = `<html>\n<b>Bad gateway</b>${' x'.repeat(1_000)}</html>`;
  for (const [status, reason] of [
    [200, 'UnreadableAnswer'],
    [502, 'Bad Gateway'],
  ] as const) {
    await using server = await startFakeApiServer((_, response) =>
      response.writeHead(status, { 'content-type': 'text/html' }).end(page),
    );
    const client = server.open();
    const error = await failureOf(client.request(NODE));
    client.close();
    assert.deepEqual([error.status, error.reason], [status, reason]);
    assert.match(error.message, /^GET \/api\/v1\/nodes\/a: .*<html> <b>Bad gateway<\/b> x/);
    assert.ok(error.message.length < 400);
  }
});

test('JSON that is no Status, an empty answer and one cut short are errors too', async () => {
  await using server = await startFakeApiServer(({ url }, response) => {
    if (url === '/other') return answerJson(response, 500, ['x']);
    if (url === '/empty') return response.writeHead(200).end();
    response.writeHead(200, { 'content-length': 100 }).write('{"a":');
    return setImmediate(() => response.destroy());
  });
  const client = server.open();
  const other = await failureOf(client.request({ method: 'GET', path: '/other' }));
  assert.match(other.message, /500 Internal Server Error: \["x"\]/);
  const empty = await failureOf(client.request({ method: 'GET', path: '/empty' }));
  assert.match(empty.message, /no JSON .*an empty answer/);
  const short = await failureOf(client.request({ method: 'GET', path: '/short' }));
  client.close();
  assert.deepEqual([short.status, short.reason], [undefined, 'NoAnswer']);
});

test('an answer that is too long is not read to its end', async () => {
  await using server = await startFakeApiServer((_, response) => {
    const more = () => {
      if (!response.destroyed) response.write('x'.repeat(1_000), () => setImmediate(more));
    };
    more();
  });
  const client = server.open({ answerBytesMax: 10_000 });
  const { reason, message } = await failureOf(client.request(NODE));
  client.close();
  assert.equal(reason, 'UnreadableAnswer');
  assert.match(message, /longer than 10000 bytes/);
});

test('a server that says nothing, or stops in the middle, is given up after the deadline', async () => {
  await using server = await startFakeApiServer(({ url }, response) => {
    if (url === '/half') response.writeHead(200).write('{');
  });
  const client = server.open({ timeoutMs: 50 });
  for (const path of ['/nothing', '/half']) {
    const error = await failureOf(client.request({ method: 'GET', path }));
    assert.deepEqual([error.status, error.reason], [undefined, 'NoAnswer']);
    assert.match(error.message, /no answer within 50 ms/);
  }
  client.close();
});

test('a server that nobody believes is told nothing: neither token nor request', async () => {
  await using server = await startFakeApiServer((_, response) => answerJson(response, 200, {}));
  server.writeAccount({ 'ca.crt': makeCertificate().cert });
  const client = server.open();
  const { status, reason, message } = await failureOf(client.request(NODE));
  client.close();
  assert.deepEqual([status, reason], [undefined, 'NoAnswer']);
  assert.match(message, /self-signed certificate/);
  assert.equal(server.heard.length, 0);
});

test('a server that was gone and is back is asked over a new connection', async () => {
  await using server = await startFakeApiServer((_, response) => answerJson(response, 200, {}));
  const client = server.open();
  await client.request(NODE);
  await server.stop();
  const { reason, message } = await failureOf(client.request(NODE));
  assert.equal(reason, 'NoAnswer');
  assert.match(message, /GET \/api\/v1\/nodes\/a: no answer from the API server at 127\.0\.0\.1:/);
  await server.listen();
  assert.deepEqual(await client.request(NODE), {});
  client.close();
});

test('a question that met a connection closed meanwhile is asked again, a change is not', async () => {
  const answered = new Set<number>();
  await using server = await startFakeApiServer(({ connection }, response) => {
    if (answered.has(connection)) return void response.destroy();
    answered.add(connection);
    answerJson(response, 200, { connection });
  });
  const client = server.open();
  assert.deepEqual(await client.request(NODE), { connection: 0 });
  assert.deepEqual(await client.request(NODE), { connection: 1 });
  const change = { method: 'PATCH', path: '/c', body: {} } as const;
  assert.equal((await failureOf(client.request(change))).reason, 'NoAnswer');
  assert.equal(server.heard.filter(({ method }) => method === 'PATCH').length, 1);
  client.close();
});

test('who stops a request gets its own reason; who closes the client ends all of them', async () => {
  const asked = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
  await using server = await startFakeApiServer(({ url }) => asked[url === '/a' ? 0 : 1].resolve());
  const client = server.open();
  const stop = new AbortController();
  const stopped = client.request({ method: 'GET', path: '/a', signal: stop.signal });
  const closed = client.request({ method: 'GET', path: '/b' });
  await Promise.all(asked.map(({ promise }) => promise));
  const reason = new Error('the peer ends');
  stop.abort(reason);
  await assert.rejects(stopped, reason);
  client.close();
  assert.match((await failureOf(closed)).message, /the client was closed/);
});

test('outside of a Pod, or in one without a service account, it says what is missing', async (t) => {
  const empty = mkdtempSync(join(tmpdir(), 'weft-service-account-'));
  t.after(() => rmSync(empty, { recursive: true }));
  const environment = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: '443' };
  assert.throws(() => openInClusterClient({}, empty), /KUBERNETES_SERVICE_HOST is not set/);
  for (const port of ['', 'https', '0', '65536']) {
    const wrong = { ...environment, KUBERNETES_SERVICE_PORT: port };
    assert.throws(() => openInClusterClient(wrong, empty), new RegExp(`PORT is "${port}"`));
  }
  assert.throws(() => openInClusterClient(environment, empty), /token can't be read.*automount/);
});

test('an account whose files vanish or are empty is an error of the request, not of the peer', async () => {
  await using server = await startFakeApiServer((_, response) => answerJson(response, 200, {}));
  const client = server.open();
  server.writeAccount({ token: '' });
  const { reason, message } = await failureOf(client.request(NODE));
  assert.equal(reason, 'NoAnswer');
  assert.match(message, /token is empty/);
  server.writeAccount({ token: 'again' });
  assert.deepEqual(await client.request(NODE), {});
  client.close();
});
