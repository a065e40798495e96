/** Each claim of the lab fails when what it claims is not so, and says why. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Facts, judgeReachability, judgeState } from '#peer/lab/claims.ts';
import { type NodeFacts, parseCapabilities, parseMemoryBytes } from '#peer/lab/node-facts.ts';
import type { LinkReport, PeerReport } from '#peer/http/report.ts';
import { samplePeer, sampleReport } from '../http/sample-report.ts';

const NET_ADMIN = 0x1000n;
const NUMBERS = [1, 2, 3];

function peerSeenFrom(number: number, other: number): PeerReport {
  return { ...samplePeer(other), self: other === number, linkWanted: other !== number };
}

function linkTo(other: number): LinkReport {
  const { id, name, endpoints } = samplePeer(other);
  return { peer: id, name, endpoint: endpoints.join(), initiator: 'us', wanted: true };
}

function node(number: number, changes: Partial<NodeFacts> = {}): NodeFacts {
  const others = NUMBERS.filter((other) => other !== number);
  return {
    name: `node${number}`,
    underlay: `198.18.0.${number}`,
    report: sampleReport({
      peers: NUMBERS.map((other) => peerSeenFrom(number, other)),
      links: others.map(linkTo),
      holdings: [{ cidr: `10.32.${number}.0/24`, term: 1, used: 2, free: '254' }],
    }),
    fdb: others.map((other) => `198.18.0.${other}`),
    tunnelRoutes: others.map((other) => `10.32.${other}.0/24`),
    capabilities: { effective: NET_ADMIN, permitted: NET_ADMIN, bounding: NET_ADMIN, ambient: 0n },
    memoryBytes: 95e6,
    ...changes,
  };
}

function facts(changes: Partial<Facts> = {}): Facts {
  return {
    nodes: NUMBERS.map((number) => node(number)),
    pods: NUMBERS.map((number) => ({
      name: `pod${number}`,
      node: `node${number}`,
      addresses: [`10.32.${number}.2`],
    })),
    ...changes,
  };
}

/** Facts in which node1 is different. */
function withNode1(changes: Partial<NodeFacts>): Facts {
  return facts({ nodes: [node(1, changes), node(2), node(3)] });
}

function findings(judged: Facts): readonly string[] {
  return judgeState(judged).flatMap((claim) => claim.findings);
}

