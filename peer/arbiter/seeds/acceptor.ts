/**
 * A seed's vote: one Paxos acceptor for each index of the log (Lamport, "Paxos Made Simple", 2001,
 * section 2.2). What is answered was made durable by the store before; a seed that forgets a
 * promise breaks the arbiter, so it never votes again under its index without its store.
 */
import { unreachable } from '../../assert.ts';
import type { Batch } from '../log.ts';
import {
  type Ballot,
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
  vote(index: number): Vote;
  saveVote(index: number, vote: Vote): void;
  decision(index: number): Batch | undefined;
  /** In place of the vote. */
  saveDecision(index: number, batch: Batch): void;
  /** Consecutive decisions from `from`, at most `count`. */
  decisions(from: number, count: number): readonly Batch[];
  /** One more than the highest index that was decided or accepted; 0 for none. */
  end(): number;
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
      return {
        type: 'log',
        batches: store.decisions(request.from, LOG_PAGE_MAX),
        end: store.end(),
      };
    default:
      return unreachable(request);
  }
}

function answerBallot(
  store: AcceptorStore,
  request: Extract<SeedRequest, { type: 'prepare' | 'accept' }>,
): SeedReply {
  const { index, ballot } = request;
  const decided = store.decision(index);
  if (decided !== undefined) return { type: 'decided', batch: decided };
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
