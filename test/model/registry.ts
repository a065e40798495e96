/**
 * The arbiter of a run: linearizable, as the real ones are held to be by their acceptance suite. Each
 * call happens at one moment; that its answer comes late is the steps' doing. All lists that it ever
 * gave are kept, for any of them may still be on its way to somebody.
 */
import type { View } from '../../peer/ipam/custody-state.ts';
import type { PeerId } from '../../peer/mesh/peer-id.ts';
import type { Identity } from './process.ts';

export class Registry {
  readonly views: View[] = [{ rev: 0n, members: new Map() }];
  readonly #bySlot = new Map<string, Identity>();
  #founder: PeerId | undefined;
  #executor: Identity | undefined;

  list(): View {
    const newest = this.views.at(-1);
    if (newest === undefined) throw new Error('there is always the empty list');
    return newest;
  }

  memberAt(slot: string): Identity | undefined {
    return this.#bySlot.get(slot);
  }

  /** Takes the slot for this identity; whoever had it is removed. Answers a list read after that. */
  register(slot: string, identity: Identity): View {
    if (this.#bySlot.get(slot) === identity) return this.list();
    this.#forget(slot);
    this.#bySlot.set(slot, identity);
    return this.#next();
  }

  remove(slot: string): void {
    this.#forget(slot);
    this.#next();
  }

  /** The first one to ask is it. */
  found(asker: PeerId): PeerId {
    this.#founder ??= asker;
    return this.#founder;
  }

  /** Whoever was elected first, until it is removed. Only members are elected. */
  executor(asker: Identity): Identity | undefined {
    const isOver = this.#executor === undefined || this.#executor.isRemoved;
    if (isOver && !asker.isRemoved) this.#executor = asker;
    return this.#executor;
  }

  #forget(slot: string): void {
    const identity = this.#bySlot.get(slot);
    if (identity !== undefined) identity.isRemoved = true;
    this.#bySlot.delete(slot);
  }

  #next(): View {
    const members = new Map([...this.#bySlot].map(([slot, { id }]) => [id, slot]));
    const view = { rev: BigInt(this.views.length), members };
    this.views.push(view);
    return view;
  }
}
