/**
 * The arbiter of a simulated world: the log of the real ones, decided at once. It may be down, or
 * answer with an old list.
 */
import {
  EMPTY_REGISTRY,
  type Entry,
  applyBatch,
  changes,
  describeRefusal,
  viewOf,
} from '../../peer/arbiter/log.ts';
import type { View } from '../../peer/ipam/custody-state.ts';
import type { PeerId } from '../../peer/mesh/peer-id.ts';

/** Identities that an old list of it may lack. */
const STALE_REVISIONS = 3;

export class Registry {
  readonly #views: View[] = [];
  #registry = EMPTY_REGISTRY;
  /** Answers nobody. */
  isDown = false;
  /** Answers questions for the list with one of some revisions ago. */
  isStale = false;

  readonly #onRemoved: (id: PeerId) => void;

  constructor(onRemoved: (id: PeerId) => void) {
    this.#onRemoved = onRemoved;
  }

  /**
   * A name has one identity: a new one takes the place of the old. Answers the list after it, or
   * undefined for an identity that was replaced or removed.
   */
  register(id: PeerId, name: string): View | undefined {
    const replaces = this.#registry.identities.get(name);
    const registration = { type: 'register', name, id, replaces } as const;
    const isNew = this.#decide(registration);
    if (isNew && replaces !== undefined) this.#onRemoved(replaces);
    return describeRefusal(this.#registry, registration) === undefined ? this.current() : undefined;
  }

  /** The operator says that it is gone for good. */
  remove(id: PeerId): void {
    const name = this.#registry.members.get(id);
    if (name !== undefined && this.#decide({ type: 'remove', name, id })) this.#onRemoved(id);
  }

  /** The one that may reclaim: the first member that asked, until it is removed itself. */
  executor(asker: PeerId): PeerId | undefined {
    this.#decide({ type: 'executor', id: asker });
    return this.#registry.executor;
  }

  /** What a linearizable read answers, stale or not. */
  current(): View {
    return viewOf(this.#registry);
  }

  /** Who founded the cluster: the first that asked. */
  genesis(founder: PeerId): PeerId {
    this.#decide({ type: 'genesis', founder });
    return this.#registry.founder ?? founder;
  }

  isFounder(id: PeerId): boolean {
    return this.#registry.founder === id;
  }

  list(): View | undefined {
    const at = this.isStale ? Math.max(0, this.#views.length - 1 - STALE_REVISIONS) : -1;
    return this.#views.at(at);
  }

  /** Whether that has changed anything. */
  #decide(entry: Entry): boolean {
    if (!changes(this.#registry, entry)) return false;
    this.#registry = applyBatch(this.#registry, [entry]);
    this.#views.push(this.current());
    if (this.#views.length > STALE_REVISIONS + 1) this.#views.shift();
    return true;
  }
}
