/**
 * The part of the rings that one peer needs: on each ring, in either direction, the few nearest to
 * it. A newcomer is put in its place or is none of our concern, so that learning of 10,000 peers
 * costs a comparison each and not 10,000 sorts. What it comes to is defined in rings.ts.
 */
import { FULL_MESH_PEERS_MAX, RING_COUNT, RING_WALK_MAX } from './limits.ts';
import { type PeerId, readHex } from './peer-id.ts';
import {
  type Neighbours,
  ROTATION_DIGITS,
  type Outlook,
  chooseNeighbours,
  positionOn,
  walk,
} from './rings.ts';

/** Positions are numbers of 32 bits; the rest of an id decides only between equal ones. */
const AROUND = 2 ** 32;

/** The nearest to a peer in one direction of one ring. */
class RingWindow {
  readonly ids: PeerId[] = [];
  readonly #distances: number[] = [];
  readonly #ring: number;
  readonly #direction: number;
  readonly #width: number;
  readonly #self: PeerId;
  readonly #position: number;

  constructor(place: { ring: number; direction: number; self: PeerId; width: number }) {
    this.#ring = place.ring;
    this.#direction = place.direction;
    this.#self = place.self;
    this.#width = place.width;
    this.#position = readPosition(place.ring, place.self);
  }

  /** Says whether it is one of the nearest. */
  add(id: PeerId, position: number): boolean {
    const distance = this.#distanceTo(id, position);
    let at = this.ids.length;
    while (at > 0 && this.#isNearer(id, distance, at - 1)) at--;
    if (at >= this.#width) return false;
    this.ids.splice(at, 0, id);
    this.#distances.splice(at, 0, distance);
    if (this.ids.length > this.#width) {
      this.ids.pop();
      this.#distances.pop();
    }
    return true;
  }

  /** Ids, none of them twice, the nearest first. */
  sort(ids: readonly PeerId[]): readonly PeerId[] {
    const { ids: sorted } = ids.reduce(
      (window, id) => {
        window.add(id, readPosition(this.#ring, id));
        return window;
      },
      new RingWindow({
        ring: this.#ring,
        direction: this.#direction,
        self: this.#self,
        width: ids.length,
      }),
    );
    return sorted;
  }

  #distanceTo(id: PeerId, position: number): number {
    const distance = (this.#direction * (position - this.#position)) >>> 0;
    if (distance > 0) return distance;
    // Its position is ours: it is either next to us or the last all the way around.
    return this.#compare(id, this.#self) > 0 ? 0 : AROUND;
  }

  #isNearer(id: PeerId, distance: number, at: number): boolean {
    const other = this.ids[at];
    const difference = distance - (this.#distances[at] ?? AROUND);
    if (difference !== 0 || other === undefined) return difference < 0;
    return this.#compare(id, other) < 0;
  }

  /** Which of two ids that share a position comes later in this direction. */
  #compare(one: PeerId, other: PeerId): number {
    const isLater = positionOn(this.#ring, one) > positionOn(this.#ring, other);
    return isLater ? this.#direction : -this.#direction;
  }
}

export interface RingWindowsOptions {
  readonly self: PeerId;
  /** How many to keep on each side of each ring. */
  readonly width: number;
}

export class RingWindows {
  readonly #self: PeerId;
  /** Ring by ring: onward, backward. */
  readonly #nearest: readonly RingWindow[];
  /** The same of those that the arbiter lists. */
  readonly #listed: readonly RingWindow[];
  #size = 1;

  constructor({ self, width }: RingWindowsOptions) {
    this.#self = self;
    this.#nearest = createWindows(self, width);
    this.#listed = createWindows(self, width);
  }

  /** How many are on each ring, ourselves included. */
  get size(): number {
    return this.#size;
  }

  /** Takes another id, that has not been taken; says whether that may change whom we want. */
  add(id: PeerId, { isListed }: { readonly isListed: boolean }): boolean {
    if (id === this.#self) return false;
    this.#size++;
    let isNear = this.#size <= FULL_MESH_PEERS_MAX + 1;
    for (let ring = 0; ring < RING_COUNT; ring++) {
      const position = readPosition(ring, id);
      for (let at = 2 * ring; at < 2 * ring + 2; at++) {
        if (this.#nearest[at]?.add(id, position) === true) isNear = true;
        if (isListed && this.#listed[at]?.add(id, position) === true) isNear = true;
      }
    }
    return isNear;
  }

  /** The next one on each side of each ring, sorted. */
  adjacent(): readonly PeerId[] {
    return [...new Set(this.#nearest.flatMap(({ ids }) => ids.slice(0, 1)))].sort();
  }

  /** As rings.ts defines them. `linked`: who is on the rings and has a link to us. */
  neighbours(outlook: Outlook, linked: readonly PeerId[]): Neighbours {
    const walks = Array.from({ length: RING_COUNT }, (_, ring) =>
      [2 * ring, 2 * ring + 1].map((at) => this.#walk(at, outlook, linked)),
    );
    return chooseNeighbours(walks, this.#everybody(), this.#self);
  }

  #walk(at: number, outlook: Outlook, linked: readonly PeerId[]): readonly PeerId[] {
    const [nearest, listed] = [this.#nearest[at], this.#listed[at]];
    if (nearest === undefined || listed === undefined) return [];
    const near = walk(nearest.ids, outlook);
    if (near.hasEnded || nearest.ids.length < RING_WALK_MAX) return near.wanted;
    const others = new Set([...listed.ids, ...linked]);
    return walk(nearest.sort([...new Set([...nearest.ids, ...others])]), outlook).wanted;
  }

  /** Nobody when they are too many for a full mesh. */
  #everybody(): readonly PeerId[] {
    return this.#size <= FULL_MESH_PEERS_MAX ? (this.#nearest[0]?.ids ?? []) : [];
  }
}

function createWindows(self: PeerId, width: number): readonly RingWindow[] {
  return Array.from({ length: RING_COUNT }, (_, ring) =>
    [1, -1].map((direction) => new RingWindow({ ring, direction, self, width })),
  ).flat();
}

/** The first 32 bits of the id as ring `ring` rotates it. */
function readPosition(ring: number, id: PeerId): number {
  return readHex(id, { from: ring * ROTATION_DIGITS, digits: ROTATION_DIGITS });
}

/** How many a peer keeps for itself: as many as a walk looks at. */
export const WINDOW_WIDTH = RING_WALK_MAX;
