/** Who watches a simulated world: told of everything, and free to say that it may not be. */
import type { CoreEffect, CoreEvent } from '../../peer/core/core-event.ts';
import type { Write } from '../../peer/ipam/writes.ts';
import type { CloseReason } from '../../peer/mesh/effect.ts';
import type { PeerId } from '../../peer/mesh/peer-id.ts';
import type { MeshFrame } from '../../peer/mesh/frame.ts';
import type { RecordContent } from '../../peer/mesh/record.ts';
import type { Link } from './link.ts';
import type { SimulatedPeer } from './simulated-peer.ts';

export interface Observer {
  started(peer: SimulatedPeer): void;
  ended(peer: SimulatedPeer): void;
  /** The identity that the peer has now will never run again. */
  lostDisk(peer: SimulatedPeer): void;
  /** The arbiter's list has this identity no more, whether it runs or not. */
  removed(id: PeerId): void;
  /** Its disk was set back to an older copy; it does not run. */
  setBack(peer: SimulatedPeer): void;
  stepping(peer: SimulatedPeer, event: CoreEvent): void;
  stepped(peer: SimulatedPeer, event: CoreEvent, effects: readonly CoreEffect[]): void;
  /** `link` is undefined when the peer has no such link. */
  sending(peer: SimulatedPeer, link: Link | undefined, frame: MeshFrame): void;
  closing(peer: SimulatedPeer, link: Link | undefined, reason: CloseReason): void;
  /** These writes are in the peer's memory, and not on its disk yet. */
  committing(peer: SimulatedPeer, writes: readonly Write[]): void;
  synced(peer: SimulatedPeer, writes: readonly Write[]): void;
  /** The process ended with this under way: the oldest write may be on the disk, later ones are not. */
  interrupted(
    peer: SimulatedPeer,
    writes: { readonly isTailKept: boolean; readonly lost: number },
  ): void;
  /** A sync failed, and with it the process. */
  diskFailed(peer: SimulatedPeer): void;
  publishing(peer: SimulatedPeer, content: RecordContent): void;
}
