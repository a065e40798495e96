/**
 * Of two links between two peers both ends close the same one. If each closed the other's, neither
 * would be left: redials mend that by and by, so it does not show in how a run ends.
 */
import type { CloseReason } from '../../peer/mesh/effect.ts';
import { type Link, otherSide } from './link.ts';
import type { SimulatedPeer } from './simulated-peer.ts';
import { hold } from './violation.ts';

export class Duplicates {
  /** By a link that one end closed as a duplicate: which one that end kept. */
  readonly #keptFor = new WeakMap<Link, Link>();

  /** The peer has closed the link, and has the other one still. */
  closing(peer: SimulatedPeer, link: Link, reason: CloseReason): void {
    if (reason !== 'duplicate') return;
    const other = link.ends[otherSide(link.sideOf(peer))];
    const kept = findLink(peer, other);
    if (kept === undefined) return;
    this.#keptFor.set(link, kept);
    hold(
      'duplicate',
      this.#keptFor.get(kept) !== link,
      () => `of two links node${peer.n} and node${other.n} each close the one that the other keeps`,
    );
  }
}

function findLink(peer: SimulatedPeer, other: SimulatedPeer): Link | undefined {
  const id = peer.machine.mesh.links().find((link) => link.peer === other.id)?.id;
  return id === undefined ? undefined : peer.links.get(id);
}
