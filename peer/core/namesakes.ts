/**
 * Two identities under one name: one has replaced the other, because a node lost its disk, or two
 * nodes were given one name. Records can't tell which is right, so the arbiter is asked, again and
 * again for as long as both are there.
 */
import type { CoreEffect } from './core-event.ts';
import type { PeerRecord } from '../mesh/directory.ts';

/** Looking compares all names, so a thousand records that come in a row cost one look. */
const LOOK_AGAIN_MS = 1_000;
/** With 5,000 peers that all notice at once, the arbiter gets some hundred questions a second. */
const ASK_WITHIN_MS = 2_000;
const ASK_AGAIN_MS = 10_000;

export class Namesakes {
  readonly #random: () => number;
  /** Infinite while every name is one identity's. */
  #askAt = Number.POSITIVE_INFINITY;
  #isNew = false;
  /** Infinite while nothing has changed since the last look. */
  #lookAt = Number.POSITIVE_INFINITY;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** The records that count, or who counts, may have changed. */
  changed(): void {
    this.#lookAt = this.#lookedAt + LOOK_AGAIN_MS;
  }

  /** The question, when it is time for it. `members`: the records that count. */
  due(now: number, members: () => readonly PeerRecord[]): readonly CoreEffect[] {
    if (now >= this.#lookAt) this.#look(now, members());
    if (this.#isNew) this.#askAt = now + this.#random() * ASK_WITHIN_MS;
    this.#isNew = false;
    if (now < this.#askAt) return [];
    this.#askAt = now + ASK_AGAIN_MS;
    return [{ type: 'ask-view' }];
  }

  nextAt(): number {
    return Math.min(this.#askAt, this.#lookAt);
  }

  #look(now: number, members: readonly PeerRecord[]): void {
    this.#lookedAt = now;
    this.#lookAt = Number.POSITIVE_INFINITY;
    const names = new Set(members.map(({ content }) => content.profile.name));
    if (names.size === members.length) this.#askAt = Number.POSITIVE_INFINITY;
    else if (this.#askAt === Number.POSITIVE_INFINITY) this.#isNew = true;
  }
}
