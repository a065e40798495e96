/**
 * What a step of ownership changes on disk. The driver commits a step's writes in order and in one
 * transaction, and lets an answer or a record out only after that. Nothing here knows the medium.
 */
import type { PeerId } from '../mesh/peer-id.ts';
import type { Attachment, AttachmentKey } from './attachment.ts';
import type { Address, Cidr } from './cidr.ts';
import type { Block, Counterparty, View } from './custody-state.ts';
import type { DurableGrant } from './durable.ts';

/** A change of custody: who holds what, who is a member. */
export type CustodyWrite =
  /** The block is held from now on, with this term. */
  | { readonly type: 'hold-block'; readonly block: Block }
  | { readonly type: 'drop-block'; readonly cidr: Cidr }
  | { readonly type: 'add-pending'; readonly grant: DurableGrant }
  | { readonly type: 'drop-pending'; readonly to: PeerId; readonly n: number }
  /** Replaces what was known of this counterparty. */
  | { readonly type: 'set-counterparty'; readonly counterparty: Counterparty }
  /** Nothing of it is pending any more. */
  | { readonly type: 'drop-counterparty'; readonly peer: PeerId }
  /** Replaces the whole list. */
  | { readonly type: 'set-view'; readonly view: View }
  /** This identity was registered: it is used again after a restart. */
  | { readonly type: 'set-registered'; readonly rev: bigint }
  /** The arbiter's answer to who founded the cluster. */
  | { readonly type: 'set-founder'; readonly founder: PeerId }
  /** Came with a list of the arbiter's; replaces the one before. */
  | { readonly type: 'set-history-mark'; readonly mark: bigint };

/** A change of the addresses in use. */
export type AddressWrite =
  | { readonly type: 'add-attachment'; readonly attachment: Attachment }
  /** Its addresses begin to rest. */
  | { readonly type: 'remove-attachment'; readonly key: AttachmentKey }
  | { readonly type: 'add-vtep'; readonly address: Address };

/** This identity must not be used again; `reason` is told when the next start sets its state aside. */
export interface FenceWrite {
  readonly type: 'set-fenced';
  readonly reason: string;
}

export type Write = CustodyWrite | AddressWrite | FenceWrite;
