/**
 * When the census is taken, and by whom. While addresses are nobody's, the peers that watch ask the
 * arbiter who the executor is (and all others, if that has not helped after a while). So does, once,
 * who was restarted: an executor then does not know that it is one. Who is told that it is the executor itself takes the
 * census at every change until nothing is left to reclaim. What it may count: ipam/census.ts.
 *
 * The list that it counts over was told by the arbiter, after its word that it is the executor: an older
 * one may still have the executor before it, which may have taken the same blocks, and one that others
 * brought the arbiter may not stand by any more.
 */
import type { CoreEffect, CoreEvent } from './core-event.ts';
import { type Census, findGone } from '../ipam/census.ts';
import type { View } from '../ipam/custody-state.ts';
import type { PeerId } from '../mesh/peer-id.ts';

/** A census costs a look at all records, and changes come by the hundred. */
const CENSUS_EVERY_MS = 500;
/** The same while nothing can be taken for want of room: doubled each time, up to this. */
const CENSUS_EVERY_MOST_MS = 15_000;
/** Whether anything is to be reclaimed at all, which everybody looks for. */
const LOOK_EVERY_MS = 5_000;
/** Without an answer of the arbiter, and when its list was not yet the one that is needed. */
const ASK_AGAIN_MS = { least: 1_000, most: 15_000 };
/** Who does not watch leaves it to who does for so long, and as long again, drawn at random. */
const PATIENCE_MS = 60_000;

/** Peers that one list is read for; what is left is read for with the next. */
export const LATECOMERS_MAX = 1_024;
/** Peers that are known to be gone, until all is reclaimed. Above, whoever makes them up stops reclaim. */
export const GONE_MAX = 16_384;

type Told = Extract<CoreEvent, { type: 'executor-told' }>;
type Orphans = Extract<Census, { type: 'orphans' }>;

/** What is waited for, for the report. */
export type ReclaimState =
  | { readonly type: 'nothing-to-reclaim' }
  /** The executor takes the census; `executor` is undefined until the arbiter has told. */
  | { readonly type: 'left-to-executor'; readonly executor: PeerId | undefined }
  /** We are the executor, and wait for these members to be heard of in a newer state. */
  | { readonly type: 'waiting'; readonly for: readonly PeerId[] }
  /** We are the executor, and these have another list than ours under its revision. */
  | { readonly type: 'at-odds'; readonly for: readonly PeerId[] }
  /** We are the executor, and need a newer list because of these. */
  | { readonly type: 'relisting'; readonly for: readonly PeerId[] }
  /** We are the executor, and ask the arbiter whether it still means the list that was counted over. */
  | { readonly type: 'confirming' }
  /** We are the executor, and have no room for more blocks before others take some of ours. */
  | { readonly type: 'too-many-blocks' }
  /** The arbiter's list is older than the one we have: it was set back, and is not to be believed. */
  | { readonly type: 'arbiter-went-back' };

export interface Scene {
  readonly self: PeerId;
  readonly viewRev: bigint;
  readonly isMember: (peer: PeerId) => boolean;
  /** When the peer registered, as its record says; undefined without one. */
  readonly registeredRevOf: (peer: PeerId) => bigint | undefined;
  readonly isWatcher: () => boolean;
  readonly isAllClaimed: () => boolean;
  readonly takeCensus: (gone: ReadonlySet<PeerId>) => Census;
}

export class Reclaiming {
  readonly #random: () => number;
  /** There may be something to reclaim. Known again after each look. */
  #isOpen = true;
  #isChanged = true;
  #lookAt: number;
  #executor: PeerId | undefined;
  /** The list that the census may be taken over; undefined before the arbiter has told it. */
  #listedRev: bigint | undefined;
  /** The census has waited for records since the arbiter told its list. */
  #hasWaited = false;
  /** The arbiter is asked whether it still means the list that the census was taken over. */
  #isConfirming = false;
  #question = 0;
  #askAt: number | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;
  /** Not before this it is looked at whether we have become a watcher. */
  #impatientAt = Number.NEGATIVE_INFINITY;
  /** It was a member before this start, and has not asked since. */
  #mayBeExecutor: boolean;
  #askAgainMs = ASK_AGAIN_MS.least;
  #censusAgainMs = CENSUS_EVERY_MS;
  /** When those registered by their own word, if there is one, who were heard of before the open question. */
  #latecomers: ReadonlyMap<PeerId, bigint | undefined> = new Map();
  readonly #gone = new Set<PeerId>();
  #state: ReclaimState = { type: 'nothing-to-reclaim' };

