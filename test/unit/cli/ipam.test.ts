/** `weft ipam` against a peer's report: as text, as JSON, and without a peer. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, it } from 'node:test';
import { runIpam } from '#peer/cli/ipam.ts';
import type { Report } from '#peer/http/report.ts';
import { startHttpServer } from '#peer/http/server.ts';
import { sampleOwnership, sampleReport } from '../http/sample-report.ts';

async function run(t: TestContext, args: readonly string[], report: Report = sampleReport()) {
  const directory = mkdtempSync(join(tmpdir(), 'weft-ipam-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const socketPath = join(directory, 'http.sock');
  const server = await startHttpServer([{ socketPath }], () => report);
  t.after(() => server.close());
  let printed = '';
  const print = (text: string): void => void (printed += text);
  const exitCode = await runIpam([...args, '--http-address', socketPath], {
    out: print,
    error: print,
  });
  return { exitCode, printed };
}

it('prints who has what', async (t) => {
  const report = sampleReport({ ownership: sampleOwnership() });
  const { exitCode, printed } = await run(t, [], report);
  assert.equal(exitCode, 0);
  assert.match(printed, /^node3 +REMOVED +10\.32\.1\.128\/26 +64 +25\.00 %/m);
});

it('prints the same as JSON, and null for a peer that is no member yet', async (t) => {
  const report = sampleReport({ ownership: sampleOwnership() });
  const { exitCode, printed } = await run(t, ['--output', 'json'], report);
  assert.equal(exitCode, 0);
  assert.deepEqual(JSON.parse(printed), sampleOwnership());
  assert.equal((await run(t, ['--output=json'])).printed, 'null\n');
});

it('refuses an output that it does not have', async (t) => {
  const { exitCode, printed } = await run(t, ['--output', 'yaml']);
  assert.equal(exitCode, 2);
  assert.match(printed, /--output is "yaml": expected text or json/);
});

it('says where it looked for a peer when there is none', async () => {
  let printed = '';
  const print = (text: string): void => void (printed += text);
  const exitCode = await runIpam(['--http-address', '/nonexistent/http.sock'], {
    out: print,
    error: print,
  });
  assert.equal(exitCode, 69);
  assert.match(printed, /no peer answers at \/nonexistent\/http\.sock/);
});
