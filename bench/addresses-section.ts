/** The figures of ownership, of the ipam and grant benches, for docs/BENCHMARKS.md. */
import { type Missed, type Origin, describeOrigin, markdown } from './page-parts.ts';
import type { Summary } from './result.ts';

export interface IpamResult extends Origin {
  readonly inUse: number;
  readonly pairsTarget: number;
  readonly pairsPerSecond: Summary;
  readonly hours: number;
  readonly blocksTarget: number;
  readonly blocksMostTarget: number;
  readonly churn: {
    readonly peers: number;
    readonly blocksMean: number;
    readonly blocksMost: number;
    readonly addressesHeldShare: number;
    readonly blocksReclaimed: number;
    readonly blocksReturned: number;
    readonly failedAllocations: number;
  };
}

export interface GrantResult extends Origin {
  readonly targetMs: number;
  readonly grantMs: Summary;
}

interface Quantity {
  readonly what: string;
  readonly measured: string;
  /** Empty where there is none. */
  readonly target: string;
  readonly isMissed: boolean;
}

export function describeAddresses(ipam: IpamResult, grant: GrantResult): readonly string[] {
  const rows = quantitiesOf(ipam, grant).map(({ what, measured, target }) => [
    what,
    measured,
    target,
  ]);
  return [
    '## Addresses',
    describeOrigin(ipam),
    `The grant, between real peers in namespaces: ${describeOrigin(grant)}`,
    markdown(['what', 'weft', 'target'], rows),
    `Of blocks: ${ipam.churn.peers} peers for ${ipam.hours} virtual hours, in each of which one in a hundred is removed and as many join. Without a mesh: records are seen at once. Again: \`npm run bench -- ipam\`, \`npm run bench -- grant\`, then \`npm run bench -- page\`.`,
  ];
}

export function missedByAddresses(ipam: IpamResult, grant: GrantResult): readonly Missed[] {
  return quantitiesOf(ipam, grant).filter(({ isMissed }) => isMissed);
}

function quantitiesOf(ipam: IpamResult, grant: GrantResult): readonly Quantity[] {
  const { churn, pairsPerSecond, pairsTarget } = ipam;
  const { median, least, most } = grant.grantMs;
  return [
    {
      what: `addresses given out and taken back a second, with ${ipam.inUse} in use`,
      measured: String(pairsPerSecond.median),
      target: `≥ ${pairsTarget}`,
      isMissed: pairsPerSecond.median < pairsTarget,
    },
    {
      what: 'from asking for a block to the first address out of it, ms',
      measured: `${median} (${least} to ${most})`,
      target: `≤ ${grant.targetMs}`,
      isMissed: median > grant.targetMs,
    },
    {
      what: 'blocks a peer, mean of the worst hour',
      measured: churn.blocksMean.toFixed(2),
      target: `≤ ${ipam.blocksTarget}`,
      isMissed: churn.blocksMean > ipam.blocksTarget,
    },
    {
      what: 'blocks of one peer, most of any hour',
      measured: String(churn.blocksMost),
      target: `≤ ${ipam.blocksMostTarget}`,
      isMissed: churn.blocksMost > ipam.blocksMostTarget,
    },
    {
      what: 'addresses held by somebody in the end',
      measured: `${(churn.addressesHeldShare * 100).toFixed(2)} %`,
      target: '100 %',
      isMissed: churn.addressesHeldShare < 1,
    },
    counted('blocks reclaimed', churn.blocksReclaimed),
    counted('blocks given back', churn.blocksReturned),
    counted('pods that got no address at once', churn.failedAllocations),
  ];
}

function counted(what: string, count: number): Quantity {
  return { what, measured: String(count), target: '', isMissed: false };
}
