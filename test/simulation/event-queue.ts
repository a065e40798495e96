/**
 * The virtual clock: what is to happen, in order of (time, order of its making), on a heap of four
 * children a node whose times lie in flat arrays: most of a simulation's own cost is here.
 */
const CHILDREN_LOG2 = 2;
const CHILDREN = 1 << CHILDREN_LOG2;
const CAPACITY_MIN = 1_024;

export class EventQueue<T> {
  #at = new Float64Array(CAPACITY_MIN);
  /** Of two at the same time the one that was made first happens first. */
  #order = new Float64Array(CAPACITY_MIN);
  readonly #items: T[] = [];
  #size = 0;
  #made = 0;
  #now = 0;

  get now(): number {
    return this.#now;
  }

  get size(): number {
    return this.#size;
  }

  /** Makes `item` happen at `time`, or now if that is over. */
  push(time: number, item: T): void {
    if (this.#size === this.#at.length) this.#grow();
    const at = time > this.#now ? time : this.#now;
    let hole = this.#size++;
    while (hole > 0) {
      const parent = (hole - 1) >> CHILDREN_LOG2;
      // The newest is behind all others of its time, so that its order needs no comparing.
      if (this.#timeOf(parent) <= at) break;
      this.#move(parent, hole);
      hole = parent;
    }
    this.#put(hole, { at, order: this.#made++, item });
  }

  nextAt(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : this.#timeOf(0);
  }

  /** Takes out what happens next, and sets the clock to its time. */
  pop(): T | undefined {
    if (this.#size === 0) return undefined;
    const first = this.#items[0];
    this.#now = this.#timeOf(0);
    const last = --this.#size;
    const moved = this.#items[last] as T;
    this.#items.length = last;
    if (last > 0)
      this.#put(this.#sink(last), {
        at: this.#timeOf(last),
        order: this.#order[last] as number,
        item: moved,
      });
    return first;
  }

  /** Lets the clock go on while nothing happens. */
  skipTo(time: number): void {
    if (time > this.#now) this.#now = time;
  }

  /** Moves children up from the top until the entry at `last` fits; answers where. */
  #sink(last: number): number {
    const at = this.#timeOf(last);
    const order = this.#order[last] as number;
    let hole = 0;
    for (;;) {
      const first = (hole << CHILDREN_LOG2) + 1;
      if (first >= last) return hole;
      const least = this.#leastOf(first, Math.min(first + CHILDREN, last));
      const leastAt = this.#timeOf(least);
      if (leastAt > at || (leastAt === at && (this.#order[least] as number) > order)) return hole;
      this.#move(least, hole);
      hole = least;
    }
  }

  #leastOf(first: number, end: number): number {
    let least = first;
    let leastAt = this.#timeOf(first);
    for (let child = first + 1; child < end; child++) {
      const at = this.#timeOf(child);
      if (at > leastAt) continue;
      if (at === leastAt && (this.#order[child] as number) > (this.#order[least] as number))
        continue;
      least = child;
      leastAt = at;
    }
    return least;
  }

  #timeOf(index: number): number {
    return this.#at[index] as number;
  }

  #move(from: number, to: number): void {
    this.#at[to] = this.#at[from] as number;
    this.#order[to] = this.#order[from] as number;
    this.#items[to] = this.#items[from] as T;
  }

  #put(index: number, entry: { at: number; order: number; item: T }): void {
    this.#at[index] = entry.at;
    this.#order[index] = entry.order;
    this.#items[index] = entry.item;
  }

  #grow(): void {
    const at = new Float64Array(2 * this.#at.length);
    const order = new Float64Array(2 * this.#at.length);
    at.set(this.#at);
    order.set(this.#order);
    this.#at = at;
    this.#order = order;
  }
}
