/** The figures of ownership, of the ipam and grant benches, for docs/BENCHMARKS.md. */
import { type Origin, describeOrigin, markdown } from './page-parts.ts';
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

export function describeAddresses(ipam: IpamResult, grant: GrantResult): readonly string[] {
  const { churn, hours } = ipam;
  const { median, least, most } = grant.grantMs;
  const rows = [
    [
      `addresses given out and taken back a second, with ${ipam.inUse} in use`,
      String(ipam.pairsPerSecond.median),
      `≥ ${ipam.pairsTarget}`,
    ],
    [
      'from asking for a block to the first address out of it, ms',
      `${median} (${least} to ${most})`,
      `≤ ${grant.targetMs}`,
    ],
    [
      'blocks a peer, mean of the worst hour',
      churn.blocksMean.toFixed(2),
      `≤ ${ipam.blocksTarget}`,
    ],
    [
      'blocks of one peer, most of any hour',
      String(churn.blocksMost),
      `≤ ${ipam.blocksMostTarget}`,
    ],
    [
      'addresses held by somebody in the end',
      `${(churn.addressesHeldShare * 100).toFixed(2)} %`,
      '100 %',
    ],
    ['blocks reclaimed', String(churn.blocksReclaimed), ''],
    ['blocks given back', String(churn.blocksReturned), ''],
    ['pods that got no address at once', String(churn.failedAllocations), ''],
  ];
  return [
    '## Addresses',
    describeOrigin(ipam),
    `The grant, between real peers in namespaces: ${describeOrigin(grant)}`,
    markdown(['what', 'weft', 'target'], rows),
    `Of blocks: ${churn.peers} peers for ${hours} virtual hours, in each of which one in a hundred is removed and as many join. Without a mesh: records are seen at once. Again: \`npm run bench -- ipam\`, \`npm run bench -- grant\`, then \`npm run bench -- page\`.`,
  ];
}
