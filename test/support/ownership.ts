/** What several peers' reports say of who holds what, held against the universe. */
import type { Report } from '#peer/http/report.ts';
import { type Cidr, formatCidr, overlaps, size } from '#peer/ipam/cidr.ts';
import { parseCidr } from '#peer/ipam/parse.ts';

interface Claim {
  readonly by: string;
  readonly cidr: Cidr;
}

/**
 * What speaks against it that every address of the universe is in one holding or on its way to one,
 * and each pod's address is one pod's. Reports are not of one instant: ask until there is nothing.
 */
export function findOwnershipFaults(reports: readonly Report[]): readonly string[] {
  const holds = reports.flatMap(({ peer, holdings }) =>
    holdings.map(({ cidr }) => ({ by: peer.name, cidr: parseCidr(cidr) })),
  );
  const pending = reports.flatMap(({ peer, pendingGrants }) =>
    pendingGrants.map(({ cidr }) => ({ by: `${peer.name} for another`, cidr: parseCidr(cidr) })),
  );
  const claims = [...holds, ...pending];
  return [
    ...findOverlaps(claims),
    ...findMissing(claims, reports[0]?.universe ?? []),
    ...findSharedAddresses(reports),
  ];
}

function findOverlaps(claims: readonly Claim[]): readonly string[] {
  return claims.flatMap((claim, i) =>
    claims
      .slice(i + 1)
      .filter((other) => overlaps(claim.cidr, other.cidr))
      .map(
        (other) =>
          `${formatCidr(claim.cidr)} of ${claim.by} and ${formatCidr(other.cidr)} of ${other.by}`,
      ),
  );
}

function findMissing(claims: readonly Claim[], universe: readonly string[]): readonly string[] {
  const total = universe.map(parseCidr).reduce((sum, range) => sum + size(range), 0n);
  const claimed = claims.reduce((sum, { cidr }) => sum + size(cidr), 0n);
  return claimed === total ? [] : [`${claimed} addresses are accounted for, of ${total}`];
}

function findSharedAddresses(reports: readonly Report[]): readonly string[] {
  const users = new Map<string, string>();
  return reports.flatMap(({ peer, attachments }) =>
    attachments.flatMap(({ containerId, addresses }) =>
      addresses.flatMap((address) => {
        const earlier = users.get(address);
        users.set(address, `${containerId} on ${peer.name}`);
        return earlier === undefined ? [] : [`${address} is ${earlier}'s and ${containerId}'s`];
      }),
    ),
  );
}
