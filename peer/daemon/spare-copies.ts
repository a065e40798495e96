/**
 * Copies of a record that other links most likely bring first. They go out when there is nothing else
 * to do, one after the other, and not at all when the other end has sent the same meanwhile: so a
 * machine that has too much to do carries a record twice to each peer, and any other eight times.
 * Nor do they go where the link is congested or gone by then: reconciliation brings what is missing.
 */
import type { LinkId } from '../mesh/effect.ts';
import type { Records } from '../mesh/frame.ts';
import type { SignedRecord } from '../mesh/record.ts';
import { LULL, type Lull } from './lull.ts';

/** Of one peer: all the links it may have, several times over. What is more is sent at once. */
export const SPARE_COPIES_MAX = 256;

interface Copy {
  readonly link: LinkId;
  readonly frame: Records;
}

type Send = (link: LinkId, frame: Records) => void;

export class SpareCopies {
  readonly #send: Send;
  readonly #lull: Lull;
  readonly #congested = new Set<LinkId>();
  #held: readonly Copy[] = [];

  constructor(send: Send, lull: Lull = LULL) {
    this.#send = send;
    this.#lull = lull;
  }

  hold(link: LinkId, frame: Records): void {
    if (this.#held.length >= SPARE_COPIES_MAX) return this.#send(link, frame);
    this.#held = [...this.#held, { link, frame }];
    // Each waits for itself: the last of them no longer than the first.
    this.#lull.wait(() => this.#sendNext());
  }

  /** The other end of the link has these: it needs no copy of them. */
  heard(link: LinkId, records: readonly SignedRecord[]): void {
    if (this.#held.length === 0) return;
    this.#held = this.#held.filter(
      (copy) => copy.link !== link || !copy.frame.records.every((one) => isAmong(one, records)),
    );
  }

  congested(link: LinkId): void {
    this.#congested.add(link);
  }

  drained(link: LinkId): void {
    this.#congested.delete(link);
  }

  /** The link is gone: nothing is known of it any more. */
  forget(link: LinkId): void {
    this.#congested.delete(link);
    this.#held = this.#held.filter((copy) => copy.link !== link);
  }

  #sendNext(): void {
    const [next, ...others] = this.#held;
    this.#held = others;
    if (next !== undefined && !this.#congested.has(next.link)) this.#send(next.link, next.frame);
  }
}

function isAmong({ signature }: SignedRecord, records: readonly SignedRecord[]): boolean {
  return records.some((record) => Buffer.compare(record.signature, signature) === 0);
}
