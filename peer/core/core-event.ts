/** The contract of the pure core with its driver: what it is told, and what it asks for. */
import type { AttachmentKey, Attachment } from '../ipam/attachment.ts';
import type { View } from '../ipam/custody-state.ts';
import type { AllocateRequest, IpamBound, Need } from '../ipam/outcomes.ts';
import type { ViewUpdate } from '../ipam/view-update.ts';
import type { Write } from '../ipam/writes.ts';
import type { MeshEffect, MeshEvent } from '../mesh/effect.ts';
import type { PeerId } from '../mesh/peer-id.ts';
import type { PeerContent } from '../mesh/record.ts';

/** Names who waits for an answer; the driver's to choose. */
export type ReplyId = number;

export type CoreEvent =
  | MeshEvent
  /** The arbiter's answers at the join of this identity. */
  | { readonly type: 'registered'; readonly view: View }
  | { readonly type: 'founded'; readonly founder: PeerId }
  /** A list of members, as the arbiter itself told it. */
  | { readonly type: 'view'; readonly view: View }
  /** A later mark of the arbiter's history than ours, told before the list that it came with. */
  | { readonly type: 'history-told'; readonly mark: bigint }
  /**
   * The answer to the question for the executor with this number. `view`: if it is us, a list of the
   * arbiter's that was read after that answer.
   */
  | {
      readonly type: 'executor-told';
      readonly question: number;
      readonly executor: PeerId;
      readonly view: View | undefined;
    }
  /** Another peer asks us for our list of members; it has that of revision `since`. */
  | {
      readonly type: 'view-asked';
      readonly from: PeerId;
      readonly since: bigint;
      readonly reply: ReplyId;
    }
  /** How our own question to `from` for its list ended; undefined when it has told none. */
  | {
      readonly type: 'view-answered';
      readonly from: PeerId;
      readonly update: ViewUpdate | undefined;
    }
  | { readonly type: 'allocate'; readonly request: AllocateRequest; readonly reply: ReplyId }
  | { readonly type: 'release'; readonly key: AttachmentKey; readonly reply: ReplyId }
  /** Another peer asks us for a block. */
  | {
      readonly type: 'space-asked';
      readonly from: PeerId;
      readonly need: Need;
      readonly reply: ReplyId;
    }
  /** How our own question for a block ended: granted by a donor, or refused by all of them. */
  | { readonly type: 'space-answered'; readonly need: Need; readonly granted: boolean };

/** A bound of the core that was hit: the name of its counter. */
export type CoreBound = IpamBound | 'too-many-waiting-allocations';

export type CoreReply =
  | { readonly type: 'attached'; readonly attachment: Attachment }
  | { readonly type: 'done' }
  | { readonly type: 'view'; readonly update: ViewUpdate }
  | { readonly type: 'refused'; readonly reason: string };

export type CoreEffect =
  | Exclude<MeshEffect, { type: 'own-record' }>
  /**
   * Write in order, durably; only then execute `then`. Commits end in the order in which they were
   * asked for, so that whatever follows a later one may rely on the earlier ones.
   */
  | {
      readonly type: 'commit';
      readonly writes: readonly Write[];
      readonly then: readonly CoreEffect[];
    }
  /** Tell the core to publish this content now. */
  | { readonly type: 'publish'; readonly content: PeerContent }
  | { readonly type: 'reply'; readonly to: ReplyId; readonly value: CoreReply }
  /** Ask these donors in turn, and tell the core how that ended. */
  | { readonly type: 'ask-space'; readonly donors: readonly PeerId[]; readonly need: Need }
  /** Ask the arbiter for its list of members. */
  | { readonly type: 'ask-view' }
  /** Ask another peer for its list of members, and tell the core how that ended. */
  | { readonly type: 'ask-peer-view'; readonly peer: PeerId; readonly since: bigint }
  /**
   * Ask the arbiter who the executor is and, if it is us, only then for its list; tell the core both
   * with this number. Without an answer tell nothing: the core asks again.
   */
  | { readonly type: 'ask-executor'; readonly question: number }
  /** Something was refused because as much as a bound allows is there already; counted. */
  | { readonly type: 'bound-hit'; readonly bound: CoreBound }
  /** What the kernel should look like may have changed. */
  | { readonly type: 'look-again' }
  /** This identity must not act any more: stop. What the next start does is on disk by now. */
  | { readonly type: 'fence'; readonly reason: string };
