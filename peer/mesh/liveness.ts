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
  const suspected = new Set(accusedPeers(directory, members).filter((id) => !alive.has(id)));
  const isDown = (id: PeerId): boolean => {
    const observers = observersOf(rings, id);
    const trusted = observers.filter((observer) => !suspected.has(observer));
    const asked = trusted.length > 0 ? trusted : observers;
    return asked.length > 0 && asked.every((observer) => directory.down(observer).includes(id));
  };
  return new Set([...suspected].filter(isDown));
}

/** The same, without a look at the rings, which may have to be made, while nobody accuses anybody. */
export function findDown(
  directory: Directory,
  rings: () => Rings,
  alive: ReadonlySet<PeerId>,
): ReadonlySet<PeerId> {
  return hasAccusations(directory) ? downPeers(directory, rings(), alive) : new Set();
}

/** Whether anybody says of anybody that it can't be reached: mostly nobody does. */
function hasAccusations(directory: Directory): boolean {
  for (const { content } of directory.accusations()) if (content.down.length > 0) return true;
  return false;
}

/** The members whom a member can't reach, sorted. */
function accusedPeers(directory: Directory, members: ReadonlySet<PeerId>): readonly PeerId[] {
  const accused = new Set<PeerId>();
  for (const { peer, content } of directory.accusations()) {
    if (!members.has(peer)) continue;
    for (const id of content.down) {
      if (members.has(id) && directory.peer(id) !== undefined) accused.add(id);
    }
  }
  return [...accused].sort();
}