describe('the state of nodes and pods', () => {
  it('holds when all is as it should be', () => {
    assert.deepEqual(findings(facts()), []);
  });

  it('fails when a peer is not ready, misses another or reports a problem', () => {
    const report = sampleReport({
      peers: [samplePeer(1), { ...samplePeer(2), reachable: false }],
      problems: ['the disk is full'],
    });
    assert.deepEqual(findings(withNode1({ report })), [
      'node1 does not know node2, or not as reachable',
      'node1 does not know node3, or not as reachable',
      'node1 knows 2 peers, not 3',
      'node1: the disk is full',
    ]);
    const joining = sampleReport({ peer: { ...sampleReport().peer, state: 'joining' } });
    assert.deepEqual(findings(withNode1({ report: joining })), ['node1 is joining']);
  });

  it('fails when a link that a peer wants is not up, and not for one that it does not want', () => {
    const { report } = node(1);
    const peers = NUMBERS.map((other) => ({
      ...peerSeenFrom(1, other),
      linkWanted: other === 2,
    }));
    assert.deepEqual(findings(withNode1({ report: { ...report, peers, links: [] } })), [
      'node1 wants a link to node2 and has none',
    ]);
    assert.deepEqual(findings(withNode1({ report: { ...report, peers, links: [linkTo(2)] } })), []);
  });

  it('fails when a peer has other records than the rest', () => {
    const directory = { records: 4, setHash: 'b'.repeat(32) };
    const other = node(2, { report: { ...node(2).report, directory } });
    assert.deepEqual(findings(facts({ nodes: [node(1), other, node(3)] })), [
      `node2 has other records than node1: 4 with the hash ${'b'.repeat(32)}, not 3 with ${'a'.repeat(32)}`,
    ]);
  });

  it('fails when a peer has a privilege more than CAP_NET_ADMIN', () => {
    const capabilities = {
      effective: NET_ADMIN,
      permitted: NET_ADMIN,
      bounding: NET_ADMIN | 2n,
      ambient: 0n,
    };
    assert.deepEqual(findings(withNode1({ capabilities })), [
      'node1: its bounding capabilities are 0x1002, not 0x1000',
    ]);
  });

  it('fails when two peers hold the same address', () => {
    const report = sampleReport({
      holdings: [
        { cidr: '10.32.1.0/24', term: 1, used: 0, free: '256' },
        { cidr: '10.32.2.128/25', term: 1, used: 0, free: '128' },
      ],
    });
    assert.ok(
      findings(withNode1({ report })).includes(
        '10.32.2.128/25 of node1 and 10.32.2.0/24 of node2 overlap',
      ),
    );
  });

  it('fails when two pods have one address, or a pod has none', () => {
    const pods = [
      { name: 'a', node: 'node1', addresses: ['10.32.1.2'] },
      { name: 'b', node: 'node1', addresses: ['10.32.1.2'] },
      { name: 'c', node: 'node1', addresses: [] },
    ];
    assert.deepEqual(findings(facts({ pods })), [
      'a and b both have 10.32.1.2',
      'c has no address',
    ]);
  });

  it('fails when a pod has an address that its node does not hold', () => {
    const pods = [{ name: 'a', node: 'node1', addresses: ['10.32.2.2'] }];
    assert.deepEqual(findings(facts({ pods })), [
      '10.32.2.2 of a is not in the holding of node1 (10.32.1.0/24)',
    ]);
  });

  it('fails when an FDB entry is missing, is there twice, or leads to nobody', () => {
    assert.deepEqual(findings(withNode1({ fdb: ['198.18.0.2', '198.18.0.2', '198.18.0.9'] })), [
      'node1 has 2 FDB entries for 198.18.0.2, not one',
      'node1 has 0 FDB entries for 198.18.0.3, not one',
      'node1 has FDB entries for 198.18.0.9, which nobody wants',
    ]);
  });

  it('fails when a route is missing or leads to a block that nobody holds', () => {
    assert.deepEqual(findings(withNode1({ tunnelRoutes: ['10.32.2.0/24', '10.99.0.0/24'] })), [
      'node1 has 0 routes for 10.32.3.0/24, not one',
      'node1 has routes for 10.99.0.0/24, which nobody wants',
    ]);
  });

  it('fails when a kernel is not in sync, drifted, or refused something', () => {
    const report = {
      ...node(1).report,
      kernel: { inSync: false, drift: { route: 1, link: 0 }, failures: ['EPERM'] },
    };
    assert.deepEqual(findings(withNode1({ report })), [
      'node1: its kernel is not in sync',
      'node1: route drifted 1 times',
      'node1: the kernel refused: EPERM',
    ]);
  });
});

it('reachability that was tried in part says so', () => {
  const tried = { endpoints: ['a', 'b', 'c'], tried: 3, targetsPerSource: 1, unreachable: [] };
  assert.equal(judgeReachability(tried).text, 'Every pod and every node reaches 1 of the others');
});

it('memory is read as the kernel prints it', () => {
  assert.equal(
    parseMemoryBytes(
      'Rss:                9000 kB\nPss:                1000 kB\nPss_Dirty:  20 kB\n',
    ),
    1_024_000,
  );
});

it('reachability fails with each pair that did not answer', () => {
  const unreachable = [{ from: 'a', to: 'b', address: '10.32.1.2' }];
  assert.deepEqual(judgeReachability({ endpoints: ['a', 'b'], tried: 2, unreachable }).findings, [
    'a does not reach b (10.32.1.2)',
  ]);
});

it('capability sets are read as the kernel prints them, and one that is missing counts as full', () => {
  const status =
    'Name:\tnode\nCapInh:\t0000000000001000\nCapPrm:\t0000000000001000\nCapEff:\t0000000000001000\nCapBnd:\t000001ffffffffff\n';
  assert.deepEqual(parseCapabilities(status), {
    effective: NET_ADMIN,
    permitted: NET_ADMIN,
    bounding: 0x1ffffffffffn,
    ambient: 0xffffffffffffffffn,
  });
});
