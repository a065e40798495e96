/**
 * After a restart of a member nothing is granted, accepted or given out before we know that our disk
 * is not an older copy: one member whose directory equals ours would have had newer records of us
 * (mesh: introduction.ts). Who meets nobody goes on after a while: a cluster of one must start, too.
 */

/** In isolation; as long as a peer may take to find any other, and some. */
export const ISOLATION_MS = 30_000;

export interface Surroundings {
  /** Whether our directory has equalled that of a member since the start. */
  readonly isSynced: boolean;
  /** Whether the list of members names anybody else. */
  readonly hasOthers: boolean;
}

export class BootGate {
  readonly #openAt: number;
  #isOpen: boolean;

  /** `isMember`: when it started; a new identity has nothing that could be old. */
  constructor(now: number, { isMember }: { readonly isMember: boolean }) {
    this.#openAt = now + ISOLATION_MS;
    this.#isOpen = !isMember;
  }

  isOpen(): boolean {
    return this.#isOpen;
  }

  /** Looks again; says whether it has just opened. */
  look(now: number, { isSynced, hasOthers }: Surroundings): boolean {
    if (this.#isOpen) return false;
    this.#isOpen = isSynced || !hasOthers || now >= this.#openAt;
    return this.#isOpen;
  }

  nextAt(): number {
    return this.#isOpen ? Number.POSITIVE_INFINITY : this.#openAt;
  }
}
