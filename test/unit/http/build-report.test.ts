/** The report from what a peer knows: its parts add up, and each is told once. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseConfig } from '#peer/config/config.ts';
import { Counters } from '#peer/counters.ts';
import { buildReport, formatEndpoint } from '#peer/http/build-report.ts';
import type { Report } from '#peer/http/report.ts';
import { containsAddress, size } from '#peer/ipam/cidr.ts';
import { CARRIED_OVER_MAX } from '#peer/ipam/limits.ts';
import { parseAddress, parseCidr } from '#peer/ipam/parse.ts';
import { requestOf } from '../ipam/builders.ts';
import { MemoryStore } from '../ipam/memory-store.ts';
import { Member, createFounder, createJoiner, giveSpace, viewOf } from '../core/member.ts';

const KERNEL: Report['kernel'] = { inSync: true, drift: {}, failures: ['no route'] };

const POD_MAC = '0a:58:0a:20:09:11';

/** The network and broadcast address of the universe. */
const NEVER_GIVEN = ['10.32.0.0', '10.32.255.255'].map(parseAddress);

function reportOf({ core, n }: Member): Report {
  const args = [`--name=node${n}`, '--seeds=198.18.0.1', '--universe=10.32.0.0/16'];
  const counters = new Counters();
  counters.add('not-tls', 3);
  return buildReport({
    config: parseConfig(args, { WEFT_PASSWORD: 'a key for the tests' }),
    self: core.self,
    epoch: 4,
    state: 'ready',
    core,
    kernel: KERNEL,
    counters,
    problems: ['a problem'],
    versionOf: () => 1,
  });
}

function createPair(): { founder: Member; joiner: Member } {
  const founder = createFounder(1);
  const asked = createJoiner(2, founder);
  giveSpace(founder, asked);
  for (const reply of [1, 2, 3]) {
    asked.joiner.tell({ type: 'allocate', request: requestOf(reply), reply });
  }
  return { founder, joiner: asked.joiner };
}

