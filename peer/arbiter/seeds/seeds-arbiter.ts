/**
 * The arbiter as any peer sees it, seed or not: asks one seed after the other until one answers.
 * Every request may be sent again, so a lost reply costs time and nothing else.
 */
import type { View } from '../../ipam/custody-state.ts';
import type { PeerId } from '../../mesh/peer-id.ts';
import { type Arbiter, ArbiterRefusal, ArbiterUnavailable } from '../arbiter.ts';
import { type ArbiterReply, type ArbiterRequest, decodeView } from '../request.ts';
import type { Timing } from './quorum.ts';

/** Longer than a seed takes to find that it has no majority; then the next seed is asked. */
export const ASK_TIMEOUT_MS = 5_000;

/** Carries a request to a seed; rejects when there is no answer. The time-out is ours. */
export type ArbiterCall = (seed: number, request: ArbiterRequest) => Promise<ArbiterReply>;

export interface SeedsArbiterOptions {
  readonly seeds: number;
  /** Index of this peer if it is a seed: asked first. */
  readonly self?: number;
  readonly call: ArbiterCall;
  readonly timing: Timing;
}

type Answer<T extends ArbiterReply['type']> = Extract<ArbiterReply, { type: T }>;

/** All methods throw ArbiterUnavailable; `register` and `executor` also ArbiterRefusal. */
export class SeedsArbiter implements Arbiter {
  readonly #options: SeedsArbiterOptions;

  constructor(options: SeedsArbiterOptions) {
    this.#options = options;
  }

  async genesis(founder: PeerId): Promise<PeerId> {
    return (await this.#ask({ type: 'genesis', founder }, 'founder')).id;
  }

  async register(name: string, id: PeerId, replaces?: PeerId): Promise<View> {
    return decodeView(await this.#ask({ type: 'register', name, id, replaces }, 'view'));
  }

  async remove(name: string, id: PeerId): Promise<View> {
    return decodeView(await this.#ask({ type: 'remove', name, id }, 'view'));
  }

  async list(): Promise<View> {
    return decodeView(await this.#ask({ type: 'list' }, 'view'));
  }

  async executor(self: PeerId): Promise<PeerId> {
    return (await this.#ask({ type: 'executor', id: self }, 'executor')).id;
  }

  async #ask<T extends ArbiterReply['type']>(request: ArbiterRequest, type: T): Promise<Answer<T>> {
    const reachable = new Set<number>();
    for (const seed of this.#order()) {
      const reply = await this.#askSeed(seed, request);
      if (reply === undefined) continue;
      if (isAnswer(reply, type)) return reply;
      if (reply.type === 'refused') throw new ArbiterRefusal(reply.reason);
      for (const other of reply.type === 'unavailable' ? [seed, ...reply.reachable] : [seed]) {
        reachable.add(other);
      }
    }
    throw unanswered([...reachable], this.#options.seeds);
  }

  async #askSeed(seed: number, request: ArbiterRequest): Promise<ArbiterReply | undefined> {
    const answered = new AbortController();
    try {
      return await Promise.race([
        this.#options.call(seed, request).catch(() => undefined),
        this.#options.timing.sleep(ASK_TIMEOUT_MS, answered.signal).then(() => undefined),
      ]);
    } finally {
      answered.abort();
    }
  }

  /** This peer if it is a seed, then the others in random order, so that they share the load. */
  #order(): readonly number[] {
    const { seeds, self, timing } = this.#options;
    return Array.from({ length: seeds }, (_, seed) => ({
      seed,
      rank: seed === self ? -1 : timing.random(),
    }))
      .sort((a, b) => a.rank - b.rank)
      .map(({ seed }) => seed);
  }
}

function isAnswer<T extends ArbiterReply['type']>(
  reply: ArbiterReply,
  type: T,
): reply is Answer<T> {
  return reply.type === type;
}

function unanswered(reachable: readonly number[], seeds: number): ArbiterUnavailable {
  const answered = [...reachable].sort((a, b) => a - b);
  return new ArbiterUnavailable(
    `no seed could answer: of ${seeds} seeds, reachable are ${answered.join(', ') || 'none'} and a ` +
      'majority that votes is needed; check that the others run and can be reached, and what weft ' +
      'status says on them',
    { reachable: answered },
  );
}
