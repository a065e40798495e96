/**
 * Who looks at the arbiter's list without being told that it has changed: one or two peers of a
 * cluster, every fifteen seconds. All others hear of what these find. Which lists are worth adopting
 * is decided here, too: each that is adopted makes every peer publish.
 */
import type { View } from '../ipam/custody-state.ts';
import type { PeerId } from '../mesh/peer-id.ts';

const WATCH_MS = 15_000;
/** So that two that watch don't ask in step. */
const WATCH_SPREAD = 0.2;
/** A list that only has newcomers can wait: whoever registers is allowed by its own revision. */
const ADOPT_NEWCOMERS_MS = 600_000;

export interface Ranks {
  readonly self: PeerId;
  readonly view: View;
  /** Who is down by what others say. */
  readonly down: () => ReadonlySet<PeerId>;
  readonly isExecutor: boolean;
}

export class Watching {
  readonly #random: () => number;
  #lookAt: number;
  #adoptedAt: number;

  constructor(now: number, random: () => number) {
    this.#random = random;
    this.#lookAt = now + random() * WATCH_MS;
    this.#adoptedAt = now;
  }

  /** Whether to ask the arbiter for its list now. */
  isDue(now: number, ranks: Ranks): boolean {
    if (now < this.#lookAt) return false;
    this.#lookAt = now + WATCH_MS * (1 + WATCH_SPREAD * (2 * this.#random() - 1));
    return isWatcher(ranks);
  }

  /** Whether a list that has but newcomers, and was only looked at, is to be adopted by now. */
  isForNewcomers(now: number): boolean {
    return now >= this.#adoptedAt + ADOPT_NEWCOMERS_MS;
  }

  adopted(now: number): void {
    this.#adoptedAt = now;
  }

  nextAt(): number {
    return this.#lookAt;
  }
}

/** The executor, and the first of the members that are not down. */
export function isWatcher({ self, view, down, isExecutor }: Ranks): boolean {
  if (isExecutor) return true;
  const gone = down();
  for (const peer of view.members.keys()) if (peer < self && !gone.has(peer)) return false;
  return view.members.has(self);
}
