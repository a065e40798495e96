/** The report from what the peer knows: a pure function of a snapshot. */
import type { Config } from '../config/config.ts';
import type { Core } from '../core/core.ts';
import type { Counters } from '../counters.ts';
import { formatAddress, formatCidr } from '../ipam/cidr.ts';
import { countUntold } from '../ipam/ownership.ts';
import type { KernelReport } from '../kernel/kernel-report.ts';
import type { PeerRecord } from '../mesh/directory.ts';
import type { LinkId } from '../mesh/effect.ts';
import type { Link } from '../mesh/links.ts';
import type { PeerId } from '../mesh/peer-id.ts';
import type { Endpoint } from '../mesh/record.ts';
import { reportOwnership } from './ownership-report.ts';
import type {
  AttachmentReport,
  DirectoryReport,
  HoldingReport,
  LinkReport,
  PeerReport,
  Report,
} from './report.ts';

export interface ReportSource {
  readonly config: Config;
  readonly self: PeerId;
  readonly epoch: number;
  readonly state: Report['peer']['state'];
  readonly core: Core;
  readonly kernel: KernelReport;
  readonly counters: Counters;
  readonly problems: readonly string[];
  /** Of the protocol, on a link; undefined when it is down. */
  readonly versionOf: (link: LinkId) => number | undefined;
}

export function buildReport(source: ReportSource): Report {
  const { config, self, epoch, state, core, kernel, counters, problems } = source;
  return {
    version: 1,
    peer: {
      id: self,
      epoch: String(epoch),
      state,
      ...describeConfig(config),
    },
    universe: config.universe.map(formatCidr),
    peers: reportPeers(core, self),
    directory: reportDirectory(core),
    links: core.mesh.links().map((link) => reportLink(source, link)),
    holdings: reportHoldings(core),
    pendingGrants: core.ipam.custody().pending.map(({ block, to }) => ({
      cidr: formatCidr(block.cidr),
      to,
    })),
    attachments: reportAttachments(core),
    // Only who reads it pays for it: with thousands of peers it costs more than all the rest.
    get ownership() {
      return reportOwnership(core);
    },
    kernel,
    counters: { ...counters.all(), ...countConflicts(core), ...countUntold(core.ipam) },
    problems: [
      ...problems,
      ...kernel.failures.map((failure) => `the kernel is not programmed as wanted: ${failure}`),
    ],
  };
}

/** Of a peer that waits at its start: it has looked at nothing but its configuration. */
export function buildStartingReport(config: Config, problems: readonly string[]): Report {
  const kernel = { inSync: false, drift: {}, failures: [], changes: {}, firstPassChanges: 0 };
  return {
    version: 1,
    peer: { id: '', epoch: '0', state: 'starting', ...describeConfig(config) },
    universe: config.universe.map(formatCidr),
    peers: [],
    directory: { records: 0, setHash: formatSetHash(0n) },
    links: [],
    holdings: [],
    pendingGrants: [],
    attachments: [],
    kernel: { ...kernel, passes: 0, missingInterfaces: [] },
    counters: {},
    problems,
  };
}

function describeConfig({ name, cluster, kubernetes, seeds, key }: Config) {
  const alone = seeds.length > 0 ? 'seeds' : 'solo';
  return {
    name,
    cluster,
    arbiter: kubernetes === undefined ? alone : 'kubernetes',
    secured: key !== 'plain',
  } as const;
}

/** By the name that all counters are shown with; as many as there are now. */
function countConflicts(core: Core): Readonly<Record<string, number>> {
  const count = core.conflicts().length;
  return count === 0 ? {} : { 'custody-conflicts': count };
}

function reportPeers(core: Core, self: PeerId): readonly PeerReport[] {
  const down = core.mesh.down();
  const members = core.members(core.mesh.directory.peers());
  return members.map((record) => {
    const isDown = down.has(record.peer);
    return reportPeer(record, { self, isDown, linkWanted: core.mesh.isWanted(record.peer) });
  });
}

function reportDirectory({ mesh: { directory } }: Core): DirectoryReport {
  return { records: directory.size, setHash: formatSetHash(directory.setHash) };
}

function formatSetHash(setHash: bigint): string {
  return setHash.toString(16).padStart(32, '0');
}

interface Aspect {
  readonly self: PeerId;
  readonly isDown: boolean;
  readonly linkWanted: boolean;
}

function reportPeer(
  { peer, content }: PeerRecord,
  { self, isDown, linkWanted }: Aspect,
): PeerReport {
  const { profile, custody } = content;
  const { underlay, port, mac, overlay } = profile.vtep;
  return {
    id: peer,
    name: profile.name,
    self: peer === self,
    reachable: !isDown,
    linkWanted,
    endpoints: profile.endpoints.map(formatEndpoint),
    vtep: { underlay: formatAddress(underlay), port, mac, overlay: overlay.map(formatAddress) },
    holdings: custody.hold.map(({ cidr }) => formatCidr(cidr)),
  };
}

function reportLink(
  { core, versionOf }: ReportSource,
  { id, peer, initiator, endpoint }: Link,
): LinkReport {
  const version = versionOf(id);
  return {
    peer,
    name: core.mesh.directory.peer(peer)?.content.profile.name ?? '',
    endpoint: formatEndpoint(endpoint),
    initiator,
    wanted: core.mesh.isWanted(peer),
    ...(version === undefined ? {} : { version }),
  };
}

function reportHoldings(core: Core): readonly HoldingReport[] {
  return core.ipam.holdings().map(({ block, used, free }) => ({
    cidr: formatCidr(block.cidr),
    term: block.term,
    used,
    free: free.toString(),
  }));
}

function reportAttachments(core: Core): readonly AttachmentReport[] {
  return core.ipam.attachments().map((attachment) => ({
    containerId: attachment.containerId,
    interfaceName: attachment.interfaceName,
    addresses: attachment.addresses.map(formatAddress),
    hostInterface: attachment.hostInterface,
    podName: attachment.podName,
  }));
}

/** `address:port`, and `[address]:port` for IPv6 (RFC 3986). */
export function formatEndpoint(endpoint: Endpoint): string {
  const text = formatAddress(endpoint.address);
  return endpoint.address.family === 6 ? `[${text}]:${endpoint.port}` : `${text}:${endpoint.port}`;
}
