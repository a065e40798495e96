/**
 * The arbiter of a simulated world: the log of the real ones, decided at once. It may be down, answer
 * with an old list, or go back to a backup, with the marks by which the one on Leases is known then.
 */
import { type HistoryMemory, knownOf, witnessesOf } from '../../peer/arbiter/kubernetes/history.ts';
import {
  EMPTY_REGISTRY,
  type Entry,
  type Registry as Log,
  applyBatch,
  changes,
  describeRefusal,
  viewOf,
} from '../../peer/arbiter/log.ts';
import {
  MARKS_MAX,
  type Marks,
  findLost,
  newestMark,
  nextMark,
  readMarks,
} from '../../peer/arbiter/kubernetes/marks.ts';
import type { View } from '../../peer/ipam/custody-state.ts';
import type { PeerId } from '../../peer/mesh/peer-id.ts';

/** Identities that an old list of it may lack. */
const STALE_REVISIONS = 3;

/** Revisions that a restored one is ahead of all that were told. */
const RAISED_BY = 1_000n;
/** Beyond the last mark that was ever made. */
const ACCEPTED_BEYOND = 10_000n;

interface Saved {
  readonly log: Log;
  readonly marks: Marks;
  /** That of the log when the newest mark was made. */
  readonly markedRev: bigint;
}

export class Registry {
  readonly #views: View[] = [];
  #registry = EMPTY_REGISTRY;
  /** Answers nobody. */
  isDown = false;
  /** Answers questions for the list with one of some revisions ago. */
  isStale = false;
  /** See Plan. */
  othersWritePerSecond = 0;
  #othersWroteAt = 0;
  /** Makes marks, as the arbiter on Leases does. */
  hasMarks = false;
  #marks = readMarks(undefined);
  #markedRev = 0n;
  #newestEver = 0n;
  #newestToken = 0n;
  #backup: Saved | undefined;
  /** Members when it went back. */
  readonly #before = new Set<PeerId>();
  readonly #removed = new Set<PeerId>();
  readonly #onRemoved: (id: PeerId) => void;

  constructor(onRemoved: (id: PeerId) => void) {
    this.#onRemoved = (id) => {
      this.#removed.add(id);
      onRemoved(id);
    };
  }

  /** Whether a peer that knows this believes what it is told now. */
  isBelieved(memory: HistoryMemory): boolean {
    const witnesses = witnessesOf(knownOf(memory), this.#registry.members);
    return findLost(this.#marks, witnesses) === undefined;
  }

  /** A mark that was made after all that is in its list; 0 where it makes none. */
  markFor(memory: HistoryMemory): bigint {
    if (!this.hasMarks) return 0n;
    const { rev, members } = this.#registry;
    const lacksSomebody = [...memory.view().members.keys()].some((id) => !members.has(id));
    if (lacksSomebody || this.#markedRev < rev) this.#appendMark();
    return newestMark(this.#marks);
  }

  backUp(): void {
    this.#backup = { log: this.#registry, marks: this.#marks, markedRev: this.#markedRev };
  }

  /** Becomes what was backed up, with a raised revision. */
  restore(): void {
    if (this.#backup === undefined) return;
    for (const id of this.#registry.members.keys()) this.#before.add(id);
    const { log, marks, markedRev } = this.#backup;
    const rev = this.#registry.rev + RAISED_BY;
    this.#registry = { ...log, rev };
    this.#marks = marks;
    this.#markedRev = markedRev === log.rev ? rev : 0n;
    this.#views.length = 0;
    this.#views.push(this.current());
  }

  /** The operator's word that it counts as it is: whom it lacks is removed, and again who was before. */
  accept(): void {
    const accepted = (this.#newestEver >> 64n) + ACCEPTED_BEYOND;
    this.#marks = { ...this.#marks, accepted };
    this.#appendMark();
    for (const id of this.#before) if (!this.#registry.members.has(id)) this.#onRemoved(id);
    for (const id of this.#registry.members.keys()) if (this.#removed.has(id)) this.remove(id);
  }

  #appendMark(): void {
    this.#newestToken++;
    const mark = nextMark(this.#marks, this.#newestToken);
    if (mark > this.#newestEver) this.#newestEver = mark;
    this.#markedRev = this.#registry.rev;
    this.#marks = { ...this.#marks, all: [...this.#marks.all, mark].slice(-MARKS_MAX) };
  }

  /**
   * A name has one identity: a new one takes the place of the old. Answers the list after it, or
   * undefined for an identity that was replaced or removed.
   */
  register(id: PeerId, name: string): View | undefined {
    const replaces = this.#registry.identities.get(name);
    const registration = { type: 'register', name, id, replaces } as const;
    const isNew = this.#decide(registration);
    if (isNew && replaces !== undefined) this.#onRemoved(replaces);
    return describeRefusal(this.#registry, registration) === undefined ? this.current() : undefined;
  }

  /** The operator says that it is gone for good. */
  remove(id: PeerId): void {
    const name = this.#registry.members.get(id);
    if (name !== undefined && this.#decide({ type: 'remove', name, id })) this.#onRemoved(id);
  }

  /** The one that may reclaim: the first member that asked, until it is removed itself. */
  executor(asker: PeerId): PeerId | undefined {
    this.#decide({ type: 'executor', id: asker });
    return this.#registry.executor;
  }

  /** Before a read: what others have written until now. */
  othersWrite(now: number): void {
    const writes = Math.floor(((now - this.#othersWroteAt) * this.othersWritePerSecond) / 1_000);
    if (writes === 0) return;
    this.#othersWroteAt = now;
    this.#registry = { ...this.#registry, rev: this.#registry.rev + BigInt(writes) };
    this.#keepView();
  }

  /** What a linearizable read answers, stale or not. */
  current(): View {
    return viewOf(this.#registry);
  }

  /** Who founded the cluster: the first that asked. */
  genesis(founder: PeerId): PeerId {
    this.#decide({ type: 'genesis', founder });
    return this.#registry.founder ?? founder;
  }

  isFounder(id: PeerId): boolean {
    return this.#registry.founder === id;
  }

  list(): View | undefined {
    const at = this.isStale ? Math.max(0, this.#views.length - 1 - STALE_REVISIONS) : -1;
    return this.#views.at(at);
  }

  /** Whether that has changed anything. */
  #decide(entry: Entry): boolean {
    if (!changes(this.#registry, entry)) return false;
    this.#registry = applyBatch(this.#registry, [entry]);
    this.#keepView();
    return true;
  }

  #keepView(): void {
    this.#views.push(this.current());
    if (this.#views.length > STALE_REVISIONS + 1) this.#views.shift();
  }
}
