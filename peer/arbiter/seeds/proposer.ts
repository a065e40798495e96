/**
 * Gets one index of the log decided: the proposer's half of Paxos (Lamport, "Paxos Made Simple",
 * 2001, section 2.2). Whoever calls has one proposal at a time under way, because a round is used
 * once in a run. A ballot is won only with the vote of the seed that proposes: then it has a durable
 * trace of every vote that it ever counted, which enrolment.ts rests on.
 */
import { ArbiterUnavailable } from '../arbiter.ts';
import type { Batch } from '../log.ts';
import { type Ballot, type Proposal, compareBallots } from './messages.ts';
import type { Quorum, Replies } from './quorum.ts';

/** Rounds for one index. Duels end by chance after two or three; a missing majority won't come back sooner. */
export const ROUNDS_MAX = 8;

/** The wait after a lost round is drawn below this, which doubles each round up to BACKOFF_MS_MAX. */
export const BACKOFF_MS_MIN = 10;
export const BACKOFF_MS_MAX = 500;

export interface ProposerOptions {
  readonly quorum: Quorum;
  readonly seed: number;
  readonly run: number;
}

type Outcome =
  | { readonly type: 'decided'; readonly batch: Batch }
  /** `round` is the highest that was seen. */
  | { readonly type: 'outbid'; readonly round: number; readonly replies: Replies }
  | { readonly type: 'silence'; readonly replies: Replies };

export class Proposer {
  readonly #quorum: Quorum;
  readonly #seed: number;
  readonly #run: number;
  /** Never goes back in a run, whatever index it was used for. */
  #round = 0;

  constructor({ quorum, seed, run }: ProposerOptions) {
    this.#quorum = quorum;
    this.#seed = seed;
    this.#run = run;
  }

  /**
   * Answers what was decided at the index: `batch`, or what another proposer was faster with.
   * Throws ArbiterUnavailable; `batch` may be decided all the same.
   */
  async propose(index: number, batch: Batch): Promise<Batch> {
    let replies: Replies = new Map();
    for (let attempt = 0; attempt < ROUNDS_MAX; attempt++) {
      if (attempt > 0) await this.#backOff(attempt);
      const outcome = await this.#attempt(index, batch);
      if (outcome.type === 'decided') {
        this.#quorum.tell({ type: 'learn', index, batch: outcome.batch });
        return outcome.batch;
      }
      if (outcome.type === 'outbid') this.#round = Math.max(this.#round, outcome.round);
      replies = outcome.replies;
      // Without a majority there is no duel to win: whoever asked shall know soon.
      if (outcome.type === 'silence' && attempt > 0) break;
    }
    throw unavailable(replies, this.#quorum.majority);
  }

  async #attempt(index: number, batch: Batch): Promise<Outcome> {
    this.#round++;
    const ballot: Ballot = { round: this.#round, seed: this.#seed, run: this.#run };
    const promises = await this.#gather({ type: 'prepare', index, ballot }, 'promised');
    const early = this.#judge(promises, 'promised');
    if (early !== undefined) return early;
    const chosen = highestAccepted(promises)?.batch ?? batch;
    const accepts = await this.#gather(
      { type: 'accept', index, ballot, batch: chosen },
      'accepted',
    );
    return this.#judge(accepts, 'accepted') ?? { type: 'decided', batch: chosen };
  }

  #gather(request: Parameters<Quorum['gather']>[0], wanted: Wanted): Promise<Replies> {
    return this.#quorum.gather(
      request,
      (replies) => this.#isWon(replies, wanted) || findDecision(replies) !== undefined,
    );
  }

  /** Undefined when a majority answered as wanted and the round goes on. */
  #judge(replies: Replies, wanted: Wanted): Outcome | undefined {
    const batch = findDecision(replies);
    if (batch !== undefined) return { type: 'decided', batch };
    if (this.#isWon(replies, wanted)) return undefined;
    const outbid = [...replies.values()].filter((reply) => reply.type === 'outbid');
    if (outbid.length === 0) return { type: 'silence', replies };
    return {
      type: 'outbid',
      round: Math.max(...outbid.map(({ ballot }) => ballot.round)),
      replies,
    };
  }

  #isWon(replies: Replies, wanted: Wanted): boolean {
    const isOurs = replies.get(this.#seed)?.type === wanted;
    return isOurs && count(replies, wanted) >= this.#quorum.majority;
  }

  #backOff(attempt: number): Promise<void> {
    const limitMs = Math.min(BACKOFF_MS_MIN * 2 ** attempt, BACKOFF_MS_MAX);
    return this.#quorum.timing.sleep(this.#quorum.timing.random() * limitMs);
  }
}

/** Says which seeds that vote answered and how many would be needed. */
export function unavailable(replies: Replies, majority: number): ArbiterUnavailable {
  const voting = [...replies].filter(([, { type }]) => type !== 'abstained');
  const reachable = voting.map(([seed]) => seed).sort((a, b) => a - b);
  const answered = reachable.length === 0 ? 'none' : reachable.join(', ');
  return new ArbiterUnavailable(
    `no decision by the seeds: ${majority} have to agree, and these answered: ${answered}; ` +
      'check that the other seeds run and can be reached, and what weft status says on them',
    { reachable },
  );
}

type Wanted = 'promised' | 'accepted';

function count(replies: Replies, wanted: Wanted): number {
  return [...replies.values()].filter(({ type }) => type === wanted).length;
}

function findDecision(replies: Replies): Batch | undefined {
  return [...replies.values()].find((reply) => reply.type === 'decided')?.batch;
}

function highestAccepted(replies: Replies): Proposal | undefined {
  let highest: Proposal | undefined;
  for (const reply of replies.values()) {
    if (reply.type !== 'promised' || reply.accepted === undefined) continue;
    if (highest !== undefined && compareBallots(reply.accepted.ballot, highest.ballot) <= 0)
      continue;
    highest = reply.accepted;
  }
  return highest;
}
