/**
 * Who is next to whom on the rings, by the words of docs/PROTOCOL.md and not by the code under test.
 */
import { FULL_MESH_PEERS_MAX, RING_COUNT } from '../../peer/mesh/limits.ts';
import type { PeerId } from '../../peer/mesh/peer-id.ts';

/** By how many digits each further ring rotates ids. */
const DIGITS = 8;
const GROUP_SIZE = 2 ** 32;

/** Who watches `self`: those next to it, and all others in a small cluster. */
export function ringNeighbours(ids: readonly PeerId[], self: PeerId): readonly PeerId[] {
  if (ids.length <= FULL_MESH_PEERS_MAX) return ids.filter((id) => id !== self);
  return nextOnRings(ids, self);
}

/** Those of `ids` that are next to `self`, one of them, on a ring. */
export function nextOnRings(ids: readonly PeerId[], self: PeerId): readonly PeerId[] {
  const found = new Set<PeerId>();
  for (let ring = 0; ring < RING_COUNT; ring++) {
    const order = ids.toSorted((a, b) => (rotated(a, ring) < rotated(b, ring) ? -1 : 1));
    const at = order.indexOf(self);
    for (const id of [order[(at + 1) % order.length], order.at(at - 1)])
      if (id !== undefined && id !== self) found.add(id);
  }
  return [...found];
}

/** An identity so close to another on all rings that hardly anybody is between them. */
export function idBeside(id: PeerId, by: number): PeerId {
  const groups = Array.from({ length: RING_COUNT }, (_, ring) => {
    const number = Number.parseInt(id.slice(ring * DIGITS, (ring + 1) * DIGITS), 16);
    const moved = (number + by + GROUP_SIZE) % GROUP_SIZE;
    return moved.toString(16).padStart(DIGITS, '0');
  });
  return groups.join('') as PeerId;
}

function rotated(id: PeerId, ring: number): string {
  return id.slice(ring * DIGITS) + id.slice(0, ring * DIGITS);
}
