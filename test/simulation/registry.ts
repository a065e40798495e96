/** The arbiter of a simulated world: a linearizable list of members, which may be down or behind. */
import type { View } from '../../peer/ipam/custody-state.ts';
import type { PeerId } from '../../peer/mesh/peer-id.ts';

/** Identities that an old list of it may lack. */
const STALE_REVISIONS = 3;

export class Registry {
  readonly #members = new Map<PeerId, string>();
  readonly #views: View[] = [];
  #founder: PeerId | undefined;
  #rev = 0n;
  /** Answers nobody. */
  isDown = false;
  /** Answers questions for the list with one of some revisions ago. */
  isStale = false;

  /** A name has one identity: a new one takes the place of the old. Answers the list after it. */
  register(id: PeerId, name: string): View {
    for (const [other, taken] of this.#members) if (taken === name) this.#members.delete(other);
    return this.#change(() => this.#members.set(id, name));
  }

  /** Who founded the cluster: the first that asked. */
  genesis(founder: PeerId): PeerId {
    this.#founder ??= founder;
    return this.#founder;
  }

  isFounder(id: PeerId): boolean {
    return this.#founder === id;
  }

  list(): View | undefined {
    const at = this.isStale ? Math.max(0, this.#views.length - 1 - STALE_REVISIONS) : -1;
    return this.#views.at(at);
  }

  #change(change: () => void): View {
    change();
    this.#rev++;
    const view = { rev: this.#rev, members: new Map(this.#members) };
    this.#views.push(view);
    if (this.#views.length > STALE_REVISIONS + 1) this.#views.shift();
    return view;
  }
}
