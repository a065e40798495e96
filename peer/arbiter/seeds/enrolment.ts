/**
 * When a seed may vote whose votes were just made: at its first start, or after its disk was lost.
 * It asks all other seeds, and votes from the highest index on that any of them has touched. Below
 * it, votes that it lost may have been counted; above it none was: whoever counts another's vote has
 * its own on disk before (proposer.ts), and if its disk was lost since, others have voted for it: so
 * they are asked again when it is known whose disks are here. The rule of a replica that lost its
 * disk: it votes only in instances begun after that (Chandra, Griesemer and Redstone, "Paxos Made
 * Live", 2007, 5.1).
 */
import { type AcceptorStore, enrol } from './acceptor.ts';
import type { SeedReply } from './messages.ts';
import { Quorum, type QuorumOptions, type Replies } from './quorum.ts';

/** A seed that starts is seen soon; one that is away for days costs a dial in this time. */
const RETRY_MS = 500;

export interface EnrolmentOptions extends QuorumOptions {
  /** Index of this seed in the configured list. */
  readonly seed: number;
  readonly store: AcceptorStore;
  /** The operator says that this seed never voted: then a majority's answers are enough. */
  readonly isNew: boolean;
  /** Whether others say that they are registered: then the log was begun, whatever the seeds know. */
  readonly knowsMembers: () => boolean;
  readonly signal: AbortSignal;
  /** Told what it waits for, and undefined when it waits no more. */
  readonly onWaiting: (wait: EnrolmentWait | undefined) => void;
}

/** `lost`: votes of this seed are known to be lost. */
export type EnrolmentWait = { readonly lost: boolean } & (
  | { readonly type: 'answers'; readonly missing: readonly number[] }
  /** All answered; too few of them have been there all the time, so decisions may be lost. */
  | { readonly type: 'log-lost' }
  /** A single seed has nobody to ask: only the operator knows that it never voted. */
  | { readonly type: 'operator' }
);

type Enrolled = Extract<SeedReply, { type: 'enrolled' }>;
type Answers = ReadonlyMap<number, Enrolled>;

/** Resolves when this seed votes or the signal says so. Rejects when the disk fails. */
export async function enrolSelf(options: EnrolmentOptions): Promise<void> {
  const { seed, seeds, store, call, timing, signal, onWaiting } = options;
  const others = new Quorum({
    seeds,
    timing,
    call: (to, request) =>
      to === seed ? Promise.reject(new Error('it asks others')) : call(to, request),
  });
  let before: Answers = new Map();
  while (store.floor === undefined && !signal.aborted) {
    const request = { type: 'enrol', seed, store: store.name } as const;
    const replies = await others.gather(request, ({ size }) => size === seeds - 1);
    if (signal.aborted) return;
    const answers = takeNote(store, replies);
    const wait = whatFor(options, answers);
    const floor = wait === undefined ? floorOf(options, { before, answers }) : undefined;
    if (floor !== undefined) store.saveFloor(floor);
    before = answers;
    onWaiting(wait);
    if (wait !== undefined) await timing.sleep(RETRY_MS, signal);
  }
}

/**
 * Undefined while the others have to be asked again. In a first start each votes from the first index
 * on, though others that have heard of it vote there already.
 */
function floorOf(
  options: EnrolmentOptions,
  { before, answers }: { readonly before: Answers; readonly answers: Answers },
): number | undefined {
  if (!isBegun(options, answers)) return 0;
  for (const [seed, { store }] of answers) {
    if (before.get(seed)?.store !== store) return undefined;
  }
  return Math.max(...[...answers.values()].map(({ touched }) => touched));
}

/**
 * The seeds that answered are enrolled here, too, before this one touches anything: else seeds that
 * start together would each be told of the first index, and none could vote there.
 */
function takeNote(store: AcceptorStore, replies: Replies): Answers {
  const answers = new Map<number, Enrolled>();
  for (const [seed, reply] of replies) {
    if (reply.type !== 'enrolled') continue;
    enrol(store, seed, reply.store);
    if (reply.replaces && !store.lost) store.saveLost();
    answers.set(seed, reply);
  }
  return answers;
}

/** Undefined for nothing: this seed may vote. */
function whatFor(options: EnrolmentOptions, answers: Answers): EnrolmentWait | undefined {
  const { seed, seeds, isNew, knowsMembers } = options;
  const { lost } = options.store;
  const told = [...answers.values()];
  const majority = Math.floor(seeds / 2) + 1;
  const whole = told.filter(({ isWhole }) => isWhole).length;
  // Of members whose log nobody has, the log was lost: who says that it is new is mistaken.
  const isDenied = whole === 0 && knowsMembers();
  if (isNew && !lost && !isDenied && told.length + 1 >= majority) return undefined;
  const places = Array.from({ length: seeds }, (_, place) => place);
  const missing = places.filter((place) => place !== seed && !answers.has(place));
  if (missing.length > 0) return { type: 'answers', missing, lost };
  // Of a log that was begun, each decision is on a majority: as many have to have kept theirs.
  if (isBegun(options, answers) && whole < majority) return { type: 'log-lost', lost };
  return seeds === 1 ? { type: 'operator', lost } : undefined;
}

/** Whether there was anything to vote on before this seed's votes were made. */
function isBegun({ store, knowsMembers }: EnrolmentOptions, answers: Answers): boolean {
  return store.lost || knowsMembers() || [...answers.values()].some(({ floor }) => floor > 0);
}
