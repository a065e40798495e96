/** What the desired kernel state is derived from: a snapshot of what the peer knows. */
import type { Attachment } from '../ipam/attachment.ts';
import type { Cidr } from '../ipam/cidr.ts';
import type { Vtep } from '../mesh/record.ts';

/** This node's own end of the overlay. */
export interface LocalVtep extends Vtep {
  /** 24 bits. */
  readonly vni: number;
  /** MTU of the overlay: what fits into one packet of the underlay after encapsulation. */
  readonly mtu: number;
}

/** Another peer and the blocks that are reached through it. */
export interface RemotePeer {
  readonly vtep: Vtep;
  readonly blocks: readonly Cidr[];
}

export interface OverlayInput {
  readonly local: LocalVtep;
  /** The blocks that this peer holds. */
  readonly holdings: readonly Cidr[];
  readonly remotes: readonly RemotePeer[];
  readonly attachments: readonly Attachment[];
  /**
   * False until the directory is known to be whole. Nothing that an earlier process left is taken
   * away before, so that a restart never withdraws a route that is still right.
   */
  readonly settled: boolean;
}
