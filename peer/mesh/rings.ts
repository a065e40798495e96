/**
 * Rings: K orders of the same ids, each a Hamiltonian cycle, together an expander of degree 2K
 * (Law and Siu, "Distributed Construction of Random Expander Networks", 2003). Which links are
 * wanted is a pure function of the directory, so nobody has to agree on it.
 *
 * An id is a hash already, so ring r orders the ids by their bytes rotated left by 4r: four
 * independent 32-bit positions, and the rest of the id decides between equal ones.
 *
 * This is the plain definition. A peer that knows thousands keeps but the part of it that it needs
 * (ring-windows.ts), and tests hold the two against each other.
 */
import { assert } from '../assert.ts';
import { EAGER_RING_COUNT, FULL_MESH_PEERS_MAX, RING_COUNT, RING_WALK_MAX } from './limits.ts';
import type { PeerId } from './peer-id.ts';

/** Hex digits by which each further ring rotates. */
export const ROTATION_DIGITS = 8;

export interface Rings {
  /** ring -> the ids in its order. */
  readonly orders: readonly (readonly PeerId[])[];
}

export interface Neighbours {
  /** Whom to hold a link to, sorted. */
  readonly wanted: readonly PeerId[];
  /** Of these, who gets records at once even when the link is busy. */
  readonly eager: ReadonlySet<PeerId>;
  /** Of these, who comes after us: a record that everybody sends onward has been all around. */
  readonly onward: ReadonlySet<PeerId>;
}

/** What a peer knows of another that decides how far it walks a ring. */
export interface Outlook {
  /** There is no link to it, and none can be made now. */
  isUnreachable(id: PeerId): boolean;
  isLinked(id: PeerId): boolean;
  /** The arbiter lists it: it is not merely somebody's claim. */
  isListed(id: PeerId): boolean;
}

/** Of everybody when all is well. */
export const CLEAR_OUTLOOK: Outlook = {
  isUnreachable: () => false,
  isLinked: () => false,
  isListed: () => true,
};

export function buildRings(ids: readonly PeerId[]): Rings {
  const orders = Array.from({ length: RING_COUNT }, (_, ring) => {
    const positions = ids.map((id) => ({ id, at: positionOn(ring, id) }));
    return positions.sort((a, b) => (a.at < b.at ? -1 : 1)).map(({ id }) => id);
  });
  return { orders };
}

/** The neighbours that `self` wants: what its walks along all rings, both ways, find. */
export function neighbours(rings: Rings, self: PeerId, outlook: Outlook): Neighbours {
  const walks = rings.orders.map((order) =>
    [1, -1].map((direction) => {
      const outward = outwardFrom(order, self, direction);
      return walk(withinSight(outward, outlook), outlook).wanted;
    }),
  );
  const everybody = rings.orders[0] ?? [];
  return chooseNeighbours(walks, everybody.length <= FULL_MESH_PEERS_MAX ? everybody : [], self);
}

/** `walks`: ring -> whom its walks found, onward and backward; `all`: everybody of a full mesh. */
export function chooseNeighbours(
  walks: readonly (readonly (readonly PeerId[])[])[],
  all: readonly PeerId[],
  self: PeerId,
): Neighbours {
  const wanted = new Set([...walks.flat(2), ...all]);
  wanted.delete(self);
  const eager = walks.slice(0, EAGER_RING_COUNT);
  return {
    wanted: [...wanted].sort(),
    eager: new Set(eager.flat(2)),
    onward: new Set(eager.flatMap(([onward = []]) => onward)),
  };
}

/**
 * Who watches `id`: the neighbours that it has when everybody is reachable. These are the next ones
 * on each ring, so no ring is walked: a rack that vanishes is asked about at thousands of peers.
 */
export function observersOf({ orders }: Rings, id: PeerId): readonly PeerId[] {
  const [everybody = []] = orders;
  const count = everybody.length;
  if (count <= FULL_MESH_PEERS_MAX) return everybody.filter((other) => other !== id).sort();
  const watching = orders.flatMap((order, ring) => {
    const at = findPlace(order, ring, id);
    assert(order[at] === id, `${id} is on its own rings`);
    return [order[(at + 1) % count] ?? id, order[(at + count - 1) % count] ?? id];
  });
  return [...new Set(watching)].sort();
}

/** The first place in the ring's order whose id is not before this one. */
function findPlace(order: readonly PeerId[], ring: number, id: PeerId): number {
  const position = positionOn(ring, id);
  let [low, high] = [0, order.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (positionOn(ring, order[middle] ?? id) < position) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Whom a walk past these wants, the nearest first. Who can't be reached stays wanted (dialling it
 * on is what heals a partition), and the walk goes on, which closes the ring over the gap. It ends
 * at the first that can be reached and is vouched for: by a link, or by the arbiter's list. Others
 * are but claims: the first of them is wanted, the walk goes on, and so whoever makes identities up
 * gets between nobody who is listed, unless he links as a newcomer does: that is not prevented.
 */
export function walk(
  outward: readonly PeerId[],
  outlook: Outlook,
): { readonly wanted: readonly PeerId[]; readonly hasEnded: boolean } {
  const wanted: PeerId[] = [];
  let hasClaim = false;
  for (const id of outward) {
    const isReachable = !outlook.isUnreachable(id);
    const isVouched = outlook.isLinked(id) || outlook.isListed(id);
    const isFurtherClaim = isReachable && !isVouched && hasClaim;
    if (!isFurtherClaim) wanted.push(id);
    if (isReachable && isVouched) return { wanted, hasEnded: true };
    if (isReachable) hasClaim = true;
  }
  return { wanted, hasEnded: false };
}

/**
 * Whom a walk looks at: the nearest, as many as a walk may pass, and beyond these as many of those
 * that are listed, and everybody linked. So no number of made-up identities is in the way.
 */
function withinSight(outward: readonly PeerId[], outlook: Outlook): readonly PeerId[] {
  const listed = outward.filter((id) => outlook.isListed(id)).slice(0, RING_WALK_MAX);
  const inSight = new Set([...outward.slice(0, RING_WALK_MAX), ...listed]);
  return outward.filter((id) => inSight.has(id) || outlook.isLinked(id));
}

/** Everybody else on the ring, from the neighbour in this direction (1 or -1) on. */
function outwardFrom(order: readonly PeerId[], self: PeerId, direction: number): readonly PeerId[] {
  const at = order.indexOf(self);
  assert(at >= 0, `${self} is on its own rings`);
  const others = [...order.slice(at + 1), ...order.slice(0, at)];
  return direction === 1 ? others : others.reverse();
}

export function positionOn(ring: number, id: PeerId): string {
  const cut = ring * ROTATION_DIGITS;
  return id.slice(cut) + id.slice(0, cut);
}
