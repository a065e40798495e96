/** What the desired kernel state is derived from: a snapshot of what the peer knows. */
import type { Attachment } from '../ipam/attachment.ts';
import type { Cidr } from '../ipam/cidr.ts';
import type { Block } from '../ipam/custody-state.ts';
import type { Vtep } from '../mesh/record.ts';

/** This node's own end of the overlay. */
export interface LocalVtep extends Vtep {
  /** 24 bits. */
  readonly vni: number;
  /** MTU of the overlay: what fits into one packet of the underlay after encapsulation. */
  readonly mtu: number;
}

/** Another peer as its record tells it: nothing here is known to be true. */
export interface RemotePeer {
  /** The node's name, for people. */
  readonly name: string;
  readonly vtep: Vtep;
  /** The blocks that it says it holds. */
  readonly blocks: readonly Block[];
}

export interface OverlayInput {
  readonly local: LocalVtep;
  /** At most one range of each family. No route to another peer leads outside of it. */
  readonly universe: readonly Cidr[];
  /** The blocks that this peer holds. */
  readonly holdings: readonly Cidr[];
  /** In the order of their ids, which decides between equal claims. */
  readonly remotes: readonly RemotePeer[];
  readonly attachments: readonly Attachment[];
  /**
   * False until another peer knows just what we know. Nothing that an earlier process left is taken
   * away before, so that a restart never withdraws a route that is still right.
   */
  readonly settled: boolean;
  /**
   * Whether a VTEP of this MAC may be that of a member whose record nobody has told us yet: what leads
   * to it stays then, too. Without it no MAC is.
   */
  readonly isAwaited?: (mac: string) => boolean;
}
