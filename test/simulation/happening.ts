/** What can be due in a simulated world. The frequent kinds are plain values, and no closures. */
import type { CoreEvent } from '../../peer/core/core-event.ts';
import type { Item, Link, Side } from './link.ts';
import type { SimulatedPeer } from './simulated-peer.ts';

export type Happening =
  /** An item of the stream that begins at `side` arrives at the other end. */
  | { readonly kind: 'arrival'; readonly link: Link; readonly side: Side; readonly item: Item }
  /** A timer of that run of the peer, if it was not set anew. */
  | { readonly kind: 'timer'; readonly peer: SimulatedPeer; readonly run: number }
  /** The peer has time for what came meanwhile. */
  | { readonly kind: 'resume'; readonly peer: SimulatedPeer; readonly run: number }
  | { readonly kind: 'call'; readonly call: () => void };

/** What the parts of a world share. */
export interface Stage {
  readonly now: number;
  readonly random: () => number;
  schedule(at: number, happening: Happening): void;
  /** Tells the peer's process, as soon as that has time. */
  deliver(peer: SimulatedPeer, event: CoreEvent): void;
}

/** Calls back after so long. */
export function after(stage: Stage, delayMs: number, call: () => void): void {
  stage.schedule(stage.now + delayMs, { kind: 'call', call });
}

/** Calls back after so long, if that run of the peer still goes on. */
export function laterAt(
  stage: Stage,
  peer: SimulatedPeer,
  delayMs: number,
  call: () => void,
): void {
  const { run } = peer;
  after(stage, delayMs, () => {
    if (peer.run === run && peer.isUp) call();
  });
}
