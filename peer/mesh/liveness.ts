/**
 * Who can be reached, from what each peer says that it can't reach itself. Advice for the data
 * plane and for people: it never frees an address and never removes a peer.
 */
import type { Directory } from './directory.ts';
import type { PeerId } from './peer-id.ts';
import { type Rings, observersOf } from './rings.ts';

/**
 * The peers that are down: all of their observers that nobody suspects themselves say so. When
 * every observer is suspected, all of them have to agree.
 */
export function downPeers(directory: Directory, rings: Rings): ReadonlySet<PeerId> {
  const suspects = [...new Set(directory.peerIds().flatMap((id) => directory.down(id)))].sort();
  const suspected = new Set(suspects);
  const ids = new Set(directory.peerIds());
  const isDown = (id: PeerId): boolean => {
    const observers = observersOf(rings, id);
    const trusted = observers.filter((observer) => !suspected.has(observer));
    const asked = trusted.length > 0 ? trusted : observers;
    return asked.length > 0 && asked.every((observer) => directory.down(observer).includes(id));
  };
  return new Set(suspects.filter((id) => ids.has(id) && isDown(id)));
}
