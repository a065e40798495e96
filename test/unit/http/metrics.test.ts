/** The report in Prometheus' text format, and what each reason in PROTOCOL.md is there. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import http, { type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { renderMetrics } from '#peer/http/metrics.ts';
import { METRICS_PORT, answerHttp, startHttpServer } from '#peer/http/server.ts';
import { parseAddress } from '#peer/ipam/parse.ts';
import { sampleOwnership, sampleReport } from './sample-report.ts';

/** A line of the format: a comment, or a name with labels and a number. */
const LINE =
  /^(# (HELP|TYPE) weft_[a-z_]+ .+|weft_[a-z_]+(\{[a-z_]+="([^"\\\n]|\\.)*"(,[a-z_]+="([^"\\\n]|\\.)*")*\})? [0-9.e+-]+)$/;

function valueOf(metrics: string, sample: string): string | undefined {
  const line = metrics.split('\n').find((line) => line.startsWith(`${sample} `));
  return line?.slice(sample.length + 1);
}

describe('metrics', () => {
  it('are lines of the format, each family with its help and type, counters in _total alone', () => {
    const metrics = renderMetrics(sampleReport({ counters: { silent: 2 } }));
    for (const line of metrics.trimEnd().split('\n')) assert.match(line, LINE);
    const types = [...metrics.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
    assert.ok(types.length > 10);
    for (const [, name = '', type] of types)
      assert.equal(type, name.endsWith('_total') ? 'counter' : 'gauge', name);
  });

  it('tell who has the addresses of the universe, once the peer is a member', () => {
    assert.doesNotMatch(renderMetrics(sampleReport()), /ownership_addresses/);
    const ownership = sampleOwnership({
      reclaim: { state: 'waiting', waitsFor: ['node7'] },
      carriedOver: ['10.32.9.9'],
    });
    const metrics = renderMetrics(sampleReport({ ownership }));
    for (const line of metrics.trimEnd().split('\n')) assert.match(line, LINE);
    const samples = metrics.match(/^weft_ownership_addresses\{.*$/gm) ?? [];
    const sum = samples.reduce((total, line) => total + Number(line.split(' ').at(-1)), 0);
    assert.equal(sum, 256);
    const removed = 'weft_ownership_addresses{range="10.32.1.0/24",state="removed"}';
    assert.equal(valueOf(metrics, removed), '64');
    assert.equal(valueOf(metrics, 'weft_reclaim_waits_for_peers'), '1');
    assert.equal(valueOf(metrics, 'weft_carried_over_addresses'), '1');
    assert.equal(valueOf(metrics, 'weft_doubly_claimed_blocks'), '0');
  });

  it('tell of links, peers, space and what was counted', () => {
    const peers = sampleReport().peers.map((peer) => ({ ...peer, reachable: peer.self }));
    const metrics = renderMetrics(sampleReport({ peers, counters: { 'another-cluster': 3 } }));
    const values: Readonly<Record<string, string>> = {
      weft_ready: '1',
      'weft_peers{state="unreachable"}': '2',
      'weft_links{opened_by="us"}': '2',
      weft_directory_records: '3',
      'weft_universe_addresses{range="10.32.0.0/12"}': '1048576',
      'weft_held_addresses{state="free"}': '192',
      'weft_held_addresses{state="used"}': '64',
      'weft_events_total{event="another-cluster"}': '3',
    };
    for (const [sample, value] of Object.entries(values))
      assert.equal(valueOf(metrics, sample), value, sample);
  });

  it('are there while the peer starts, and whatever its name is', () => {
    const { peer } = sampleReport();
    const named = renderMetrics(sampleReport({ peer: { ...peer, name: 'a"b\\c\nd' } }));
    for (const line of named.trimEnd().split('\n')) assert.match(line, LINE);
    assert.match(named, /name="a\\"b\\\\c\\nd"/);
  });

  it('are served beside the report, and alone on the port that may be open', async (t) => {
    const { status, body } = answerHttp('GET', '/metrics', sampleReport);
    assert.deepEqual([status, body], [200, renderMetrics(sampleReport())]);
    const address = { address: parseAddress('127.0.0.97'), port: METRICS_PORT };
    const server = await startHttpServer([address], sampleReport);
    t.after(() => server.close());
    assert.deepEqual(await get('/metrics'), [200, renderMetrics(sampleReport())]);
    assert.equal((await get('/readyz'))[0], 200);
    assert.equal((await get('/report'))[0], 404);
    assert.equal((await get('/status'))[0], 404);
  });
});

describe('every reason in a table of PROTOCOL.md', () => {
  const page = readFileSync('docs/PROTOCOL.md', 'utf8');
  const rows = page.split('\n').filter((line) => line.startsWith('| `'));
  const reasons = rows.flatMap((row) =>
    [...row.matchAll(/`([a-z]+(?:-[a-z]+)+)`/g)].map(([, reason = '']) => reason),
  );

  it('is one of those that the code has to count by', () => {
    assert.ok(reasons.length > 20, 'the reasons are found');
    const counted = new Set(COUNTING.flatMap(literalsOf));
    assert.deepEqual(
      reasons.filter((reason) => !counted.has(reason)),
      [],
    );
  });
});

/** Where the names of what is counted are: whoever counts, counts under its own name. */
const COUNTING = globSync('peer/{transport,mesh,core,ipam}/*.ts');

function literalsOf(file: string): readonly string[] {
  const literals = readFileSync(file, 'utf8').matchAll(/'([a-z]+(?:-[a-z]+)*)'/g);
  return [...literals].map(([, literal = '']) => literal);
}

async function get(path: string): Promise<readonly [number | undefined, string]> {
  const request = http.get({ host: '127.0.0.97', port: METRICS_PORT, path, agent: false });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return [response.statusCode, await text(response)];
}
