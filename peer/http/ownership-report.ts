/** The accounts of the universe in the report's words: names beside ids, addresses as text. */
import type { Core } from '../core/core.ts';
import type { ReclaimState } from '../core/reclaiming.ts';
import { formatAddress, formatCidr, size } from '../ipam/cidr.ts';
import type { Account, HolderAccount } from '../ipam/accounts.ts';
import { accountsOf } from '../ipam/ownership.ts';
import type { PeerId } from '../mesh/peer-id.ts';
import type { HolderReport, OwnershipReport, RangeReport, ReclaimReport } from './report.ts';

/** The node's name of a peer, as its record or the arbiter's list has it; empty when neither does. */
export type NameOf = (peer: PeerId) => string;

/** Undefined before this peer is a member. */
export function reportOwnership(core: Core): OwnershipReport | undefined {
  const { ipam, mesh } = core;
  if (ipam.phase() !== 'member') return undefined;
  const peers = mesh.directory.peers();
  const records = new Map(peers.map(({ peer, content }) => [peer, content.custody]));
  const nameOf: NameOf = (peer) =>
    mesh.directory.peer(peer)?.content.profile.name ?? ipam.view().members.get(peer) ?? '';
  const down = mesh.down();
  const accounts = accountsOf(ipam, records, down);
  return {
    ranges: accounts.map((account) => reportRange(account, nameOf)),
    reclaim: reportReclaim(core.reclaimState(), nameOf, down),
    carriedOver: ipam.carriedOver().flatMap(({ addresses }) => addresses.map(formatAddress)),
  };
}

export function reportReclaim(
  state: ReclaimState,
  nameOf: NameOf,
  down: ReadonlySet<PeerId>,
): ReclaimReport {
  const peers = 'for' in state ? state.for : [];
  const waitsFor = peers.map((peer) => nameOf(peer) || peer);
  const executor = 'executor' in state ? state.executor : undefined;
  if (executor === undefined) return { state: state.type, waitsFor };
  const executorName = nameOf(executor) || executor;
  const isExecutorDown = down.has(executor);
  return { state: state.type, waitsFor, executor, executorName, isExecutorDown };
}

export function reportRange(account: Account, nameOf: NameOf): RangeReport {
  const { universe, holders, pending, orphaned, doubly, claimed, totals } = account;
  return {
    range: formatCidr(universe),
    addresses: String(size(universe)),
    // Only who reads it pays for it: of thousands it is as much as all sums.
    get holders() {
      return holders.map((holder) => reportHolder(holder, nameOf));
    },
    pending: pending.map(({ from, to, cidr, addresses }) => ({
      cidr: formatCidr(cidr),
      from: nameOf(from) || from,
      to: nameOf(to) || to,
      addresses: String(addresses),
    })),
    orphaned: orphaned.map(formatCidr),
    doublyClaimed: doubly.map(formatCidr),
    leftAlone: claimed.map(({ cidr, by }) => {
      return { cidr: formatCidr(cidr), for: by.map((peer) => nameOf(peer) || peer) };
    }),
    totals: {
      held: String(totals.held),
      unreachable: String(totals.unreachable),
      removed: String(totals.removed),
      pending: String(totals.pending),
      orphaned: String(totals.orphaned),
    },
  };
}

function reportHolder(holder: HolderAccount, nameOf: NameOf): HolderReport {
  const { peer, state, blocks, addresses, free } = holder;
  return {
    peer,
    name: nameOf(peer),
    state,
    blocks: blocks.map(formatCidr),
    addresses: String(addresses),
    free: String('exact' in free ? free.exact : 2n ** BigInt(free.log2)),
  };
}
