/**
 * Everything of ownership that outlives the process: what the writes add up to. Read once at the
 * start; the identity and the epoch, which the core never changes, are the store's.
 */
import type { PeerId } from '../mesh/peer-id.ts';
import type { Attachment } from './attachment.ts';
import type { Address } from './cidr.ts';
import type { Block, Counterparty, PendingGrant, View } from './custody-state.ts';

/**
 * A pending grant with the revision that its grantee registered at, which is not published: a view
 * that is adopted later must not take the grant back from a peer that registered after that view.
 */
export interface DurableGrant extends PendingGrant {
  readonly registeredRev: bigint;
}

/** The durable part of custody. */
export interface DurableCustody {
  readonly hold: readonly Block[];
  readonly pending: readonly DurableGrant[];
  readonly counterparties: readonly Counterparty[];
  readonly view: View;
  /** 0 until this identity was registered. */
  readonly registeredRev: bigint;
  /** Who founded the cluster; undefined until the arbiter told. */
  readonly founder: PeerId | undefined;
  /** As it is published. */
  readonly historyMark: bigint;
}

export interface Durable {
  readonly custody: DurableCustody;
  readonly attachments: readonly Attachment[];
  /** The peer's own overlay addresses: at most one of each family. */
  readonly vtep: readonly Address[];
  /** Addresses that were released and not given out since, oldest first. */
  readonly resting: readonly Address[];
}

export const NO_VIEW: View = { rev: 0n, members: new Map() };

/** The state of an identity that was never registered. */
export const EMPTY_DURABLE: Durable = {
  custody: {
    hold: [],
    pending: [],
    counterparties: [],
    view: NO_VIEW,
    registeredRev: 0n,
    founder: undefined,
    historyMark: 0n,
  },
  attachments: [],
  vtep: [],
  resting: [],
};