describe('the report', () => {
  it('of each block: what is used, what is free and what is never given out is its size', () => {
    const { founder, joiner } = createPair();
    for (const member of [founder, joiner]) {
      const { holdings } = reportOf(member);
      assert.ok(holdings.length > 0);
      for (const { cidr, used, free } of holdings) {
        const range = parseCidr(cidr);
        const never = NEVER_GIVEN.filter((address) => containsAddress(range, address));
        assert.equal(BigInt(used) + BigInt(free) + BigInt(never.length), size(range));
      }
    }
  });

  it('of ownership: every address in one line, by name, and nothing before the peer is a member', () => {
    const { founder, joiner } = createPair();
    founder.hear(joiner.record);
    for (const member of [founder, joiner]) {
      const { ownership } = reportOf(member);
      const [range] = ownership?.ranges ?? [];
      assert.ok(range !== undefined);
      assert.equal(range.addresses, '65536');
      const totals = Object.values(range.totals);
      assert.equal(
        totals.reduce((sum, count) => sum + Number(count), 0),
        65_536,
      );
      assert.deepEqual(range.holders.map(({ name }) => name).sort(), ['node1', 'node2']);
      assert.deepEqual(ownership?.reclaim, { state: 'nothing-to-reclaim', waitsFor: [] });
    }
    assert.equal(reportOf(new Member(3)).ownership, undefined);
  });

  it('of ownership: what a removed peer held is told as such', () => {
    const { founder, joiner } = createPair();
    founder.hear(joiner.record);
    const members = new Map([[founder.core.self, 'node1']]);
    founder.tell({ type: 'view', view: { rev: 1_000n, members } });
    const [range] = reportOf(founder).ownership?.ranges ?? [];
    const gone = range?.holders.find(({ name }) => name === 'node2');
    assert.equal(gone?.state, 'removed');
    assert.equal(range?.totals.removed, gone?.addresses);
  });

  it('of the directory: how much is in it, and a hash that two peers with the same records share', () => {
    const { founder, joiner } = createPair();
    assert.notDeepEqual(reportOf(founder).directory, reportOf(joiner).directory);
    founder.hear(joiner.record);
    joiner.hear(founder.record);
    assert.deepEqual(reportOf(founder).directory, reportOf(joiner).directory);
    assert.match(reportOf(joiner).directory.setHash, /^[0-9a-f]{32}$/);
    assert.equal(reportOf(joiner).directory.records, 2);
  });

  it('of the links that are wanted: those to all others of a small cluster, and none to itself', () => {
    const { founder, joiner } = createPair();
    assert.deepEqual(
      reportOf(joiner).peers.map(({ id, linkWanted }) => [id, linkWanted]),
      [founder.id, joiner.id].sort().map((id) => [id, id === founder.id]),
    );
  });

  it('of what is used: the attachments and the own overlay address', () => {
    const { joiner } = createPair();
    const { holdings, attachments, peers } = reportOf(joiner);
    const own = peers.find(({ self }) => self)?.vtep.overlay ?? [];
    const addresses = [...own, ...attachments.flatMap((attachment) => attachment.addresses)];
    assert.equal(addresses.length, 4);
    assert.equal(new Set(addresses).size, 4);
    assert.equal(
      holdings.reduce((sum, { used }) => sum + used, 0),
      4,
    );
  });

  it('of the cluster: all holdings and grants on their way are the universe, once', () => {
    const { founder, joiner } = createPair();
    const { peers, pendingGrants } = reportOf(founder);
    const held = peers.flatMap(({ holdings }) => holdings);
    const ranges = [...held, ...pendingGrants.map(({ cidr }) => cidr)].map(parseCidr);
    assert.equal(
      ranges.reduce((sum, range) => sum + size(range), 0n),
      2n ** 16n,
    );
    assert.deepEqual(
      pendingGrants.map(({ to }) => to),
      [joiner.id],
    );
  });

  it('says who we are, whom we know and to whom we have links', () => {
    const { founder, joiner } = createPair();
    const report = reportOf(joiner);
    assert.deepEqual(report.peer, {
      id: joiner.id,
      name: 'node2',
      cluster: 'weft',
      epoch: '4',
      state: 'ready',
      arbiter: 'seeds',
      secured: true,
    });
    assert.deepEqual(
      new Map(report.peers.map(({ name, self, reachable }) => [name, { self, reachable }])),
      new Map([
        ['node1', { self: false, reachable: true }],
        ['node2', { self: true, reachable: true }],
      ]),
    );
    assert.deepEqual(
      report.links.map(({ peer, name, initiator, wanted }) => [peer, name, initiator, wanted]),
      [[founder.id, 'node1', 'them', true]],
    );
  });

  it('has what was counted, and every problem, the failures of the kernel too', () => {
    const { counters, problems } = reportOf(createPair().joiner);
    assert.deepEqual(counters, { 'not-tls': 3 });
    assert.deepEqual(problems, ['a problem', 'the kernel is not programmed as wanted: no route']);
  });

  it('counts the blocks of pods from before that the record has no room for, while there are any', () => {
    const store = new MemoryStore();
    const [found, more] = [CARRIED_OVER_MAX + 3, 3];
    for (let n = 0; n < found; n++) {
      const { key, hostInterface, podName } = requestOf(n);
      const addresses = [parseAddress(`10.32.${n}.17`)];
      const attachment = { ...key, hostInterface, podName, addresses, podMac: POD_MAC };
      store.commit([{ type: 'add-attachment', attachment }]);
    }
    const founder = createFounder(1);
    const lost = new Member(2, { store });
    lost.hear(founder.record);
    lost.join(viewOf(2n, [founder, lost]), founder.id);
    assert.equal(reportOf(lost).counters['too-many-carried-over'], more);
    lost.tell({ type: 'release', key: requestOf(0).key, reply: 1 });
    assert.equal(reportOf(lost).counters['too-many-carried-over'], more - 1);
    assert.equal(reportOf(founder).counters['too-many-carried-over'], undefined);
  });

  it('is plain JSON', () => {
    const report = reportOf(createPair().joiner);
    assert.deepEqual(JSON.parse(JSON.stringify(report)), report);
  });
});

function endpoint(address: string): string {
  return formatEndpoint({ address: parseAddress(address), port: 1 });
}

describe('an endpoint in the report', () => {
  it('has brackets where a reader could not tell the port from the address', () => {
    assert.equal(endpoint('192.0.2.1'), '192.0.2.1:1');
    assert.equal(endpoint('fd00::1'), '[fd00::1]:1');
  });
});
