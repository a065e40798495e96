/**
 * The durable state of one peer's custody, which is also what it publishes. See mesh protocol:
 * a block has one holder; only the holder can grant it; grant, accept and clear are each one
 * durable step at one peer.
 */
import type { PeerId } from '../mesh/peer-id.ts';
import type { Address, Cidr } from './cidr.ts';

/** The unit of ownership. The term grows each time the block changes hands. */
export interface Block {
  readonly cidr: Cidr;
  readonly term: number;
}

/** A block that was granted to `to` as the n-th grant to it, and is not known to be accepted yet. */
export interface PendingGrant {
  readonly block: Block;
  readonly to: PeerId;
  readonly n: number;
}

/** Per counterparty. Counters never go back: they make acceptance exactly-once per pair. */
export interface Counterparty {
  readonly peer: PeerId;
  /** Grants made to it. */
  readonly granted: number;
  /** Grants to it that it is known to have accepted. */
  readonly cleared: number;
  /** Grants from it that were accepted here. */
  readonly accepted: number;
}

/** Everything that a peer publishes of its custody. Lists are sorted: same state, same bytes. */
export interface Custody {
  readonly hold: readonly Block[];
  readonly pending: readonly PendingGrant[];
  readonly counterparties: readonly Counterparty[];
  /** The revision of the newest arbiter list that this peer has adopted. */
  readonly viewRev: bigint;
  /** What that list hashes to (HashView); 0 for none. */
  readonly viewHash: bigint;
  /** The revision at which this identity was registered; 0 before it is. */
  readonly registeredRev: bigint;
  /** Free addresses, as an exponent of two, rounded down: a hint for who looks for a donor. */
  readonly freeLog2: { readonly v4: number; readonly v6: number };
  /**
   * The first address of each smallest block in which pods of ours have addresses that are in no block
   * of ours (claims.ts). CARRIED_OVER_MAX at most.
   */
  readonly carriedOver: readonly Address[];
  /**
   * The newest mark of the arbiter's history that came with one of its lists, 128 bits that the core
   * only compares: a later one is greater (arbiter/kubernetes/marks.ts). 0 for none.
   */
  readonly historyMark: bigint;
}

/** A linearizable list of who is a member: the arbiter's answer. */
export interface View {
  readonly rev: bigint;
  /** Node name of each member, by identity. */
  readonly members: ReadonlyMap<PeerId, string>;
}

/**
 * A number that tells a list's members and their names from all others, whoever makes those up: the
 * core has no hash of its own, and the edge's is in wire/view-hash.ts. 0 for a list of nobody.
 */
export type HashView = (view: View) => bigint;
