/** What a peer knows of its arbiter's history: its own state, and the records of others. */
import type { HistoryMemory } from '../arbiter/kubernetes/history.ts';
import type { Core } from '../core/core.ts';
import type { Driver } from './driver.ts';
import type { PeerId } from '../mesh/peer-id.ts';

/** `driver` is asked for when there is something to keep, and not before. */
export function historyMemory(
  { ipam, mesh }: Pick<Core, 'ipam' | 'mesh'>,
  driver: () => Pick<Driver, 'tell'>,
): HistoryMemory {
  const ownMark = (): bigint => ipam.historyMark();
  return {
    view: () => ipam.view(),
    mark: ownMark,
    others: () => {
      const marks = new Map<PeerId, bigint>();
      for (const { peer, content } of mesh.directory.peersAsTheyCame())
        if (content.custody.historyMark !== 0n) marks.set(peer, content.custody.historyMark);
      return marks;
    },
    keep: (mark) => {
      if (mark > ownMark()) driver().tell({ type: 'history-told', mark });
    },
  };
}
