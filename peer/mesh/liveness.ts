/**
 * Who can be reached, from what each peer says that it can't reach itself. Advice for the data
 * plane and for people: it never frees an address and never removes a peer.
 */
import type { Directory } from './directory.ts';
import type { PeerId } from './peer-id.ts';
import { type Rings, observersOf } from './rings.ts';

/** What a peer knows of others that decides whose word counts. */
export interface Standing {
  /** Ourselves and those we have a link to: what others say of these we know better. */
  readonly alive: ReadonlySet<PeerId>;
  /** The arbiter lists it: it is not merely somebody's claim. */
  readonly isListed: (id: PeerId) => boolean;
}

/**
 * The peers that are down: the most of the accused of whom each observer says so, or is down itself.
 * So an observer loses its say only by its own observers, and an accused peer is up when a chain of
 * observers leads to it from one that is not accused, each reaching the next: liars talk down only
 * whom they surround, and one liar surrounds nobody on a ring. It is one set, in whatever order
 * peers are looked at, as each that leaves it can only make others leave it.
 */
export function downPeers(
  directory: Directory,
  rings: Rings,
  { alive, isListed }: Standing,
): ReadonlySet<PeerId> {
  // Peers that were removed have records still, but no place on the rings.
  const members = new Set(rings.orders[0]);
  const accused = accusedPeers(directory, members).filter(
    (id) => members.has(id) && !alive.has(id),
  );
  const down = new Set(accused);
  const reaches = (observer: PeerId, id: PeerId): boolean =>
    !down.has(observer) && !directory.down(observer).includes(id);
  // Who observes whom is mutual: only the neighbours of who is up have to be looked at again.
  const open = [...accused];
  for (const id of open) {
    if (!down.has(id)) continue;
    const observers = observersOf(rings, id);
    if (!observers.some((observer) => reaches(observer, id))) continue;
    down.delete(id);
    open.push(...observers);
  }
  // Made-up identities could be next to a listed peer on all rings: alone they talk it down nowhere.
  const listed = new Set([...members].filter((id) => isListed(id)));
  const accusedByListed = new Set(accusedPeers(directory, listed));
  return new Set([...down].filter((id) => !isListed(id) || accusedByListed.has(id)));
}

/** The same, without a look at the rings, which may have to be made, while nobody accuses anybody. */
export function findDown(
  directory: Directory,
  rings: () => Rings,
  standing: Standing,
): ReadonlySet<PeerId> {
  return hasAccusations(directory) ? downPeers(directory, rings(), standing) : new Set();
}

/** Whether anybody says of anybody that it can't be reached: mostly nobody does. */
function hasAccusations(directory: Directory): boolean {
  for (const { content } of directory.accusations()) if (content.down.length > 0) return true;
  return false;
}

/** The peers whom one of these writers can't reach, sorted. */
function accusedPeers(directory: Directory, writers: ReadonlySet<PeerId>): readonly PeerId[] {
  const accused = new Set<PeerId>();
  for (const { peer, content } of directory.accusations()) {
    if (!writers.has(peer)) continue;
    for (const id of content.down) if (directory.peer(id) !== undefined) accused.add(id);
  }
  return [...accused].sort();
}
