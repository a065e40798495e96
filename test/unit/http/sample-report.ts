/** A report of a healthy peer among three, for tests that change one thing in it. */
import type { HolderReport, OwnershipReport, PeerReport, Report } from '#peer/http/report.ts';

/** What node1 knows of the numbered node: it holds 10.32.NUMBER.0/24. */
export function samplePeer(number: number): PeerReport {
  return {
    id: String(number).repeat(32),
    name: `node${number}`,
    self: number === 1,
    reachable: true,
    linkWanted: number !== 1,
    endpoints: [`198.18.0.${number}:6783`],
    vtep: {
      underlay: `198.18.0.${number}`,
      port: 6784,
      mac: `02:00:00:00:00:0${number}`,
      overlay: [`10.32.${number}.1`],
    },
    holdings: [`10.32.${number}.0/24`],
  };
}

function sampleHolder(number: number, block: string, free: string): HolderReport {
  const [peer, name] = [String(number).repeat(32), `node${number}`];
  return { peer, name, state: 'held', blocks: [block], addresses: '64', free };
}

/** Of a /24 that node1 to node3 have parts of; a quarter of it was with one that was removed. */
export function sampleOwnership(changes: Partial<OwnershipReport> = {}): OwnershipReport {
  return {
    ranges: [
      {
        range: '10.32.1.0/24',
        addresses: '256',
        holders: [
          sampleHolder(1, '10.32.1.0/26', '60'),
          { ...sampleHolder(3, '10.32.1.128/26', '32'), state: 'removed' },
          { ...sampleHolder(2, '10.32.1.64/26', '32'), state: 'unreachable' },
        ],
        pending: [{ cidr: '10.32.1.192/27', from: 'node1', to: 'node2', addresses: '32' }],
        orphaned: ['10.32.1.224/27'],
        doublyClaimed: [],
        leftAlone: [],
        totals: {
          held: '64',
          unreachable: '64',
          removed: '64',
          pending: '32',
          orphaned: '32',
        },
      },
    ],
    reclaim: { state: 'nothing-to-reclaim', waitsFor: [] },
    carriedOver: [],
    ...changes,
  };
}

/** The report of node1, with the given fields in place of its own. */
export function sampleReport(changes: Partial<Report> = {}): Report {
  const peers = [3, 1, 2].map(samplePeer);
  const others = peers.filter(({ self }) => !self);
  return {
    version: 1,
    peer: {
      id: '1'.repeat(32),
      name: 'node1',
      cluster: 'test',
      epoch: '4',
      state: 'ready',
      arbiter: 'seeds',
      secured: true,
    },
    universe: ['10.32.0.0/12'],
    peers,
    directory: { records: 3, setHash: 'a'.repeat(32) },
    links: others.map(({ id, name, endpoints }) => ({
      peer: id,
      name,
      endpoint: endpoints.join(),
      initiator: 'us',
      wanted: true,
      version: 1,
    })),
    holdings: [{ cidr: '10.32.1.0/24', term: 1, used: 64, free: '192' }],
    pendingGrants: [],
    attachments: [
      {
        containerId: 'c1',
        interfaceName: 'eth0',
        addresses: ['10.32.1.2'],
        hostInterface: 'weft-0123456789',
        podName: 'default/web',
      },
    ],
    kernel: { inSync: true, drift: {}, failures: [] },
    counters: {},
    problems: [],
    ...changes,
  };
}
