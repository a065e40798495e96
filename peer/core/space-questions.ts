/** When a peer that needs space may ask for it, and whom: one question a family at a time, with backoff. */
import type { CoreEffect } from './core-event.ts';
import type { Family } from '../ipam/cidr.ts';
import type { Custody } from '../ipam/custody-state.ts';
import type { Ipam } from '../ipam/ipam.ts';
import type { PeerId } from '../mesh/peer-id.ts';

/** How long donors are asked one after the other; whoever is asked then is the last. */
export const ASKING_MS = 5_000;
/**
 * A question that did not end is given up after this: ASKING_MS and the longest that the last donor
 * may take (a dial, a handshake and an answer; a test holds the sum against the transport's bounds).
 * Earlier, two donors could grant for one need.
 */
export const SPACE_ANSWER_TIMEOUT_MS = 16_000;
/** A granted block comes with its record; if that is not here by then, asking again is harmless. */
const GRANT_ARRIVAL_MS = 1_000;
const RETRY_MIN_MS = 100;
const RETRY_MAX_MS = 5_000;

interface Question {
  refusals: number;
  /** Not before this; infinite when there is nobody to ask until somebody new is heard of. */
  nextAt: number;
  /** Never before this, whatever happens. */
  readonly restsUntil: number;
}

export class SpaceQuestions {
  readonly #random: () => number;
  readonly #questions = new Map<Family, Question>();
  /** Whether what is needed may have changed since it was derived last. */
  #isAwake = true;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** The directory or our custody changed: what is needed, and who may give it, may be new. */
  wake(): void {
    this.#isAwake = true;
    for (const question of this.#questions.values()) {
      const waitsForNews = question.nextAt === Number.POSITIVE_INFINITY;
      if (waitsForNews) question.nextAt = question.restsUntil;
    }
  }

  /** A block has come: who needs still more may ask at once. */
  accepted(): void {
    this.#questions.clear();
    this.wake();
  }

  /** The questions to ask now. `peers`: the other members that are not down. */
  due(now: number, ipam: Ipam, peers: () => ReadonlyMap<PeerId, Custody>): readonly CoreEffect[] {
    if (!this.isDue(now) || !ipam.isShort()) return [];
    const donating = peers();
    const open = ipam.needs(donating).filter((need) => this.mayAsk(now, need.family));
    return open.flatMap((need): readonly CoreEffect[] => {
      const donors = ipam.chooseDonors(need, donating, this.#random);
      this.asked(now, need.family, { donorCount: donors.length });
      return donors.length === 0 ? [] : [{ type: 'ask-space', donors, need }];
    });
  }

  /** Whether there is a reason to derive what is needed. */
  isDue(now: number): boolean {
    const isDue = this.#isAwake || now >= this.nextAt();
    this.#isAwake = false;
    return isDue;
  }

  mayAsk(now: number, family: Family): boolean {
    return now >= (this.#questions.get(family)?.nextAt ?? Number.NEGATIVE_INFINITY);
  }

  /** A question goes out, or there is nobody to send it to. */
  asked(now: number, family: Family, { donorCount }: { readonly donorCount: number }): void {
    const refusals = this.#questions.get(family)?.refusals ?? 0;
    const nextAt = donorCount === 0 ? Number.POSITIVE_INFINITY : now + SPACE_ANSWER_TIMEOUT_MS;
    this.#questions.set(family, { refusals, nextAt, restsUntil: now + RETRY_MIN_MS });
  }

  answered(now: number, family: Family, granted: boolean): void {
    const question = this.#questions.get(family);
    if (question === undefined) return;
    question.refusals = granted ? 0 : question.refusals + 1;
    question.nextAt = now + (granted ? GRANT_ARRIVAL_MS : this.#backoff(question.refusals));
  }

  nextAt(): number {
    const times = [...this.#questions.values()].map((question) => question.nextAt);
    return Math.min(Number.POSITIVE_INFINITY, ...times);
  }

  #backoff(refusals: number): number {
    const cap = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** refusals);
    return cap * (0.5 + this.#random() / 2);
  }
}
