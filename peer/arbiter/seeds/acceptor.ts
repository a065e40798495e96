/**
 * A seed's vote: one Paxos acceptor for each index of the log (Lamport, "Paxos Made Simple", 2001,
 * section 2.2). What is answered was made durable by the store before. A seed that forgot a promise
 * would break the arbiter, so a store votes only from its floor on: see enrolment.ts.
 */
import { unreachable } from '../../assert.ts';
import type { Batch } from '../log.ts';
import {
  type Ballot,
  type Enrolled,
  LOG_PAGE_MAX,
  type Proposal,
  type SeedReply,
  type SeedRequest,
  compareBallots,
} from './messages.ts';

/** What one acceptor remembers of an index that it doesn't know to be decided. */
export interface Vote {
  readonly promised: Ballot | undefined;
  readonly accepted: Proposal | undefined;
}

/** Durable when a save returns. */
export interface AcceptorStore {
  /** Grew durably when the store was opened. */
  readonly run: number;
  /** The name that the store got when it was made. */
  readonly name: string;
  /** It votes from this index on; undefined while it doesn't vote. */
  readonly floor: number | undefined;
  /** Once. */
  saveFloor(floor: number): void;
  /** Whether this seed is known to have had other votes. */
  readonly lost: boolean;
  /** Never taken back: who knew it may be lost next. */
  saveLost(): void;
  /** What the seed was told, if it was told anything. */
  enrolled(seed: number): Enrolled | undefined;
  saveEnrolled(seed: number, enrolled: Enrolled): void;
  vote(index: number): Vote;
  saveVote(index: number, vote: Vote): void;
  decision(index: number): Batch | undefined;
  /** In place of the vote. */
  saveDecision(index: number, batch: Batch): void;
  /** Consecutive decisions from `from`, at most `count`. */
  decisions(from: number, count: number): readonly Batch[];
  /** One more than the highest index that was decided or accepted, and the floor at least. */
  end(): number;
  /** The same of what was decided, accepted or promised. */
  touched(): number;
  /** Whether it votes, and has every decision below its floor. */
  isWhole(): boolean;
}

/** Answers another seed's request, or our own. Throws only when the store fails. */
export function answerSeed(store: AcceptorStore, request: SeedRequest): SeedReply {
  switch (request.type) {
    case 'prepare':
    case 'accept':
      return answerBallot(store, request);
    case 'learn':
      if (store.decision(request.index) === undefined) {
        store.saveDecision(request.index, request.batch);
      }
      return { type: 'learned' };
    case 'read':
      if (store.floor === undefined) return { type: 'abstained' };
      return {
        type: 'log',
        batches: store.decisions(request.from, LOG_PAGE_MAX),
        end: store.end(),
      };
    case 'enrol': {
      const { floor, replaces } = enrol(store, request.seed, request.store);
      return {
        type: 'enrolled',
        store: store.name,
        floor,
        touched: store.touched(),
        replaces,
        isWhole: store.isWhole(),
      };
    }
    default:
      return unreachable(request);
  }
}

/** Takes note of whose votes are which, and of what was touched before. */
export function enrol(store: AcceptorStore, seed: number, name: string): Enrolled {
  const known = store.enrolled(seed);
  if (known?.store === name) return known;
  const enrolled = { store: name, floor: store.touched(), replaces: known !== undefined };
  store.saveEnrolled(seed, enrolled);
  return enrolled;
}

function answerBallot(
  store: AcceptorStore,
  request: Extract<SeedRequest, { type: 'prepare' | 'accept' }>,
): SeedReply {
  const { index, ballot } = request;
  const decided = store.decision(index);
  if (decided !== undefined) return { type: 'decided', batch: decided };
  if (store.floor === undefined || index < store.floor) return { type: 'abstained' };
  const vote = store.vote(index);
  if (vote.promised !== undefined && compareBallots(ballot, vote.promised) < 0) {
    return { type: 'outbid', ballot: vote.promised };
  }
  if (request.type === 'accept') {
    store.saveVote(index, { promised: ballot, accepted: { ballot, batch: request.batch } });
    return { type: 'accepted' };
  }
  store.saveVote(index, { ...vote, promised: ballot });
  return { type: 'promised', ...(vote.accepted && { accepted: vote.accepted }) };
}
