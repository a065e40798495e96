/**
 * Notices that the API server's history went back: etcd was restored from a backup. Its list then
 * lacks members that registered since, and taking them for removed would give their addresses to
 * others. Told by the revision, which catches up within minutes, and by the marks that this peer and
 * other members were told before, which a history that went back never gets.
 */
import type { View } from '../../ipam/custody-state.ts';
import type { PeerId } from '../../mesh/peer-id.ts';
import { ArbiterUnavailable } from '../arbiter.ts';
import { type Marks, type Witness, describeLost, findLost, nextMark, traceOf } from './marks.ts';

/**
 * One answer may be old by a mistake of a server's or a proxy's. Who watches looks again after 15 s, and
 * what a history that went back lacks takes longer than this to grow again.
 */
const SETBACK_AGAIN_MS = 5_000;

/** What this peer and others know of the history. Asked each time. */
export interface HistoryMemory {
  /** The list that this peer has adopted. */
  view(): View;
  /** The newest mark that was kept, also by an earlier run; 0 for none. */
  mark(): bigint;
  /** The newest mark that each other peer publishes to have kept, if any, whoever it is. */
  others(): ReadonlyMap<PeerId, bigint>;
  /** Keeps it and publishes it; on disk before any list that is answered later is. */
  keep(mark: bigint): void;
}

/** A state of the API server's, as it answered. */
export interface Answered {
  readonly rev: bigint;
  readonly marks: Marks;
  /** Who is in the list; undefined where none was read. */
  readonly listed: View['members'] | undefined;
}

export interface HistoryOptions {
  readonly memory: HistoryMemory;
  /** 64 random bits. */
  readonly token: () => bigint;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

/** What was known when a question was asked. */
export interface Known {
  readonly own: bigint;
  /** Who is in the list that this peer has adopted. */
  readonly members: View['members'];
  readonly others: ReadonlyMap<PeerId, bigint>;
}

export class History {
  readonly #options: HistoryOptions;
  #newest = 0n;
  /** When the first answer came that was too old, since the last that was not. */
  #setbackAt: number | undefined;

  constructor(options: HistoryOptions) {
    this.#options = options;
  }

  /**
   * Answers what `ask` does. Throws ArbiterUnavailable if that is of a history that went back: older
   * than what was known when it was asked (what comes in meanwhile doesn't count, as two questions at
   * once may be answered in either order), or without a mark that somebody was told.
   */
  async read<T extends Answered>(ask: () => Promise<T>): Promise<T> {
    const { floor, known } = this.#known();
    const answer = await ask();
    const { rev, marks } = answer;
    const lost = findLost(marks, witnessesOf(known, answer.listed));
    if (lost !== undefined) throw unavailable(describeLost(marks, lost));
    if (rev < floor) {
      this.#noteSetback(marks, known.own);
      throw unavailable(describeSetback(rev, floor));
    }
    this.#setbackAt = undefined;
    if (rev > this.#newest) this.#newest = rev;
    return answer;
  }

  /**
   * What the marks don't tell, the peer keeps as a mark that no history has, or this would look sound
   * again once the revision has grown, and to everybody else. That stops the whole cluster until an
   * operator accepts it: not for one answer.
   */
  #noteSetback(marks: Marks, own: bigint): void {
    const { memory, token, now } = this.#options;
    this.#setbackAt ??= now();
    const isAgain = now() >= this.#setbackAt + SETBACK_AGAIN_MS;
    if (isAgain && traceOf(marks, own) !== 'accepted') memory.keep(nextMark(marks, token()));
  }

  #known(): { readonly floor: bigint; readonly known: Known } {
    const { memory } = this.#options;
    const { rev } = memory.view();
    return { floor: rev > this.#newest ? rev : this.#newest, known: knownOf(memory) };
  }
}

export function knownOf(memory: HistoryMemory): Known {
  return { own: memory.mark(), members: memory.view().members, others: memory.others() };
}

/**
 * Of others, where a list was read, those that are in it or in the one that we have: a restored list may
 * lack just the one that was told most. Anybody else's mark could be made up, and stop the cluster.
 */
export function witnessesOf(
  { own, members, others }: Known,
  listed: Answered['listed'],
): readonly Witness[] {
  const ours = { mark: own, peer: undefined };
  if (listed === undefined) return [ours];
  const told = [...others].filter(([peer]) => listed.has(peer) || members.has(peer));
  return [ours, ...told.map(([peer, mark]) => ({ mark, peer }))];
}

function describeSetback(rev: bigint, floor: bigint): string {
  return (
    `the API server's history went back: it is at revision ${rev} and was at ${floor}, so etcd was ` +
    'restored from a backup or is another one; who joined or was removed since is not in its list, ' +
    'and nothing is decided by it. Restore etcd with a raised revision (--bump-revision)'
  );
}

function unavailable(message: string): ArbiterUnavailable {
  return new ArbiterUnavailable(message, { reachable: [] });
}