  constructor(now: number, random: () => number, { isRestarted } = { isRestarted: false }) {
    this.#random = random;
    this.#mayBeExecutor = isRestarted;
    this.#lookAt = now + LOOK_EVERY_MS;
  }

  /** Records have come, or our own holding has changed. */
  changed(): void {
    this.#isChanged = true;
  }

  /** Somebody may have been removed. */
  listChanged(): void {
    this.#isOpen = true;
    this.#isChanged = true;
  }

  /** The arbiter has told a list that is adopted now. */
  listTold(rev: bigint): void {
    if (this.#listedRev !== undefined) this.#listedRev = rev;
  }

  /** What the arbiter said of the executor, to which it told its list: the one to adopt, if any. */
  told(
    now: number,
    { question, executor, view }: Told,
    { self, ours }: { readonly self: PeerId; readonly ours: View },
  ): View | undefined {
    if (question !== this.#question) return view;
    // Its revision may have grown by what is no member's: all would have to adopt it, without end.
    const isConfirmed = this.#isConfirming && view !== undefined && hasSameMembers(view, ours);
    this.#isConfirming = false;
    this.#executor = executor;
    this.#askAt = undefined;
    this.#listedRev = undefined;
    this.#hasWaited = false;
    this.#isChanged = true;
    this.#lookAt = now;
    if (executor !== self || view === undefined) return view;
    if (view.rev < ours.rev) {
      this.#state = { type: 'arbiter-went-back' };
      this.#askAt = now + ASK_AGAIN_MS.most;
      return view;
    }
    this.#listedRev = isConfirmed ? ours.rev : view.rev;
    if (isConfirmed) return undefined;
    for (const peer of findGone(view, this.#latecomers))
      if (this.#gone.size < GONE_MAX) this.#gone.add(peer);
    return view;
  }

  /** What became of what was found to be nobody's: that many steps were made, none for want of room. */
  took(now: number, steps: number): void {
    this.#isChanged = true;
    if (steps > 0) {
      this.#censusAgainMs = CENSUS_EVERY_MS;
      return;
    }
    this.#state = { type: 'too-many-blocks' };
    this.#censusAgainMs = Math.min(2 * this.#censusAgainMs, CENSUS_EVERY_MOST_MS);
    this.#lookAt = now + this.#censusAgainMs;
  }

  isExecutor(self: PeerId): boolean {
    return this.#executor === self;
  }

  state(): ReclaimState {
    return this.#state;
  }

  /** What to ask, or what to reclaim now. */
  due(now: number, scene: Scene): { effects: readonly CoreEffect[]; found: Orphans | undefined } {
    const nothing = { effects: [], found: undefined };
    if (!this.#isOpen) return nothing;
    if (this.#executor !== undefined && !scene.isMember(this.#executor)) this.#forgetExecutor();
    // Ours is of others by now: whether the arbiter has it, too, is asked anew.
    if (scene.viewRev > (this.#listedRev ?? scene.viewRev)) this.#listedRev = undefined;
    const isCounting = this.#executor === scene.self && this.#listedRev === scene.viewRev;
    const isLookDue = this.#isChanged && now >= this.#lookAt;
    const census = isLookDue ? this.#look(now, scene, isCounting) : undefined;
    if (census !== undefined) return { effects: [], found: census };
    return this.#isOpen ? { effects: this.#ask(now, scene), found: undefined } : nothing;
  }

  nextAt(): number {
    if (!this.#isOpen) return Number.POSITIVE_INFINITY;
    const lookAt = this.#isChanged ? this.#lookAt : Number.POSITIVE_INFINITY;
    return Math.min(lookAt, this.#askAt ?? Number.POSITIVE_INFINITY);
  }

  #look(now: number, scene: Scene, isCounting: boolean): Orphans | undefined {
    this.#isChanged = false;
    this.#lookAt = now + (isCounting ? CENSUS_EVERY_MS : LOOK_EVERY_MS);
    if (isCounting) return this.#count(now, scene);
    if (scene.isAllClaimed()) this.#close();
    else if (this.#askAt === undefined) this.#planToAsk(now, scene);
    return undefined;
  }

  #count(now: number, scene: Scene): Orphans | undefined {
    const census = scene.takeCensus(this.#gone);
    if (census.type === 'waiting' || census.type === 'at-odds') {
      this.#state = census;
      this.#hasWaited = true;
      return undefined;
    }
    if (census.type === 'relist') {
      this.#relist(now, census.for, scene);
      return undefined;
    }
    if (census.orphans.length > 0 && this.#hasWaited) {
      this.#confirm(now);
      return undefined;
    }
    this.#close();
    if (census.orphans.length === 0) return undefined;
    // More may be there than could be taken, or be left behind by what is taken now.
    this.listChanged();
    return census;
  }

  /** One whose record came meanwhile may have a mark that the arbiter, which went back, can't answer for. */
  #confirm(now: number): void {
    this.#state = { type: 'confirming' };
    this.#isConfirming = true;
    this.#listedRev = undefined;
    this.#askLater(now);
  }

  #close(): void {
    this.#isOpen = false;
    this.#isConfirming = false;
    this.#askAt = undefined;
    this.#askAgainMs = ASK_AGAIN_MS.least;
    this.#gone.clear();
    this.#state = { type: 'nothing-to-reclaim' };
  }

  #relist(now: number, latecomers: readonly PeerId[], { registeredRevOf }: Scene): void {
    this.#state = { type: 'relisting', for: latecomers };
    // One may have registered and gone again since our list: only a later one tells.
    this.#isConfirming = false;
    const asked = latecomers.slice(0, LATECOMERS_MAX);
    this.#latecomers = new Map(asked.map((peer) => [peer, registeredRevOf(peer)]));
    this.#listedRev = undefined;
    this.#askLater(now);
  }

  /** What members do may make it needed again and again. */
  #askLater(now: number): void {
    this.#askAt = now + this.#askAgainMs;
    this.#askAgainMs = Math.min(2 * this.#askAgainMs, ASK_AGAIN_MS.most);
  }

  #planToAsk(now: number, { self, isWatcher }: Scene): void {
    if (this.#state.type !== 'arbiter-went-back')
      this.#state = { type: 'left-to-executor', executor: this.#executor };
    if (this.#executor !== undefined && this.#executor !== self) return;
    const isSoon = this.#mayBeExecutor;
    // A cluster that starts again as a whole does not ask all at once.
    const waitMs = isSoon ? LOOK_EVERY_MS * this.#random() : PATIENCE_MS * (1 + this.#random());
    this.#askAt = isWatcher() ? now : now + waitMs;
  }

  #ask(now: number, { isWatcher }: Scene): readonly CoreEffect[] {
    if (this.#askAt === undefined) return [];
    if (now < this.#askAt && !this.#hasBecomeWatcher(now, isWatcher)) return [];
    this.#askedAt = now;
    this.#mayBeExecutor = false;
    this.#askAt = now + ASK_AGAIN_MS.most * (1 + this.#random());
    this.#question++;
    return [{ type: 'ask-executor', question: this.#question }];
  }

  /** Who watches by now has not to be patient any more. */
  #hasBecomeWatcher(now: number, isWatcher: () => boolean): boolean {
    if (now < this.#impatientAt || now < this.#askedAt + ASK_AGAIN_MS.most) return false;
    this.#impatientAt = now + LOOK_EVERY_MS;
    return isWatcher();
  }

  #forgetExecutor(): void {
    this.#executor = undefined;
    this.#listedRev = undefined;
    this.#isChanged = true;
  }
}

function hasSameMembers({ members }: View, other: View): boolean {
  if (members.size !== other.members.size) return false;
  return [...members].every(([peer, name]) => other.members.get(peer) === name);
}
