/** The heartbeats that are due, as frames: what our directory sums up to, and whether we want the link. */
import type { MeshEffect } from './effect.ts';
import type { Heartbeat } from './frame.ts';
import type { Link } from './links.ts';
import type { PeerId } from './peer-id.ts';

/** One for each of these links, and notes what it was told. */
export function sendHeartbeats(
  due: readonly Link[],
  setHash: bigint,
  isWanted: (peer: PeerId) => boolean,
): readonly MeshEffect[] {
  if (due.length === 0) return [];
  // One frame object for all links that get the same: it is encoded once.
  const wanting: Heartbeat = { type: 'heartbeat', setHash, wanted: true };
  const declining: Heartbeat = { ...wanting, wanted: false };
  return due.map((link) => {
    link.toldWanted = isWanted(link.peer);
    return { type: 'send', link: link.id, frame: link.toldWanted ? wanting : declining };
  });
}
