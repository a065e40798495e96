/**
 * Released addresses in the order of their release, each with the time of it. A plain array with
 * a moving head: taking the oldest from a Map walks over the holes that earlier takes left.
 */

export interface Resting {
  readonly value: bigint;
  readonly sinceMs: number;
}

/** The head is cut off once this many were taken and they are half of the array. */
const COMPACT_AT = 1_024;

export class RestingQueue {
  #entries: Resting[] = [];
  #head = 0;

  push(entry: Resting): void {
    this.#entries.push(entry);
  }

  /** The one released first. */
  peek(): Resting | undefined {
    return this.#entries[this.#head];
  }

  shift(): Resting | undefined {
    const entry = this.#entries[this.#head];
    if (entry === undefined) return undefined;
    this.#head++;
    if (this.#head >= COMPACT_AT && this.#head * 2 >= this.#entries.length) this.#compact();
    return entry;
  }

  /** Oldest first. */
  list(): readonly Resting[] {
    return this.#entries.slice(this.#head);
  }

  /** Forgets the addresses for which `keep` is false. */
  retain(keep: (value: bigint) => boolean): void {
    this.#entries = this.list().filter(({ value }) => keep(value));
    this.#head = 0;
  }

  /** Adds entries that were released at any time. */
  merge(entries: readonly Resting[]): void {
    if (entries.length === 0) return;
    this.#entries = [...this.list(), ...entries].sort((a, b) => a.sinceMs - b.sinceMs);
    this.#head = 0;
  }

  #compact(): void {
    this.#entries = this.#entries.slice(this.#head);
    this.#head = 0;
  }
}
