/**
 * After a restart of a member nothing is granted, accepted or given out before we know that our disk
 * is not an older copy: one member whose directory equals ours would have had newer records of us
 * (mesh: introduction.ts). Who is alone, by the arbiter's word, goes on at once, and who meets nobody after
 * a while.
 */

/** In isolation; as long as a peer may take to find any other, and some. */
export const ISOLATION_MS = 30_000;

export interface Surroundings {
  /** Whether our directory has equalled that of a member since the start. */
  readonly isSynced: boolean;
  /** Whether the arbiter's list, as told in this run, names nobody else. */
  readonly isAlone: boolean;
}

export class BootGate {
  readonly #openAt: number;
  #isOpen: boolean;

  /** `isNew`: it is the first run of this identity, which has nothing that could be old. */
  constructor(now: number, { isNew }: { readonly isNew: boolean }) {
    this.#openAt = now + ISOLATION_MS;
    this.#isOpen = isNew;
  }

  isOpen(): boolean {
    return this.#isOpen;
  }

  /** Looks again; says whether it has just opened. */
  look(now: number, { isSynced, isAlone }: Surroundings): boolean {
    if (this.#isOpen) return false;
    this.#isOpen = isSynced || isAlone || now >= this.#openAt;
    return this.#isOpen;
  }

  nextAt(): number {
    return this.#isOpen ? Number.POSITIVE_INFINITY : this.#openAt;
  }
}
