/**
 * What of the other peers' records can be programmed. A record is only what its writer says: one
 * bad peer must take neither the host's own routes nor another peer's. What is left out is told,
 * each as a sentence with peer, value and reason; the rest of the record stands.
 */
import {
  type Address,
  contains,
  containsAddress,
  formatAddress,
  formatCidr,
} from '../ipam/cidr.ts';
import { type Claim, Claims, OURS, type RefusedClaim } from './claims.ts';
import type { OverlayInput, RemotePeer } from './input.ts';
import { isUnicastMac } from './mac.ts';

export interface AcceptedRemotes {
  /** In the order of the input, with only the blocks and overlay addresses that stand. */
  readonly remotes: readonly RemotePeer[];
  readonly leftOut: readonly string[];
}

export function acceptRemotes(input: OverlayInput): AcceptedRemotes {
  const leftOut: string[] = [];
  const reachable = reachableRemotes(input, leftOut);
  const claims = new Claims([
    ...input.holdings.map((cidr) => ({ cidr, term: 0, claimant: OURS })),
    ...claimsInside(input, reachable, leftOut),
  ]);
  leftOut.push(...claims.refused.map((refused) => describeRefused(refused, reachable)));
  const blocks = claims.byClaimant();
  const remotes = reachable.map((remote, claimant): RemotePeer => {
    const isItsOwn = (address: Address): boolean => claims.claimantOf(address) === claimant;
    leftOut.push(...describeForeign(remote, isItsOwn));
    const vtep = { ...remote.vtep, overlay: remote.vtep.overlay.filter(isItsOwn) };
    return { ...remote, vtep, blocks: blocks.get(claimant) ?? [] };
  });
  return { remotes, leftOut };
}

/** Of two with one MAC the first one stands, for a second would take over the first one's traffic. */
function reachableRemotes(input: OverlayInput, leftOut: string[]): readonly RemotePeer[] {
  const macs = new Set([input.local.mac]);
  return input.remotes.filter((remote) => {
    const problem = vtepProblem(remote, input, macs);
    macs.add(remote.vtep.mac);
    if (problem !== undefined) leftOut.push(`${remote.name} is not reached: ${problem}`);
    return problem === undefined;
  });
}

function vtepProblem(
  { vtep: { mac, underlay } }: RemotePeer,
  { local, universe }: OverlayInput,
  macs: ReadonlySet<string>,
): string | undefined {
  const address = formatAddress(underlay);
  if (!isUnicastMac(mac)) return `its tunnel's MAC ${mac} is not that of one interface`;
  if (macs.has(mac)) return `its tunnel's MAC ${mac} is another peer's`;
  if (underlay.family !== local.underlay.family)
    return `its underlay address ${address} is not IPv${local.underlay.family}, as ours is`;
  // The tunnel's own packets would go into the tunnel.
  if (universe.some((range) => containsAddress(range, underlay)))
    return `its underlay address ${address} is inside the universe`;
  return undefined;
}

function claimsInside(
  { universe }: OverlayInput,
  remotes: readonly RemotePeer[],
  leftOut: string[],
): readonly Claim[] {
  return remotes.flatMap(({ name, blocks }, claimant) =>
    blocks.flatMap(({ cidr, term }): readonly Claim[] => {
      if (universe.some((range) => contains(range, cidr))) return [{ cidr, term, claimant }];
      leftOut.push(`${name} claims ${formatCidr(cidr)}, which is outside the universe: left out`);
      return [];
    }),
  );
}

function describeRefused(
  { cidr, claimant, by }: RefusedClaim,
  remotes: readonly RemotePeer[],
): string {
  const name = remotes[claimant]?.name ?? '';
  const whose = by.claimant === OURS ? 'ours' : `${remotes[by.claimant]?.name ?? ''}'s`;
  const stands = `${formatCidr(by.cidr)} is ${whose}`;
  return `${name} claims ${formatCidr(cidr)}, but ${stands}: left out`;
}

/** An overlay address is a gateway: who takes another's gets all that is routed by it. */
function describeForeign(
  { name, vtep }: RemotePeer,
  isItsOwn: (address: Address) => boolean,
): readonly string[] {
  const foreign = vtep.overlay.filter((address) => !isItsOwn(address));
  return foreign.map(
    (address) =>
      `${name} has the overlay address ${formatAddress(address)}, which is in no block that is routed to it: left out`,
  );
}
