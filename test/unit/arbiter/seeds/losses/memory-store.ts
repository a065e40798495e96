/** A seed's votes in memory: what the disk of a machine is, for runs that are to be short. */
import { assert } from '#peer/assert.ts';
import type { Batch } from '#peer/arbiter/log.ts';
import type { AcceptorStore, Vote } from '#peer/arbiter/seeds/acceptor.ts';
import type { Enrolled } from '#peer/arbiter/seeds/messages.ts';

/** Outlives the processes that open it. */
export class Disk {
  readonly name: string;
  run = 0;
  floor: number | undefined;
  lost = false;
  readonly votes = new Map<number, Vote>();
  readonly decisions = new Map<number, Batch>();
  readonly others = new Map<number, Enrolled>();

  /** Another was here, and was lost. */
  readonly isReplacement: boolean;

  /** `name`: of this disk alone. */
  constructor(name: number, { isReplacement = false }: { readonly isReplacement?: boolean } = {}) {
    this.name = name.toString(16).padStart(32, '0');
    this.isReplacement = isReplacement;
  }
}

/** Told what is written. */
export interface DiskWatch {
  readonly onDecision: (index: number, batch: Batch) => void;
  readonly onVoting: () => void;
}

/** As a process that starts has it. */
export function openDisk(disk: Disk, { onDecision, onVoting }: DiskWatch): AcceptorStore {
  const run = ++disk.run;
  const endOf = (positions: readonly number[]) =>
    Math.max(-1, ...positions, ...disk.decisions.keys()) + 1;
  const store: AcceptorStore = {
    run,
    name: disk.name,
    get floor() {
      return disk.floor;
    },
    saveFloor: (floor) => {
      assert(disk.floor === undefined, 'it votes already');
      disk.floor = floor;
      onVoting();
    },
    get lost() {
      return disk.lost;
    },
    saveLost: () => void (disk.lost = true),
    enrolled: (seed) => disk.others.get(seed),
    saveEnrolled: (seed, enrolled) => void disk.others.set(seed, enrolled),
    vote: (index) => disk.votes.get(index) ?? { promised: undefined, accepted: undefined },
    saveVote: (index, vote) => void disk.votes.set(index, vote),
    decision: (index) => disk.decisions.get(index),
    saveDecision: (index, batch) => {
      onDecision(index, batch);
      disk.decisions.set(index, batch);
      disk.votes.delete(index);
    },
    decisions: (from, count) => consecutive(disk.decisions, { from, count }),
    end: () => {
      const accepted = [...disk.votes].filter(([, vote]) => vote.accepted !== undefined);
      return Math.max(endOf(accepted.map(([index]) => index)), disk.floor ?? 0);
    },
    touched: () => Math.max(endOf([...disk.votes.keys()]), disk.floor ?? 0),
    isWhole: () => {
      const { floor } = disk;
      if (floor === undefined) return false;
      return [...disk.decisions.keys()].filter((index) => index < floor).length === floor;
    },
  };
  return store;
}

function consecutive(
  decisions: ReadonlyMap<number, Batch>,
  { from, count }: { readonly from: number; readonly count: number },
): readonly Batch[] {
  const page: Batch[] = [];
  for (let index = from; index < from + count; index++) {
    const batch = decisions.get(index);
    if (batch === undefined) break;
    page.push(batch);
  }
  return page;
}
