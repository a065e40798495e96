/** What each simulated peer has had on disk: nothing else may be in its record. */
import type { Custody } from '../../peer/ipam/custody-state.ts';
import type { DurableCustody } from '../../peer/ipam/durable.ts';
import { formatCidr } from '../../peer/ipam/cidr.ts';
import type { Write } from '../../peer/ipam/writes.ts';
import type { SimulatedPeer } from './simulated-peer.ts';
import { hold } from './violation.ts';

export class DurableClaims {
  readonly #claims = new Map<SimulatedPeer, Set<string>>();

  load(peer: SimulatedPeer, { hold, pending, counterparties }: DurableCustody): void {
    const claims = this.#of(peer);
    for (const claim of claimsOf({ hold, pending, counterparties })) claims.add(claim);
  }

  synced(peer: SimulatedPeer, writes: readonly Write[]): void {
    const claims = this.#of(peer);
    for (const write of writes) {
      if (write.type === 'hold-block') claims.add(heldClaim(write.block));
      if (write.type === 'add-pending') claims.add(grantClaim(write.grant));
      if (write.type === 'set-counterparty') claims.add(countClaim(write.counterparty));
    }
  }

  /** Its identity is gone, and so is what it claimed. */
  forget(peer: SimulatedPeer): void {
    this.#claims.delete(peer);
  }

  check(peer: SimulatedPeer, custody: Custody): void {
    const claims = this.#of(peer);
    const early = claimsOf(custody).find((claim) => !claims.has(claim));
    hold(
      'durable',
      early === undefined,
      () => `node${peer.n} publishes before it is written: ${early}`,
    );
  }

  #of(peer: SimulatedPeer): Set<string> {
    const known = this.#claims.get(peer) ?? new Set<string>();
    this.#claims.set(peer, known);
    return known;
  }
}

type Claims = Pick<Custody, 'hold' | 'pending' | 'counterparties'>;

function claimsOf({ hold, pending, counterparties }: Claims): readonly string[] {
  return [...hold.map(heldClaim), ...pending.map(grantClaim), ...counterparties.map(countClaim)];
}

function heldClaim({ cidr, term }: Custody['hold'][number]): string {
  return `holds ${formatCidr(cidr)} of term ${term}`;
}

function grantClaim({ to, n }: Pick<Custody['pending'][number], 'to' | 'n'>): string {
  return `granted number ${n} to ${to}`;
}

/** Only what was accepted from another binds anybody: the rest follows from the grants. */
function countClaim({ peer, accepted }: Custody['counterparties'][number]): string {
  return `accepted ${accepted} of ${peer}`;
}
