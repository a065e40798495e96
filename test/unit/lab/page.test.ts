/** The page that a run ends in, with its matrix. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renderMatrix } from '#peer/lab/matrix.ts';
import { renderNextSteps, renderPage } from '#peer/lab/page.ts';
import { planLab } from '#peer/lab/plan.ts';
import type { LabResult } from '#peer/lab/result.ts';

const RESULT: LabResult = {
  holds: true,
  claims: [{ text: 'Water is wet', findings: [] }],
  nodes: [
    {
      name: 'node1',
      underlay: '198.18.0.1',
      peerId: 'a',
      overlay: ['10.32.0.1'],
      holdings: ['10.32.0.0/13'],
      links: { wanted: 1, wantedUp: 1, up: 1 },
      memoryBytes: 95e6,
    },
    {
      name: 'node2',
      underlay: '198.18.0.2',
      peerId: 'b',
      overlay: ['10.40.0.1'],
      holdings: ['10.40.0.0/13'],
      links: { wanted: 8, wantedUp: 7, up: 9 },
      memoryBytes: 96.4e6,
    },
  ],
  pods: [
    { name: 'node1-pod1', node: 'node1', addresses: ['10.32.0.2'] },
    { name: 'node2-pod1', node: 'node2', addresses: ['10.40.0.2'] },
  ],
  reachability: { endpoints: ['node1', 'node1-pod1'], tried: 2, unreachable: [] },
  throughput: { hostBitsPerSecond: 16e9, overlayBitsPerSecond: 12e9 },
  upMs: 3140,
  provenMs: 9990,
};

describe('the matrix', () => {
  it('has a row and a column for each, and shows who does not reach whom', () => {
    const unreachable = [{ from: 'b', to: 'long', address: '10.0.0.1' }];
    assert.equal(
      renderMatrix({ endpoints: ['a', 'b', 'long'], tried: 6, unreachable }),
      ['        1 2 3', '1  a    . + +', '2  b    + . X', '3  long + + .'].join('\n'),
    );
  });

  it('of many endpoints is narrow: numbers are written downwards and cells stand side by side', () => {
    const endpoints = Array.from({ length: 36 }, (_, i) => `e${i + 1}`);
    const lines = renderMatrix({ endpoints, tried: 1260, unreachable: [] }).split('\n');
    assert.deepEqual(lines.slice(0, 3), [
      '                 111111111122222222223333333',
      '        123456789012345678901234567890123456',
      ` 1  e1  .${'+'.repeat(35)}`,
    ]);
    assert.equal(lines.at(-1), `36  e36 ${'+'.repeat(35)}.`);
  });

  it('of endpoints that tried some of the others only says how many', () => {
    const endpoints = Array.from({ length: 150 }, (_, i) => `pod${i}`);
    assert.equal(
      renderMatrix({ endpoints, tried: 9_000, targetsPerSource: 60, unreachable: [] }),
      'all 9000 pairs that were tried, 60 for each, of 150 nodes and pods reach each other',
    );
  });

  it('of more endpoints than anybody reads lists the failures only', () => {
    const endpoints = Array.from({ length: 70 }, (_, i) => `pod${i}`);
    assert.equal(
      renderMatrix({ endpoints, tried: 4830, unreachable: [] }),
      'all 4830 pairs of 70 nodes and pods reach each other',
    );
    const unreachable = endpoints
      .slice(1, 26)
      .map((to) => ({ from: 'pod0', to, address: '10.0.0.1' }));
    const lines = renderMatrix({ endpoints, tried: 4830, unreachable }).split('\n');
    assert.equal(lines[0], 'X pod0 -> pod1 (10.0.0.1)');
    assert.equal(lines.at(-1), '... and 5 more');
  });
});

describe('the page', () => {
  it('shows nodes, pods, throughput with its ratio, claims and times', () => {
    const page = renderPage(RESULT);
    assert.match(page, /node1 +198\.18\.0\.1 +10\.32\.0\.1 +10\.32\.0\.0\/13 +1 of 1 +1$/m);
    assert.match(page, /node2 .* 7 of 8 +1$/m);
    assert.match(page, /node2-pod1 +node2 +10\.40\.0\.2$/m);
    assert.match(page, /two nodes, without the overlay +16\.00 +100 %$/m);
    assert.match(page, /two pods on them, through the tunnel +12\.00 +75 %$/m);
    assert.match(page, /\[ok\] +Water is wet$/m);
    assert.match(
      page,
      /Up after 3\.1 s, proven after 10\.0 s\. The peers take 191 MB of memory\. Everything claimed holds\.$/,
    );
  });

  it('says what did not hold, and that not everything did', () => {
    const claims = [{ text: 'Water is dry', findings: ['it is not'] }];
    const page = renderPage({ ...RESULT, holds: false, claims });
    assert.match(page, /\[FAIL\] Water is dry\n +it is not$/m);
    assert.match(page, /NOT everything claimed holds/);
  });

  it('of a single node says why there is no throughput', () => {
    const { throughput: _, ...alone } = RESULT;
    assert.match(renderPage(alone), /not measured: it takes two nodes/);
  });

  it('shows the first blocks of a large holding, and how many there are', () => {
    const holdings = [0, 1, 2, 3, 4].map((part) => `10.32.${part}.0/24`);
    const nodes = RESULT.nodes.map((node) => ({ ...node, holdings }));
    assert.match(renderPage({ ...RESULT, nodes }), /10\.32\.0\.0\/24 10\.32\.1\.0\/24 and 3 more/);
  });

  it('fits into 100 columns', () => {
    const lines = renderPage(RESULT).split('\n');
    assert.deepEqual(
      lines.filter((line) => line.length > 100),
      [],
    );
  });
});

it('the commands to try next name this lab', () => {
  const plan = planLab({ nodes: 2, pods: 1, underlayMtu: 1500, family: 4, once: false });
  const text = renderNextSteps(RESULT, plan);
  assert.match(text, /ip netns exec weft-lab-node1-pod1 ping 10\.40\.0\.2$/m);
  assert.match(
    text,
    /ip netns exec weft-lab-node1 node_modules\/\.bin\/node peer\/main\.ts status$/m,
  );
  assert.match(text, / tcpdump -ni \w+ -T vxlan 'udp port 6784'$/m);
  assert.match(text, / tcpdump -ni \w+ 'tcp port 6783'$/m);
  assert.match(text, /kill -9 \$\(cat \/run\/weft-lab\/node1\/peer\.pid\)$/m);
  assert.match(text, /\/run\/weft-lab\/node1\/start-peer &$/m);
});
