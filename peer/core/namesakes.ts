/**
 * Two identities under one name: one has replaced the other, because a node lost its disk, or two
 * nodes were given one name. Records can't tell which is right, so the arbiter is asked, again and
 * again for as long as both are there.
 */
import type { CoreEffect } from './core-event.ts';
import type { PeerRecord } from '../mesh/directory.ts';
import type { PeerId } from '../mesh/peer-id.ts';

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
  /** Who has which name, as of the last look. */
  #named: ReadonlyMap<string, PeerId> = new Map();
  /** Infinite while nothing has changed since the last look. */
  #lookAt = Number.POSITIVE_INFINITY;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** Who counts may have changed. */
  changed(): void {
    this.#lookAt = this.#lookedAt + LOOK_AGAIN_MS;
  }

  /** Newer records that count. Most are of a peer that is known, under the name that it had. */
  came(records: readonly PeerRecord[]): void {
    const isSame = records.every(
      ({ peer, content }) => this.#named.get(content.profile.name) === peer,
    );
    if (!isSame || this.#askAt !== Number.POSITIVE_INFINITY) this.changed();
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
    this.#named = new Map(members.map(({ peer, content }) => [content.profile.name, peer]));
    if (this.#named.size === members.length) this.#askAt = Number.POSITIVE_INFINITY;
    else if (this.#askAt === Number.POSITIVE_INFINITY) this.#isNew = true;
  }
}
