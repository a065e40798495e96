/** Our last lists of members as differences, for others that are a little behind. */
import type { View } from '../ipam/custody-state.ts';
import { type ViewUpdate, updateBetween, wholeUpdate } from '../ipam/view-update.ts';

/** Who is further behind is told the whole list. */
export const UPDATES_MAX = 8;

export class ViewHistory {
  /** Oldest first; each begins where the one before ends. */
  #updates: ViewUpdate[] = [];

  adopted(before: View, after: View): void {
    this.#updates = [...this.#updates, updateBetween(before, after)].slice(-UPDATES_MAX);
  }

  /** What leads from the list of that revision to ours. */
  since(rev: bigint, view: View): ViewUpdate {
    const first = this.#updates.findIndex(({ since }) => since === rev);
    if (first < 0) return wholeUpdate(view);
    return joinUpdates(this.#updates.slice(first));
  }
}

/** One update for several in a row. */
function joinUpdates(updates: readonly ViewUpdate[]): ViewUpdate {
  const added = new Map<ViewUpdate['removed'][number], string>();
  const removed = new Set<ViewUpdate['removed'][number]>();
  for (const update of updates) {
    for (const peer of update.removed) {
      added.delete(peer);
      removed.add(peer);
    }
    for (const [peer, name] of update.added) {
      removed.delete(peer);
      added.set(peer, name);
    }
  }
  const [first, last] = [updates[0], updates.at(-1)];
  const revs = { since: first?.since ?? 0n, rev: last?.rev ?? 0n };
  return { ...revs, added, removed: [...removed] };
}
