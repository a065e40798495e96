/**
 * One simulated link: two ordered byte streams. A held stream (stalled, or cut) keeps what is sent,
 * as a socket does, and tells of it with the transport's own bounds.
 */
import type { CloseReason, LinkId } from '../../peer/mesh/effect.ts';
import type { MeshFrame } from '../../peer/mesh/frame.ts';
import type { SimulatedPeer } from './simulated-peer.ts';

/** 0: from the end that dialled; 1: from the one that accepted. */
export type Side = 0 | 1;

/** A frame, or the farewell that ends the stream. */
export interface Item {
  readonly frame: MeshFrame | undefined;
  readonly bytes: number;
}

export class Stream {
  /** Reasons for which nothing moves now. */
  holds = 0;
  /** What was sent meanwhile. */
  held: Item[] = [];
  heldBytes = 0;
  isCongested = false;
  /** When the last item arrives: no later one arrives before it. */
  lastArrivalAt = 0;

  hold(item: Item): void {
    this.held.push(item);
    this.heldBytes += item.bytes;
  }

  takeHeld(): readonly Item[] {
    const held = this.held;
    this.held = [];
    this.heldBytes = 0;
    return held;
  }
}

export class Link {
  readonly id: LinkId;
  readonly ends: readonly [SimulatedPeer, SimulatedPeer];
  /** The runs of the two processes that it is between. */
  readonly runs: readonly [number, number];
  readonly latencyMs: number;
  readonly streams: readonly [Stream, Stream] = [new Stream(), new Stream()];
  /** Whether each end has it still, as far as its kernel knows. */
  readonly isOpen: [boolean, boolean] = [true, true];
  /** Why the first end that closed it did. */
  reason: CloseReason | undefined;

  constructor(id: LinkId, ends: readonly [SimulatedPeer, SimulatedPeer], latencyMs: number) {
    this.id = id;
    this.ends = ends;
    this.runs = [ends[0].run, ends[1].run];
    this.latencyMs = latencyMs;
  }

  sideOf(peer: SimulatedPeer): Side {
    return this.ends[0] === peer ? 0 : 1;
  }
}

export function otherSide(side: Side): Side {
  return side === 0 ? 1 : 0;
}
