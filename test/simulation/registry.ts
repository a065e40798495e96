/** The arbiter of a simulated world: a linearizable list of members, which may be down or behind. */
import type { View } from '../../peer/ipam/custody-state.ts';
import type { PeerId } from '../../peer/mesh/peer-id.ts';

/** Identities that an old list of it may lack. */
const STALE_REVISIONS = 3;

export class Registry {
  readonly #members = new Map<PeerId, string>();
  readonly #views: View[] = [];
  #founder: PeerId | undefined;
  #executor: PeerId | undefined;
  #rev = 0n;
  /** Answers nobody. */
  isDown = false;
  /** Answers questions for the list with one of some revisions ago. */
  isStale = false;

  readonly #onRemoved: (id: PeerId) => void;

  constructor(onRemoved: (id: PeerId) => void) {
    this.#onRemoved = onRemoved;
  }

  /** A name has one identity: a new one takes the place of the old. Answers the list after it. */
  register(id: PeerId, name: string): View {
    const old = [...this.#members].filter(([other, taken]) => taken === name && other !== id);
    for (const [other] of old) this.#members.delete(other);
    const view = this.#change(() => this.#members.set(id, name));
    for (const [other] of old) this.#onRemoved(other);
    return view;
  }

  /** The operator says that it is gone for good. */
  remove(id: PeerId): void {
    if (!this.#members.has(id)) return;
    this.#change(() => this.#members.delete(id));
    this.#onRemoved(id);
  }

  isMember(id: PeerId): boolean {
    return this.#members.has(id);
  }

  /** The one that may reclaim: the first member that asked, until it is removed itself. */
  executor(asker: PeerId): PeerId | undefined {
    if (this.#executor === undefined || !this.#members.has(this.#executor))
      this.#executor = this.#members.has(asker) ? asker : undefined;
    return this.#executor;
  }

  /** What a linearizable read answers, stale or not. */
  current(): View {
    return { rev: this.#rev, members: new Map(this.#members) };
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
