/** `weft rmpeer` against a control socket: what has to be typed, what is sent, what is told. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, describe, it } from 'node:test';
import { runRmpeer } from '#peer/cli/rmpeer.ts';
import { startControlServer } from '#peer/control/control-server.ts';
import type { Removal } from '#peer/control/remove-peer.ts';
import type { RemovalRequest } from '#peer/control/removal.ts';
import { testIdentity } from '#test/support/records.ts';

const { id } = testIdentity(3);

interface Outcome {
  readonly exitCode: number;
  readonly printed: string;
  readonly asked: readonly RemovalRequest[];
}

function socketIn(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'weft-control-'));
  t.after(() => rmSync(directory, { recursive: true }));
  return join(directory, 'control.sock');
}

/** Runs it against a peer that answers `removal`; `types` is what the operator types, if asked. */
async function run(
  t: TestContext,
  args: readonly string[],
  { removal, types }: { readonly removal?: Removal; readonly types?: string } = {},
): Promise<Outcome> {
  const socketPath = socketIn(t);
  const asked: RemovalRequest[] = [];
  const remove = async (request: RemovalRequest): Promise<Removal> => {
    asked.push(request);
    return removal ?? { type: 'removed', id, rev: 7n };
  };
  const server = await startControlServer(socketPath, { remove });
  t.after(() => server.close());
  let printed = '';
  const print = (text: string): void => void (printed += text);
  const exitCode = await runRmpeer([...args, '--control-socket', socketPath], {
    out: print,
    error: print,
    ask: types === undefined ? undefined : async () => types,
  });
  return { exitCode, printed, asked };
}

describe('weft rmpeer', () => {
  it('removes who is named when the name is typed again', async (t) => {
    const { exitCode, printed, asked } = await run(t, ['node3'], { types: 'node3' });
    assert.equal(exitCode, 0);
    assert.deepEqual(asked, [{ name: 'node3', evenIfAlive: false }]);
    assert.match(printed, new RegExp(`Removed node3 \\(${id}\\) with revision 7`));
  });

  it('does the same without a terminal when the name is confirmed', async (t) => {
    const args = ['node3', '--confirm', 'node3', '--even-if-alive'];
    const { exitCode, asked } = await run(t, args);
    assert.equal(exitCode, 0);
    assert.deepEqual(asked, [{ name: 'node3', evenIfAlive: true }]);
  });

  it('asks nobody when something else was typed or confirmed, and says that nothing was removed', async (t) => {
    for (const outcome of [
      await run(t, ['node3'], { types: 'y' }),
      await run(t, ['node3', '--confirm', 'node4']),
    ]) {
      assert.equal(outcome.exitCode, 1);
      assert.match(outcome.printed, /nothing was removed/);
      assert.deepEqual(outcome.asked, []);
    }
  });

  it('says how to confirm where there is no terminal', async (t) => {
    const { exitCode, printed, asked } = await run(t, ['node3']);
    assert.equal(exitCode, 2);
    assert.match(printed, /repeat the name with --confirm node3/);
    assert.deepEqual(asked, []);
  });

  it('tells why the peer refuses, and why the arbiter has no answer', async (t) => {
    const refused = { type: 'refused', reason: '"node3" is not known to be down' } as const;
    const no = await run(t, ['node3', '--confirm', 'node3'], { removal: refused });
    assert.deepEqual([no.exitCode, /not known to be down/.test(no.printed)], [1, true]);
    const unavailable = { type: 'unavailable', reason: 'no seed could answer' } as const;
    const later = await run(t, ['node3', '--confirm', 'node3'], { removal: unavailable });
    assert.deepEqual([later.exitCode, /no seed could answer/.test(later.printed)], [69, true]);
  });

  it('says where it looked for a peer when there is none', async () => {
    let printed = '';
    const print = (text: string): void => void (printed += text);
    const args = ['node3', '--confirm', 'node3', '--control-socket', '/nonexistent/control.sock'];
    const exitCode = await runRmpeer(args, { out: print, error: print, ask: undefined });
    assert.equal(exitCode, 69);
    assert.match(printed, /no answer at \/nonexistent\/control\.sock.*Is the peer/);
  });

  it('refuses no name, two names and options that it does not know', async (t) => {
    for (const args of [[], ['a', 'b'], ['a', '--force']]) {
      assert.equal((await run(t, args)).exitCode, 2);
    }
  });
});

describe('the control socket', () => {
  const ports = { remove: async (): Promise<Removal> => ({ type: 'removed', id, rev: 1n }) };

  it("is for root alone, replaces a dead peer's, and leaves what is no socket", async (t) => {
    const socketPath = socketIn(t);
    const server = await startControlServer(socketPath, ports);
    assert.equal(statSync(socketPath).mode & 0o777, 0o600);
    await assert.rejects(startControlServer(socketPath, ports), /is served by another process/);
    await server.close();
    writeFileSync(socketPath, 'a note of somebody');
    await assert.rejects(startControlServer(socketPath, ports), /is no socket: move it away/);
  });

  it('answers what it does not understand with what it expects, and removes nobody', async (t) => {
    const socketPath = socketIn(t);
    let removals = 0;
    const remove = (): Promise<Removal> => {
      removals++;
      return ports.remove();
    };
    const server = await startControlServer(socketPath, { remove });
    t.after(() => server.close());
    const long = `{"name":"${'n'.repeat(5_000)}"}`;
    for (const body of ['', 'null', '[]', '{"name":3}', '{"name":"a","evenIfAlive":"yes"}', long]) {
      assert.equal(await post(socketPath, '/removals', body), 400, body.slice(0, 40));
    }
    assert.equal(await post(socketPath, '/elsewhere', '{"name":"a"}'), 404);
    assert.equal(removals, 0);
  });
});

function post(socketPath: string, path: string, body: string): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  const sent = request({ socketPath, method: 'POST', path }, (response) => {
    response.resume();
    resolve(response.statusCode);
  });
  sent.on('error', reject);
  sent.end(body);
  return promise;
}
