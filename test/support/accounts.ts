/** What each peer says of the whole universe, for tests of a cluster that nothing happens in any more. */
import type { RangeReport, Report } from '#peer/http/report.ts';

/**
 * What speaks against it that this peer counts every address of the universe once, and each as held
 * by a member that can be reached.
 */
export function findAccountFaults(report: Report): readonly string[] {
  const { peer, ownership } = report;
  if (ownership === undefined) return [`${peer.name} is no member`];
  const carriedOver = ownership.carriedOver.map(
    (address) => `${address} is in no block of its own`,
  );
  const faults = [...ownership.ranges.flatMap(findRangeFaults), ...carriedOver];
  return faults.map((fault) => `${peer.name}: ${fault}`);
}

/** What speaks against it that each address is in one of the peer's lines, whatever happens just now. */
export function findSumFaults({ peer, ownership }: Report): readonly string[] {
  const ranges = ownership?.ranges ?? [];
  if (ranges.length === 0) return [`${peer.name} has no accounts`];
  return ranges
    .flatMap((range) => [...findWrongSum(range), ...findDoubles(range)])
    .map((fault) => `${peer.name}: ${fault}`);
}

/** Ids of all whom the peer counts as holders of something, removed ones too. */
export function holdersIn({ ownership }: Report): readonly string[] {
  return (ownership?.ranges ?? []).flatMap(({ holders }) => holders.map(({ peer }) => peer));
}

function findRangeFaults(range: RangeReport): readonly string[] {
  const { addresses, totals, orphaned, pending, leftAlone } = range;
  const isHeld = totals.held === addresses;
  return [
    ...findWrongSum(range),
    ...findDoubles(range),
    ...(isHeld ? [] : [`${totals.held} of ${addresses} are held: ${JSON.stringify(totals)}`]),
    ...orphaned.map((cidr) => `${cidr} is nobody's`),
    ...pending.map(({ cidr, from, to }) => `${cidr} is on its way from ${from} to ${to}`),
    ...leftAlone.map(({ cidr, for: names }) => `${cidr} is left alone for ${names.join()}`),
  ];
}

function findWrongSum({ range, addresses, totals }: RangeReport): readonly string[] {
  const sum = Object.values(totals).reduce((total, count) => total + BigInt(count), 0n);
  return String(sum) === addresses ? [] : [`the accounts of ${range} sum up to ${sum}`];
}

function findDoubles({ doublyClaimed }: RangeReport): readonly string[] {
  return doublyClaimed.map((cidr) => `${cidr} is claimed twice`);
}
