/**
 * Two identities under one name: one has replaced the other, because a node lost its disk, or two
 * nodes were given one name. Records can't tell which is right, so the arbiter is asked, again and
 * again for as long as both are there.
 */
import type { CoreEffect } from './core-event.ts';
import type { PeerRecord } from '../mesh/directory.ts';

/** With 5,000 peers that all notice at once, the arbiter gets some hundred questions a second. */
const ASK_WITHIN_MS = 2_000;
const ASK_AGAIN_MS = 10_000;

export class Namesakes {
  readonly #random: () => number;
  /** Infinite while every name is one identity's. */
  #askAt = Number.POSITIVE_INFINITY;
  #isNew = false;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** `members`: the records that count. To be called when they may have changed. */
  look(members: readonly PeerRecord[]): void {
    const names = new Set(members.map(({ content }) => content.profile.name));
    if (names.size === members.length) this.#askAt = Number.POSITIVE_INFINITY;
    else if (this.#askAt === Number.POSITIVE_INFINITY) this.#isNew = true;
  }

  /** The question, when it is time for it. */
  due(now: number): readonly CoreEffect[] {
    if (this.#isNew) this.#askAt = now + this.#random() * ASK_WITHIN_MS;
    this.#isNew = false;
    if (now < this.#askAt) return [];
    this.#askAt = now + ASK_AGAIN_MS;
    return [{ type: 'ask-view' }];
  }

  nextAt(): number {
    return this.#askAt;
  }
}
