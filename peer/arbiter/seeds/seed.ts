/**
 * What each seed runs: its vote, the registry that the decided log adds up to, and a queue of what
 * peers ask. A round takes what is queued, learns from a majority what was decided so far, proposes
 * what is still missing as one batch, and answers all from the registry then: so every answer
 * counts everything that was answered, by any seed, before its request came.
 */
import { ArbiterUnavailable } from '../arbiter.ts';
import {
  BATCH_ENTRIES_MAX,
  EMPTY_REGISTRY,
  type Entry,
  type Registry,
  applyBatch,
  changes,
} from '../log.ts';
import { type ArbiterReply, type ArbiterRequest, answerFrom } from '../request.ts';
import { type AcceptorStore, answerSeed } from './acceptor.ts';
import { type EnrolmentOptions, enrolSelf } from './enrolment.ts';
import { LOG_PAGE_MAX, type SeedReply, type SeedRequest } from './messages.ts';
import { Proposer, unavailable } from './proposer.ts';
import { Quorum, type Replies, type SeedCall, type Timing } from './quorum.ts';

/** Requests that wait for a round; twice what a cluster of the largest size sends at once. */
export const QUEUE_MAX = 10_000;

/** Times that a majority is asked for the log again because messages were lost. */
const READS_MAX = 3;

/** Indexes that one round may lose to other seeds before whoever asked is told to ask again. */
const PROPOSALS_MAX = 32;

export interface SeedOptions {
  /** Index of this seed in the configured list. */
  readonly seed: number;
  readonly seeds: number;
  readonly store: AcceptorStore;
  /** Carries a request to another seed. */
  readonly call: SeedCall;
  readonly timing: Timing;
}

interface Waiting {
  readonly request: ArbiterRequest;
  readonly resolve: (reply: ArbiterReply) => void;
  readonly reject: (error: unknown) => void;
}

export class Seed {
  readonly #options: SeedOptions;
  readonly #store: AcceptorStore;
  readonly #quorum: Quorum;
  readonly #proposer: Proposer;
  #queue: Waiting[] = [];
  #isRunning = false;
  #registry: Registry = EMPTY_REGISTRY;

  constructor(options: SeedOptions) {
    const { seed, seeds, store, call, timing } = options;
    this.#options = options;
    this.#store = store;
    const callAny: SeedCall = async (to, request) =>
      to === seed ? answerSeed(store, request) : call(to, request);
    this.#quorum = new Quorum({ seeds, call: callAny, timing });
    this.#proposer = new Proposer({ quorum: this.#quorum, seed, run: store.run });
    this.#applyDecisions();
  }

  /**
   * Resolves when this seed votes and has asked for what it lacks of the log, or when the signal
   * says so; rejects when the disk fails. Until then it tells peers what the other seeds know.
   */
  async enrol(options: Omit<EnrolmentOptions, keyof SeedOptions>): Promise<void> {
    await enrolSelf({ ...this.#options, ...options });
    if (!options.signal.aborted && !this.#store.isWhole()) await this.ask({ type: 'list' });
  }

  /** Answers another seed. Its vote is on disk when this returns; throws when the disk fails. */
  answer(request: SeedRequest): SeedReply {
    return answerSeed(this.#store, request);
  }

  /** Answers a peer, this one included. Rejects only when the disk fails. */
  ask(request: ArbiterRequest): Promise<ArbiterReply> {
    if (this.#queue.length >= QUEUE_MAX) {
      return Promise.resolve({ type: 'unavailable', reachable: [] });
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ request, resolve, reject });
      if (!this.#isRunning) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#queue.length > 0) {
      const round = this.#queue.splice(0, BATCH_ENTRIES_MAX);
      try {
        await this.#settle(round.map(({ request }) => request));
        for (const { request, resolve } of round) resolve(answerFrom(this.#registry, request));
      } catch (error) {
        for (const waiting of round) fail(waiting, error);
      }
    }
    this.#isRunning = false;
  }

  /** Returns once the registry has all that was decided before, and all that is asked for. */
  async #settle(requests: readonly ArbiterRequest[]): Promise<void> {
    await this.#catchUp();
    for (let proposals = 0; proposals < PROPOSALS_MAX; proposals++) {
      const entries = requests
        .filter((request): request is Entry => request.type !== 'list')
        .filter((entry) => changes(this.#registry, entry));
      if (entries.length === 0) return;
      await this.#decide(this.#next(), entries);
    }
    throw unavailable(new Map(), this.#quorum.majority);
  }

  /**
   * Learns every decision made before the call. A decision was accepted by a majority, so a
   * majority that knows of nothing at the next index proves that there is nothing; and what only
   * some have accepted is brought to a decision first.
   */
  async #catchUp(): Promise<void> {
    for (let lost = 0; lost < READS_MAX;) {
      const from = this.#next();
      const isEnough = (replies: Replies) => logsIn(replies).length >= this.#quorum.majority;
      const replies = await this.#quorum.gather({ type: 'read', from }, isEnough);
      if (!isEnough(replies)) {
        lost++;
        if (lost === READS_MAX) throw unavailable(replies, this.#quorum.majority);
        continue;
      }
      this.#learn(from, replies);
      if (logsIn(replies).every(({ end }) => end <= this.#next())) return;
      // A page that was full has more behind it; otherwise the index is accepted but not decided.
      if (this.#next() < from + LOG_PAGE_MAX) await this.#decide(this.#next(), []);
    }
  }

  async #decide(index: number, entries: readonly Entry[]): Promise<void> {
    const batch = await this.#proposer.propose(index, entries);
    answerSeed(this.#store, { type: 'learn', index, batch });
    this.#applyDecisions();
  }

  #learn(from: number, replies: Replies): void {
    for (const reply of logsIn(replies)) {
      for (const [i, batch] of reply.batches.entries()) {
        answerSeed(this.#store, { type: 'learn', index: from + i, batch });
      }
    }
    this.#applyDecisions();
  }

  #applyDecisions(): void {
    for (;;) {
      const page = this.#store.decisions(this.#next(), LOG_PAGE_MAX);
      if (page.length === 0) return;
      for (const batch of page) this.#registry = applyBatch(this.#registry, batch);
    }
  }

  /** The first index whose decision the registry doesn't have. */
  #next(): number {
    return Number(this.#registry.rev);
  }
}

function logsIn(replies: Replies): readonly Extract<SeedReply, { type: 'log' }>[] {
  return [...replies.values()].filter((reply) => reply.type === 'log');
}

function fail({ resolve, reject }: Waiting, error: unknown): void {
  if (!(error instanceof ArbiterUnavailable)) return reject(error);
  return resolve({ type: 'unavailable', reachable: error.reachable });
}
