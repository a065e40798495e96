/** What is shown over HTTP changes while the peer starts; where it listens only when it is told so. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, it } from 'node:test';
import { PeerUnavailableError, getFromPeer } from '#peer/cli/peer-client.ts';
import { parseConfig } from '#peer/config/config.ts';
import { buildStartingReport } from '#peer/http/build-report.ts';
import { HttpFront } from '#peer/http/front.ts';
import { sampleReport } from './sample-report.ts';

const config = parseConfig(['--kubernetes', '--name=node1'], {});

function prepare(t: TestContext): { front: HttpFront; paths: readonly [string, string] } {
  const directory = mkdtempSync(join(tmpdir(), 'weft-front-'));
  const front = new HttpFront();
  t.after(async () => {
    await front.close();
    rmSync(directory, { recursive: true });
  });
  return { front, paths: [join(directory, 'one'), join(directory, 'two')] };
}

it('a peer that starts is alive, not ready, and says what it waits for', async (t) => {
  const { front, paths } = prepare(t);
  await front.serve([{ socketPath: paths[0] }], () =>
    buildStartingReport(config, ['no API server']),
  );
  assert.equal(await getFromPeer(paths[0], '/healthz'), 'ok\n');
  await assert.rejects(getFromPeer(paths[0], '/readyz'), /HTTP 503/);
  const status = await getFromPeer(paths[0], '/status');
  assert.match(status, /- no API server\n/);
  assert.match(status, /Peer: node1\nState: starting/);
});

it('another report is shown at the same place without listening anew', async (t) => {
  const { front, paths } = prepare(t);
  await front.serve([{ socketPath: paths[0] }], () => buildStartingReport(config, []));
  await front.serve([{ socketPath: paths[0] }], () => sampleReport());
  assert.equal(await getFromPeer(paths[0], '/readyz'), 'ready\n');
});

it('other addresses are listened at in place of the earlier ones', async (t) => {
  const { front, paths } = prepare(t);
  await front.serve([{ socketPath: paths[0] }], () => sampleReport());
  await front.serve([{ socketPath: paths[1] }], () => sampleReport());
  assert.equal(await getFromPeer(paths[1], '/readyz'), 'ready\n');
  await assert.rejects(getFromPeer(paths[0], '/readyz'), PeerUnavailableError);
});
