/**
 * Who can be reached, from what each peer says that it can't reach itself. Advice for the data
 * plane and for people: it never frees an address and never removes a peer.
 */
import type { Directory } from './directory.ts';
import type { PeerId } from './peer-id.ts';
import { type Rings, observersOf } from './rings.ts';

/**
 * The peers that are down: all of their observers that nobody suspects themselves say so; when
 * every observer is suspected, all of them. `alive` are ourselves and those we have a link to:
 * what others say of these we know better, and so one mad peer can't talk anybody down.
 */
export function downPeers(
  directory: Directory,
  rings: Rings,
  alive: ReadonlySet<PeerId>,
): ReadonlySet<PeerId> {
  // Peers that were removed have records still, but no place on the rings.
  const members = new Set(rings.orders[0]);
  const ids = directory.peerIds().filter((id) => members.has(id));
  const accused = new Set(ids.flatMap((id) => directory.down(id)));
  const suspects = ids.filter((id) => accused.has(id) && !alive.has(id));
  const suspected = new Set(suspects);
  const isDown = (id: PeerId): boolean => {
    const observers = observersOf(rings, id);
    const trusted = observers.filter((observer) => !suspected.has(observer));
    const asked = trusted.length > 0 ? trusted : observers;
    return asked.length > 0 && asked.every((observer) => directory.down(observer).includes(id));
  };
  return new Set(suspects.filter(isDown));
}
