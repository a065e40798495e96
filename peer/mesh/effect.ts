/** The whole contract of the mesh with the world: what it is told, and what it asks for. */
import type { Bound } from './bound-hits.ts';
import type { MeshFrame } from './frame.ts';
import type { PeerId } from './peer-id.ts';
import type { DirectoryRecord, Endpoint, PeerContent, RecordContent } from './record.ts';

/** One authenticated connection; never used again after it went down. */
export type LinkId = number;

export interface LinkUp {
  readonly type: 'link-up';
  readonly link: LinkId;
  readonly peer: PeerId;
  readonly initiator: 'us' | 'them';
  /** What was dialled, or where the other end came from. */
  readonly endpoint: Endpoint;
}

export type MeshEvent =
  | LinkUp
  /** Not told for links that the mesh itself closed. */
  | { readonly type: 'link-down'; readonly link: LinkId }
  | { readonly type: 'dial-failed'; readonly endpoint: Endpoint }
  | { readonly type: 'frame'; readonly link: LinkId; readonly frame: MeshFrame }
  /** The link's send buffer is over its bound: what is queued for it is dropped. */
  | { readonly type: 'congested'; readonly link: LinkId }
  | { readonly type: 'drained'; readonly link: LinkId }
  /** Our own content, durable by now if it has to be. */
  | { readonly type: 'publish'; readonly content: RecordContent }
  /** Records that an earlier run had learned. */
  | { readonly type: 'recall'; readonly records: readonly DirectoryRecord[] }
  /** Where others may be reached who aren't known yet: dialled as the bootstrap endpoints are. */
  | { readonly type: 'endpoints-found'; readonly endpoints: readonly Endpoint[] }
  /** Who counts as a member may have changed. */
  | { readonly type: 'members-changed' }
  /** nextAt() has come. */
  | { readonly type: 'time' };

/** Why a link is closed. It goes over the wire, into logs and counters: see docs/ARCHITECTURE.md. */
export type CloseReason =
  | 'duplicate'
  | 'unwanted'
  | 'silent'
  | 'link-limit'
  | 'self'
  | 'misbehaved';

export type MeshEffect =
  | {
      readonly type: 'send';
      readonly link: LinkId;
      readonly frame: MeshFrame;
      /** Another link most likely brings it first: it may wait until there is nothing else to do. */
      readonly isSpare?: true;
    }
  | { readonly type: 'dial'; readonly endpoint: Endpoint }
  | { readonly type: 'close'; readonly link: LinkId; readonly reason: CloseReason }
  /** The directory has these now: ours, or another's that was not known in this version. */
  | { readonly type: 'learned'; readonly records: readonly DirectoryRecord[] }
  /** An earlier run of ours published this, and others still have it. */
  | { readonly type: 'own-record'; readonly content: PeerContent }
  /** Something of another's was refused; counted, and bounded by what it cost the sender. */
  | { readonly type: 'refused'; readonly reason: Refusal }
  /** A bound of ours was hit; counted. */
  | { readonly type: 'bound-hit'; readonly bound: Bound };

export type Refusal =
  | 'bad-record'
  | 'bad-signature'
  | 'writer-budget'
  | 'directory-full'
  | 'too-many-removed'
  | 'links-alone'
  | 'too-many-unlisted'
  | 'unlisted-budget'
  | 'unasked-entries'
  | 'own-record-from-elsewhere';
