/** What a peer of a test remembers of its arbiter's history: it outlives the arbiter, as a disk does. */
import type { HistoryMemory } from '#peer/arbiter/kubernetes/history.ts';
import type { View } from '#peer/ipam/custody-state.ts';
import { NO_VIEW } from '#peer/ipam/durable.ts';
import type { PeerId } from '#peer/mesh/peer-id.ts';

export class Remembering implements HistoryMemory {
  /** Adopted. */
  list: View = NO_VIEW;
  kept = 0n;
  /** Whose records have come, as they are by now. */
  readonly directory = new Map<PeerId, Remembering>();

  view(): View {
    return this.list;
  }

  mark(): bigint {
    return this.kept;
  }

  others(): ReadonlyMap<PeerId, bigint> {
    return new Map([...this.directory].map(([peer, { kept }]) => [peer, kept]));
  }

  keep(mark: bigint): void {
    if (mark > this.kept) this.kept = mark;
  }
}
