/**
 * After a restart of a member nothing is said, and then nothing granted, accepted or given out, before
 * we know that our disk is not an older copy. First we listen: one member whose directory equals ours
 * would have had newer records of us (mesh: introduction.ts). To publish before that would put what
 * this disk says in their place, with everybody, and the next start would find nothing against it.
 * Then we publish, and wait until a member has that too: whoever runs with the same disk hears of us by
 * then. Who is alone, by the arbiter's word, goes on at once, and after a while everybody does.
 */

/** As long as a peer that is cut off may take to find any other, and some. */
export const ISOLATION_MS = 30_000;

export interface Surroundings {
  /** Whether our directory has equalled that of a member since the start. */
  readonly isSynced: boolean;
  /** Whether it has with what this run has published in it. */
  readonly isConfirmed: boolean;
  /** Whether the arbiter's list, as told in this run, names nobody else. */
  readonly isAlone: boolean;
}

type Stage = 'listening' | 'published' | 'open';

export class BootGate {
  readonly #openAt: number;
  #stage: Stage;

  /** `isNew`: it is the first run of this identity, which has nothing that could be old. */
  constructor(now: number, { isNew }: { readonly isNew: boolean }) {
    this.#openAt = now + ISOLATION_MS;
    this.#stage = isNew ? 'open' : 'listening';
  }

  mayPublish(): boolean {
    return this.#stage !== 'listening';
  }

  isOpen(): boolean {
    return this.#stage === 'open';
  }

  /** Looks again; says what has become possible by it. */
  look(
    now: number,
    surroundings: Surroundings,
  ): { readonly toPublish: boolean; readonly toOpen: boolean } {
    const [mayPublish, isOpen] = [this.mayPublish(), this.isOpen()];
    this.#stage = this.#next(now, surroundings);
    return { toPublish: !mayPublish && this.mayPublish(), toOpen: !isOpen && this.isOpen() };
  }

  nextAt(): number {
    return this.isOpen() ? Number.POSITIVE_INFINITY : this.#openAt;
  }

  #next(now: number, { isSynced, isConfirmed, isAlone }: Surroundings): Stage {
    if (this.#stage === 'open' || isAlone || now >= this.#openAt) return 'open';
    if (this.#stage === 'published') return isConfirmed ? 'open' : 'published';
    return isSynced ? 'published' : 'listening';
  }
}
