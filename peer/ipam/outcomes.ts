/** What each step of ownership takes and what it answers. Expected alternatives are outcomes, not errors. */
import type { PeerId } from '../mesh/peer-id.ts';
import type { Attachment, AttachmentKey } from './attachment.ts';
import type { Address, Cidr, Family } from './cidr.ts';
import type { Block } from './custody-state.ts';
import type { Write } from './writes.ts';

/**
 * How far this identity is. `unregistered`: not known to the arbiter. `unfounded`: registered, but
 * who founded the cluster isn't known yet; nothing may be published before it is. `member`: holds,
 * grants, accepts. `removed`: the arbiter's list doesn't have it any more; it never comes back.
 */
export type Phase = 'unregistered' | 'unfounded' | 'member' | 'removed';

export interface AllocateRequest {
  readonly key: AttachmentKey;
  readonly hostInterface: string;
  /** The pod's MAC may follow from its addresses. */
  readonly podMac: (addresses: readonly Address[]) => string;
  readonly podName: string;
}

export type AllocateOutcome =
  | {
      readonly type: 'allocated';
      readonly attachment: Attachment;
      readonly writes: readonly Write[];
    }
  | { readonly type: 'exists'; readonly attachment: Attachment }
  /** `reason` is a sentence for the runtime: what is missing, and what will help. */
  | {
      readonly type: 'exhausted';
      readonly reason: string;
      readonly bound: IpamBound | undefined;
    };

export type ReleaseOutcome =
  | {
      readonly type: 'released';
      readonly attachment: Attachment;
      readonly writes: readonly Write[];
    }
  | { readonly type: 'absent' };

/** The peer's own overlay addresses, as many families as it holds space of so far. */
export interface VtepOutcome {
  readonly addresses: readonly Address[];
  readonly writes: readonly Write[];
}

/** Space that is wanted: 2^wantLog2 addresses, or less down to 2^minLog2. */
export interface Need {
  readonly family: Family;
  readonly wantLog2: number;
  readonly minLog2: number;
}

export interface GrantRequest extends Need {
  readonly to: PeerId;
  /** As the asker's record says: it decides whether the asker is a member that we don't know yet. */
  readonly registeredRev: bigint;
}

export type GrantOutcome =
  /** `writes` is empty when an earlier grant to this peer is still on its way: that one is told again. */
  | { readonly type: 'granted'; readonly block: Block; readonly writes: readonly Write[] }
  | {
      readonly type: 'refused';
      readonly reason: string;
      readonly bound: IpamBound | undefined;
    };

/** A bound of ownership that was hit (limits.ts, addresses.ts): the name of its counter. */
export type IpamBound =
  | 'grant-budget'
  | 'too-many-attachments'
  | 'too-many-blocks'
  | 'too-many-counterparties'
  | 'too-many-grants'
  | 'too-many-pending-grants';

/** Why a grant to us is not accepted. The last two are for lack of room, and may pass. */
export type ConflictReason =
  | 'ours-already'
  | 'outside-universe'
  | 'too-small'
  | 'term-too-high'
  | 'too-many-blocks'
  | 'too-many-donors';

/** A grant to us that is not accepted, and stays pending at `peer`. */
export interface Conflict {
  readonly peer: PeerId;
  readonly cidr: Cidr;
  readonly reason: ConflictReason;
}

export interface LookOutcome {
  readonly writes: readonly Write[];
  /** Whether what we publish has changed. */
  readonly changed: boolean;
  readonly conflicts: readonly Conflict[];
}

export interface AdoptOutcome {
  /** Empty for a view that is not newer than ours. */
  readonly writes: readonly Write[];
  /** This peer is not a member any more: it stops, and starts again as a new identity. */
  readonly removed: boolean;
}

export type RegisterOutcome =
  | { readonly type: 'registered'; readonly writes: readonly Write[] }
  | { readonly type: 'refused'; readonly reason: string };

export type FoundOutcome =
  /** `writes` is empty when this was known. */
  | { readonly type: 'founded'; readonly writes: readonly Write[] }
  /** The arbiter names another founder than it did before: it is not the same arbiter. */
  | { readonly type: 'conflict'; readonly known: PeerId };

/** One held block and how full it is. */
export interface Holding {
  readonly block: Block;
  readonly used: number;
  readonly free: bigint;
}
