/**
 * Places for connections without proof: so many, and who makes room for another when all are taken.
 * Whoever has taken its time goes first. Then it is fair by network, and in a network by address:
 * where one has two places more than the newcomer's would have, its newest goes, which has cost the
 * least so far; so what is about to be through stays. Else nobody goes, and a rush of equals goes
 * through in the order in which it came. Knows no sockets and no time: strangers.ts tells it.
 */

export interface Visitor {
  /** Its address and port. */
  readonly key: string;
  /** What counts as its address, and as its network: see remote.ts. */
  readonly address: string;
  readonly network: string;
}

export class Places {
  readonly #most: number;
  readonly #visitors = new Map<string, Visitor>();
  /** The keys of those that have taken their time, the first of them first. */
  readonly #overdue = new Set<string>();
  readonly #ofAddress = new Groups();
  readonly #ofNetwork = new Groups();

  constructor(most: number) {
    this.#most = most;
  }

  isFull(): boolean {
    return this.#visitors.size >= this.#most;
  }

  /** The keys of those that the address has, the first of them first. */
  keysOf(address: string): readonly string[] {
    return this.#ofAddress.keysOf(address);
  }

  isOverdue(key: string): boolean {
    return this.#overdue.has(key);
  }

  take(visitor: Visitor): void {
    this.#visitors.set(visitor.key, visitor);
    this.#ofAddress.add(visitor.address, visitor.key);
    this.#ofNetwork.add(visitor.network, visitor.key);
  }

  leave(key: string): void {
    const visitor = this.#visitors.get(key);
    if (visitor === undefined) return;
    this.#visitors.delete(key);
    this.#overdue.delete(key);
    this.#ofAddress.delete(visitor.address, key);
    this.#ofNetwork.delete(visitor.network, key);
  }

  /** From now on it makes room for anybody. */
  isLate(key: string): void {
    if (this.#visitors.has(key)) this.#overdue.add(key);
  }

  /** The key of who makes room for the newcomer; undefined when nobody does. */
  whoYields({ address, network }: Visitor): string | undefined {
    const [overdue] = this.#overdue;
    return overdue ?? this.#ofNetwork.newestAbove(network) ?? this.#ofAddress.newestAbove(address);
  }
}

/** Keys by what they have in common, in the order in which they came. */
class Groups {
  readonly #groups = new Map<string, Set<string>>();

  add(name: string, key: string): void {
    const group = this.#groups.get(name);
    if (group === undefined) this.#groups.set(name, new Set([key]));
    else group.add(key);
  }

  delete(name: string, key: string): void {
    const group = this.#groups.get(name);
    group?.delete(key);
    if (group?.size === 0) this.#groups.delete(name);
  }

  keysOf(name: string): readonly string[] {
    return [...(this.#groups.get(name) ?? [])];
  }

  sizeOf(name: string): number {
    return this.#groups.get(name)?.size ?? 0;
  }

  /** The newest of the largest group, if that is larger than the named one with one more. */
  newestAbove(name: string): string | undefined {
    let largest: ReadonlySet<string> = new Set();
    for (const group of this.#groups.values()) if (group.size > largest.size) largest = group;
    return largest.size > this.sizeOf(name) + 1 ? [...largest].at(-1) : undefined;
  }
}
