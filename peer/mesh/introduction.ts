/**
 * What two peers that have just linked tell each other of who is who. Whether they are told is decided
 * in mesh.ts.
 */
import type { Directory } from './directory.ts';
import type { LinkId, MeshEffect } from './effect.ts';
import type { Link } from './links.ts';
import type { PeerId } from './peer-id.ts';
import { sendRecords } from './record-frames.ts';

interface Referral {
  readonly link: LinkId;
  /** Who is at its other end. */
  readonly peer: PeerId;
  readonly ids: readonly PeerId[];
}

/**
 * Who dialled says at once who it is: the other end may be its neighbour, and not know it yet. Both
 * say what they know of the other end: so one whose disk was set back hears of what it has published.
 */
export function introduce(directory: Directory, self: PeerId, link: Link): readonly MeshEffect[] {
  const own = link.initiator === 'us' ? directory.peer(self) : undefined;
  const records = [own, directory.peer(link.peer)].filter((record) => record !== undefined);
  return records.length === 0 ? [] : sendRecords(link.id, records);
}

/**
 * For a peer that came to the wrong one: the records of these, who are next to it on the rings or
 * ourselves. It dials where it belongs, and learns all others there; so a seed is not crowded.
 */
export function refer(directory: Directory, { link, peer, ids }: Referral): readonly MeshEffect[] {
  const records = ids.flatMap((id) => (id === peer ? [] : (directory.peer(id) ?? [])));
  return sendRecords(link, records);
}

/**
 * To whom a second link is refused, what is known of it: if that is another that runs with a copy of
 * its disk, it hears so, and would otherwise meet nobody.
 */
export function tellOfItself(
  directory: Directory,
  { link, peer }: { readonly link: LinkId; readonly peer: PeerId },
): readonly MeshEffect[] {
  const known = directory.peer(peer);
  return known === undefined ? [] : sendRecords(link, [known]);
}
