/** Who has which addresses, as tables for people: all of it, unlike the status, which is one screen. */
import { printable, renderTable } from '../cli/table.ts';
import type {
  HolderReport,
  OwnershipReport,
  RangeReport,
  ReclaimReport,
  Report,
} from './report.ts';

/** What of a holder's blocks is shown; `--output json` has all. */
const BLOCKS_SHOWN_MAX = 6;

/** Of each total in the order in which they are shown. */
const TOTALS: readonly (readonly [keyof RangeReport['totals'], string])[] = [
  ['held', 'held'],
  ['unreachable', 'of peers that are unreachable'],
  ['removed', 'of peers that were removed, to be reclaimed'],
  ['pending', 'being granted'],
  ['orphaned', 'known to be with nobody'],
];

/** Ends with a newline. */
export function renderOwnership({ ownership, peer }: Report): string {
  if (ownership === undefined) {
    return `${printable(peer.name)} is ${peer.state}: it knows of no addresses yet. See weft status.\n`;
  }
  const parts = [
    ...ownership.ranges.map((range) => renderRange(range, peer.id)),
    renderReclaim(ownership.reclaim, peer.id),
    renderCarriedOver(ownership),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** Rounded down, so that only all is 100 %, and never to nothing. */
export function percentOf(part: string, whole: string): string {
  const [of, all] = [BigInt(part), BigInt(whole)];
  if (of === 0n) return '0 %';
  if (of === all) return '100 %';
  const hundredths = Number((of * 10_000n) / all);
  return hundredths === 0 ? '< 0.01 %' : `${(hundredths / 100).toFixed(2)} %`;
}

function renderRange(range: RangeReport, self: string): string {
  const { addresses, holders, pending, orphaned, doublyClaimed, leftAlone } = range;
  const rows = [
    ...holders.toSorted(byHolder).map((holder) => holderRow(holder, range, self)),
    ...pending.map(({ cidr, from, to, addresses: count }) => {
      return [from, `granting to ${to}`, cidr, count, percentOf(count, addresses), ''];
    }),
    ...(orphaned.length === 0 ? [] : [orphanRow(range)]),
  ];
  const header = ['peer', 'state', 'blocks', 'addresses', 'share', 'free'];
  const table = renderTable(header, rows);
  const claims = doublyClaimed.map((cidr) => `ALARM: two members claim ${cidr}: see weft status.`);
  return [renderTotals(range), ...claims, ...leftAlone.map(renderLeftAlone), '', table].join('\n');
}

function renderLeftAlone({ cidr, for: names }: RangeReport['leftAlone'][number]): string {
  const whose = names.map(printable).join(' and ');
  const what = `${cidr} is left alone for pods of ${whose}, from before a state was lost`;
  return names.length === 1 ? `${what}.` : `${what}: of two, neither gets it.`;
}

function renderTotals({ range, addresses, totals }: RangeReport): string {
  const parts = TOTALS.filter(([name]) => name === 'held' || totals[name] !== '0');
  const lines = parts.map(([name, words]) => {
    return `  ${percentOf(totals[name], addresses).padStart(9)}  ${totals[name]} ${words}`;
  });
  const sum = TOTALS.reduce((total, [name]) => total + BigInt(totals[name]), 0n);
  const whole = `  ${percentOf(String(sum), addresses).padStart(9)}  ${sum} in all`;
  return [`${range}: ${addresses} addresses`, ...lines, whole].join('\n');
}

function holderRow(holder: HolderReport, { addresses }: RangeReport, self: string) {
  const { peer, name, state, blocks, free } = holder;
  const isSelf = peer === self;
  return [
    name === '' ? peer : name,
    isSelf ? 'self' : describeState(state),
    showBlocks(blocks),
    holder.addresses,
    percentOf(holder.addresses, addresses),
    isSelf ? free : `about ${free}`,
  ];
}

function orphanRow({ orphaned, totals, addresses }: RangeReport): readonly string[] {
  const share = percentOf(totals.orphaned, addresses);
  return ['-', 'ORPHANED', showBlocks(orphaned), totals.orphaned, share, ''];
}

function describeState(state: HolderReport['state']): string {
  return state === 'held' ? 'member' : state.toUpperCase();
}

function showBlocks(blocks: readonly string[]): string {
  const shown = blocks.slice(0, BLOCKS_SHOWN_MAX).join(' ');
  const more = blocks.length - BLOCKS_SHOWN_MAX;
  return more > 0 ? `${shown} and ${more} more` : shown;
}

function renderReclaim(reclaim: ReclaimReport, self: string): string {
  const { state, waitsFor } = reclaim;
  const names = waitsFor.map(printable).join(', ');
  switch (state) {
    case 'nothing-to-reclaim':
      return '';
    case 'left-to-executor':
      return renderExecutor(reclaim, self);
    case 'waiting':
      return (
        `Reclaim waits for ${names}: each member has to show that it knows who was removed. ` +
        'Start or reach them, or remove those that are gone for good.'
      );
    case 'at-odds':
      return (
        `Reclaim has stopped: ${names} and this peer have different lists under one revision of the ` +
        "arbiter's. Somebody with the cluster key made one up: look for who that is."
      );
    case 'relisting':
      return `Reclaim waits for a newer list of the arbiter's, because of ${names}.`;
    case 'confirming':
      return 'Reclaim asks the arbiter whether its list is still the one that was counted over.';
    case 'too-many-blocks':
      return (
        'Reclaim waits for room: this peer has as many blocks as reclaim brings (too-many-blocks). It gives ' +
        'those without pods to others first; where that does not help within minutes, drain this node.'
      );
    case 'arbiter-went-back':
      return "Reclaim has stopped: the arbiter's list is older than the one that is known here.";
  }
}

function renderExecutor(
  { executor, executorName = '', isExecutorDown = false }: ReclaimReport,
  self: string,
): string {
  const what = 'takes back what removed peers held';
  if (executor === undefined) return `The arbiter has not told this peer yet who ${what}.`;
  if (executor === self) return `This peer ${what}, once it has a list that it may count over.`;
  const name = printable(executorName);
  if (!isExecutorDown) return `${name} ${what}: weft ipam there says what it waits for.`;
  return (
    `${name} ${what}, and is down: until it is back nothing is. ` +
    `Start it, or if it is gone for good run weft rmpeer ${name}.`
  );
}

function renderCarriedOver({ carriedOver }: OwnershipReport): string {
  if (carriedOver.length === 0) return '';
  return `In use on this node, from before its state was lost, and in no block of this peer: ${carriedOver.join(' ')}`;
}

/** Members first, then by name, in natural order. */
function byHolder(a: HolderReport, b: HolderReport): number {
  const removed = Number(a.state === 'removed') - Number(b.state === 'removed');
  return removed || a.name.localeCompare(b.name, 'en', { numeric: true });
}
