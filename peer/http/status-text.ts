/** The report as one screen of text: problems first, then counts, then a table for each kind of thing. */
import { parseCidr } from '../ipam/parse.ts';
import { size } from '../ipam/cidr.ts';
import { printable, renderTable } from '../cli/table.ts';
import { percentOf } from './ownership-text.ts';
import type { HoldingReport, PeerReport, Report } from './report.ts';

/** Rows of each table that fit on a screen with the rest; `weft status --json` has all. */
const ROWS_MAX = 20;

/** Renders the report. Ends with a newline. */
export function renderStatus(report: Report): string {
  const parts = [
    renderProblems(report),
    renderSummary(report),
    renderPeers(report),
    renderLinks(report),
    renderHoldings(report),
    renderAttachments(report),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function renderProblems({ problems }: Report): string {
  if (problems.length === 0) return '';
  return ['Problems:', ...problems.map((problem) => `  - ${printable(problem)}`)].join('\n');
}

function renderSummary(report: Report): string {
  const { peer, peers, links, holdings, attachments } = report;
  if (peer.state === 'starting')
    return renderRows([
      ['Peer', peer.name],
      ['State', describeState(report)],
    ]);
  const unreachable = peers.filter((other) => !other.reachable).length;
  const rows: readonly (readonly [string, string])[] = [
    ['Peer', `${peer.name} (${peer.id}), epoch ${peer.epoch}`],
    ['State', describeState(report)],
    ['Cluster', `${peer.cluster}, ${describeSecurity(report)}`],
    ['Arbiter', peer.arbiter],
    ['Universe', report.universe.join(', ')],
    ...describeOwnership(report),
    ['Peers', `${peers.length} known, ${unreachable} unreachable`],
    ['Links', `${links.length} up`],
    [
      'Holdings',
      `${count(holdings.length, 'block')}, ${report.pendingGrants.length} being granted`,
    ],
    ['Attachments', String(attachments.length)],
    ['Kernel', describeKernel(report)],
  ];
  return renderRows(rows);
}

/** What of the universe is not simply held: `weft ipam` tells more. */
function describeOwnership({ ownership }: Report): readonly (readonly [string, string])[] {
  return (ownership?.ranges ?? []).map(({ range, addresses, totals }) => {
    const { held, unreachable, removed, pending, orphaned } = totals;
    const parts = Object.entries({ unreachable, 'being granted': pending, removed, orphaned })
      .filter(([, count]) => count !== '0')
      .map(([what, count]) => `, ${percentOf(count, addresses)} ${what}`);
    return ['Held', `${percentOf(held, addresses)} of ${range}${parts.join('')}`];
  });
}

function renderRows(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padStart(width)}: ${printable(value)}`).join('\n');
}

/** The cluster key guards links only: VXLAN between the nodes has no encryption of its own. */
function describeSecurity({ peer }: Report): string {
  return peer.secured
    ? "links encrypted and authenticated, pods' packets NOT encrypted"
    : 'PLAIN: nothing encrypted, nobody authenticated';
}

const STATE_MEANING = {
  starting: 'starting: waiting for what is said above, and then going on by itself',
  joining: 'joining: looking for the other peers',
  'waiting-for-space': 'waiting for space: no address range is held yet',
  programming: 'programming the kernel',
  ready: 'ready',
} as const satisfies Record<Report['peer']['state'], string>;

function describeState({ peer }: Report): string {
  return STATE_MEANING[peer.state];
}

function describeKernel({ kernel }: Report): string {
  const drift = Object.entries(kernel.drift).filter(([, times]) => times > 0);
  const found =
    drift.length === 0
      ? 'no drift'
      : `drift: ${drift.map(([kind, times]) => `${kind} ${times}`).join(', ')}`;
  return `${kernel.inSync ? 'in sync' : 'NOT in sync'}, ${found}, ${count(kernel.failures.length, 'failure')}`;
}

function renderPeers({ peers }: Report): string {
  const sorted = peers.toSorted((a, b) => byName(a.name, b.name));
  const rows = sorted.map((peer) => [
    peer.name,
    describePeer(peer),
    peer.vtep.underlay,
    peer.vtep.overlay.join(' ') || '-',
    peer.holdings.join(' ') || '-',
    peer.id,
  ]);
  return renderList(['peer', 'state', 'underlay', 'overlay', 'holdings', 'id'], rows);
}

function describePeer({ self, reachable }: PeerReport): string {
  if (self) return 'self';
  return reachable ? 'reachable' : 'UNREACHABLE';
}

function renderLinks({ links }: Report): string {
  const sorted = links.toSorted((a, b) => byName(a.name, b.name));
  const rows = sorted.map((link) => [
    link.name,
    link.endpoint,
    link.initiator === 'us' ? 'out' : 'in',
    link.wanted ? 'wanted' : 'spare',
  ]);
  return renderList(['link to', 'endpoint', 'opened', 'use'], rows);
}

function renderHoldings({ holdings, pendingGrants }: Report): string {
  const held = holdings.map((block) => [
    block.cidr,
    String(block.term),
    String(block.used),
    block.free,
    usedShare(block),
    '',
  ]);
  const pending = pendingGrants.map((grant) => [
    grant.cidr,
    '',
    '',
    '',
    '',
    `granted to ${grant.to}`,
  ]);
  return renderList(['block', 'term', 'used', 'free', 'in use', 'note'], [...held, ...pending]);
}

/** Share of the block's addresses that are in use. Below the resolution it says so rather than 0. */
function usedShare({ cidr, used }: HoldingReport): string {
  if (used === 0) return '0 %';
  const percent = (100 * used) / Number(size(parseCidr(cidr)));
  return percent < 0.1 ? '< 0.1 %' : `${percent.toFixed(1)} %`;
}

function renderAttachments({ attachments }: Report): string {
  const rows = attachments.map((one) => [
    one.podName || one.containerId,
    one.interfaceName,
    one.addresses.join(' '),
    one.hostInterface,
  ]);
  return renderList(['attachment', 'interface', 'address', 'host interface'], rows);
}

function renderList(header: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const table = renderTable(header, rows.slice(0, ROWS_MAX));
  const more = rows.length - ROWS_MAX;
  return more > 0 ? `${table}\n... and ${more} more: weft status --json shows all` : table;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** Natural order, so that node10 comes after node9. */
function byName(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
