/**
 * The report as numbers, in Prometheus' text format (prometheus.io, "Exposition formats", 0.0.4).
 * Nothing here grows with the cluster: labels are of closed sets, and of no peer but this one.
 */
import { size } from '../ipam/cidr.ts';
import { parseCidr } from '../ipam/parse.ts';
import type { Report } from './report.ts';

export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Family {
  /** Behind `weft_`. One of a counter ends in `_total`. */
  readonly name: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

/** Renders the report. Ends with a newline. */
export function renderMetrics(report: Report): string {
  const families = [
    ...describePeer(report),
    ...describeSpace(report),
    ...describeOwnership(report),
    ...describeHealth(report),
  ];
  return `${families.map(renderFamily).join('\n')}\n`;
}

function describePeer({ peer, peers, links, directory }: Report): readonly Family[] {
  const { name, cluster, arbiter, secured } = peer;
  const unreachable = peers.filter(({ reachable }) => !reachable).length;
  const out = links.filter(({ initiator }) => initiator === 'us').length;
  return [
    {
      name: 'info',
      help: 'What this peer is; always 1.',
      samples: [{ labels: { name, cluster, arbiter, secured: String(secured) }, value: 1 }],
    },
    gauge('ready', 'Whether ADDs are served.', Number(peer.state === 'ready')),
    {
      name: 'peers',
      help: 'Peers that are known, this one too, by what their neighbours say of them.',
      samples: [
        { labels: { state: 'reachable' }, value: peers.length - unreachable },
        { labels: { state: 'unreachable' }, value: unreachable },
      ],
    },
    {
      name: 'links',
      help: 'Links that are up, by who opened them.',
      samples: [
        { labels: { opened_by: 'us' }, value: out },
        { labels: { opened_by: 'them' }, value: links.length - out },
      ],
    },
    gauge('directory_records', 'Records in the directory.', directory.records),
  ];
}

function describeSpace(report: Report): readonly Family[] {
  const { universe, holdings, pendingGrants, attachments } = report;
  const used = sum(holdings.map((block) => block.used));
  const free = sum(holdings.map((block) => Number(block.free)));
  return [
    {
      name: 'universe_addresses',
      help: 'Addresses of the whole cluster.',
      samples: universe.map((range) => ({
        labels: { range },
        value: Number(size(parseCidr(range))),
      })),
    },
    gauge('held_blocks', 'Blocks that this peer holds.', holdings.length),
    {
      name: 'held_addresses',
      help: 'Addresses in the blocks that this peer holds.',
      samples: [
        { labels: { state: 'used' }, value: used },
        { labels: { state: 'free' }, value: free },
      ],
    },
    gauge('pending_grants', 'Blocks on their way to others.', pendingGrants.length),
    gauge('attachments', 'Interfaces of pods on this node.', attachments.length),
  ];
}

function describeOwnership({ ownership }: Report): readonly Family[] {
  if (ownership === undefined) return [];
  const { ranges, reclaim, carriedOver } = ownership;
  const doubly = ranges.flatMap(({ doublyClaimed }) => doublyClaimed);
  return [
    {
      name: 'ownership_addresses',
      help: 'Addresses of the whole cluster by who has them, as this peer knows it.',
      samples: ranges.flatMap(({ range, totals }) =>
        Object.entries(totals).map(([state, count]) => ({
          labels: { range, state },
          value: Number(count),
        })),
      ),
    },
    gauge('doubly_claimed_blocks', 'Blocks that two members claim: an alarm.', doubly.length),
    gauge(
      'reclaim_waits_for_peers',
      'Members that the reclaim waits for, on the peer that reclaims.',
      reclaim.waitsFor.length,
    ),
    gauge(
      'carried_over_addresses',
      'Addresses in use on this node that are in no block of its peer.',
      carriedOver.length,
    ),
  ];
}

function describeHealth({ kernel, counters, problems }: Report): readonly Family[] {
  return [
    gauge('kernel_in_sync', 'Whether the kernel is programmed as wanted.', Number(kernel.inSync)),
    {
      name: 'kernel_drift_total',
      help: 'Changes in the kernel that were not ours and were undone, by kind.',
      samples: Object.entries(kernel.drift).map(([kind, value]) => ({ labels: { kind }, value })),
    },
    {
      name: 'events_total',
      help: 'What was refused, closed, or hit a bound, by the reasons of docs/PROTOCOL.md.',
      samples: Object.entries(counters).map(([event, value]) => ({ labels: { event }, value })),
    },
    gauge('problems', 'Problems that the status tells now.', problems.length),
  ];
}

function gauge(name: string, help: string, value: number): Family {
  return { name, help, samples: [{ value }] };
}

function renderFamily({ name, help, samples }: Family): string {
  const type = name.endsWith('_total') ? 'counter' : 'gauge';
  const head = [`# HELP weft_${name} ${help}`, `# TYPE weft_${name} ${type}`];
  const lines = samples.map(
    ({ labels, value }) => `weft_${name}${renderLabels(labels)} ${String(value)}`,
  );
  return [...head, ...lines].join('\n');
}

function renderLabels(labels: Sample['labels']): string {
  if (labels === undefined) return '';
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return `{${pairs.join(',')}}`;
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
