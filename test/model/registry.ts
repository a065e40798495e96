/**
 * The arbiter of a run: the log of the real ones, decided at once. Each call happens at one moment;
 * that its answer comes late is the steps' doing. All lists that it ever gave are kept, for any of
 * them may still be on its way to somebody.
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
import type { Identity } from './process.ts';

export class Registry {
  readonly views: View[] = [viewOf(EMPTY_REGISTRY)];
  readonly #asked = new Map<PeerId, Identity>();
  #registry = EMPTY_REGISTRY;

  list(): View {
    return viewOf(this.#registry);
  }

  memberAt(slot: string): Identity | undefined {
    return this.#identity(this.#registry.identities.get(slot));
  }

  /**
   * Takes the slot for this identity; whoever had that is removed. Answers a list read after it, or
   * undefined when it is refused.
   */
  register(slot: string, identity: Identity): View | undefined {
    this.#asked.set(identity.id, identity);
    const replaces = this.#registry.identities.get(slot);
    const registration = { type: 'register', name: slot, id: identity.id, replaces } as const;
    this.#decide(registration);
    return describeRefusal(this.#registry, registration) === undefined ? this.list() : undefined;
  }

  remove(slot: string, { id }: Identity): void {
    this.#decide({ type: 'remove', name: slot, id });
  }

  /** The first one to ask is it. */
  found(asker: PeerId): PeerId {
    this.#decide({ type: 'genesis', founder: asker });
    return this.#registry.founder ?? asker;
  }

  /** Whoever was elected first, until it is removed. Only members are elected. */
  executor(asker: Identity): Identity | undefined {
    this.#decide({ type: 'executor', id: asker.id });
    return this.#identity(this.#registry.executor);
  }

  #identity(id: PeerId | undefined): Identity | undefined {
    return id === undefined ? undefined : this.#asked.get(id);
  }

  #decide(entry: Entry): void {
    if (!changes(this.#registry, entry)) return;
    this.#registry = applyBatch(this.#registry, [entry]);
    this.views.push(this.list());
    const { members, registered } = this.#registry;
    for (const [id, identity] of this.#asked)
      identity.isRemoved = registered.has(id) && !members.has(id);
  }
}
