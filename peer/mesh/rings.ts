/**
 * Rings: K orders of the same ids, each a Hamiltonian cycle, together an expander of degree 2K
 * (Law and Siu, "Distributed Construction of Random Expander Networks", 2003). Which links are
 * wanted is a pure function of the directory, so nobody has to agree on it.
 *
 * An id is a hash already, so ring r orders the ids by their bytes rotated left by 4r: four
 * independent 32-bit positions, and the rest of the id decides between equal ones.
 */
import { assert } from '../assert.ts';
import { EAGER_RING_COUNT, FULL_MESH_PEERS_MAX, RING_COUNT, RING_WALK_MAX } from './limits.ts';
import type { PeerId } from './peer-id.ts';

/** Hex digits by which each further ring rotates. */
const ROTATION_DIGITS = 8;

export interface Rings {
  /** ring -> the ids in its order. */
  readonly orders: readonly (readonly PeerId[])[];
}

export interface Neighbours {
  /** Whom to hold a link to, sorted. */
  readonly wanted: readonly PeerId[];
  /** Of these, who gets records at once even when the link is busy. */
  readonly eager: ReadonlySet<PeerId>;
}

export function buildRings(ids: readonly PeerId[]): Rings {
  const orders = Array.from({ length: RING_COUNT }, (_, ring) => {
    const positions = ids.map((id) => ({ id, at: positionOn(ring, id) }));
    return positions.sort((a, b) => (a.at < b.at ? -1 : 1)).map(({ id }) => id);
  });
  return { orders };
}

/**
 * The neighbours that `self` wants. `isUnreachable` tells whom it can't reach now: the true
 * neighbour stays wanted (dialling it on is what heals a partition), and so is the next one that
 * can be reached, which closes the ring over the gap.
 */
export function neighbours(
  rings: Rings,
  self: PeerId,
  isUnreachable: (id: PeerId) => boolean,
): Neighbours {
  const eager = new Set<PeerId>();
  const wanted = new Set<PeerId>();
  for (const [ring, order] of rings.orders.entries()) {
    for (const id of ringNeighbours(order, self, isUnreachable)) {
      wanted.add(id);
      if (ring < EAGER_RING_COUNT) eager.add(id);
    }
  }
  const everybody = rings.orders[0] ?? [];
  if (everybody.length <= FULL_MESH_PEERS_MAX) everybody.forEach((id) => wanted.add(id));
  wanted.delete(self);
  return { wanted: [...wanted].sort(), eager };
}

/** Who watches `id`: the ring neighbours it has when everybody is reachable. */
export function observersOf(rings: Rings, id: PeerId): readonly PeerId[] {
  return neighbours(rings, id, () => false).wanted;
}

function ringNeighbours(
  order: readonly PeerId[],
  self: PeerId,
  isUnreachable: (id: PeerId) => boolean,
): readonly PeerId[] {
  const at = order.indexOf(self);
  assert(at >= 0, `${self} is on its own rings`);
  return [1, -1].flatMap((direction) => walk(order, { at, direction }, isUnreachable));
}

function walk(
  order: readonly PeerId[],
  from: { readonly at: number; readonly direction: number },
  isUnreachable: (id: PeerId) => boolean,
): readonly PeerId[] {
  const passed: PeerId[] = [];
  for (let step = 1; step < order.length && step <= RING_WALK_MAX; step++) {
    const index = (from.at + from.direction * step + step * order.length) % order.length;
    const id = order[index];
    assert(id !== undefined, `position ${index} of a ring of ${order.length}`);
    passed.push(id);
    if (!isUnreachable(id)) break;
  }
  return passed;
}

function positionOn(ring: number, id: PeerId): string {
  const cut = ring * ROTATION_DIGITS;
  return id.slice(cut) + id.slice(0, cut);
}
