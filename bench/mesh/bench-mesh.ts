/** A mesh of real peers in a namespace of its own: the processes that run it, and its network. */
import { setTimeout as delay } from 'node:timers/promises';
import { assert } from '#peer/assert.ts';
import { createNamespace, type Namespace } from '#test/support/namespace.ts';
import type { Cost, GroupAnswers, GroupRequest } from './group-messages.ts';
import { GroupProcess } from './group-process.ts';
import { cutOff, prepareCuts, readSentBytes } from './loopback.ts';
import { addressTextOf } from './numbered-peer.ts';

/** At how many others each peer is told to join: as many as a small cluster has seeds. */
const JOIN_AT = 3;

export interface BenchMeshOptions {
  readonly peers: number;
  readonly groups: number;
  readonly sharesVerifications: boolean;
  /** Where profiles of the groups' CPU time go. */
  readonly profileDirectory: string | undefined;
}

export class BenchMesh implements AsyncDisposable {
  readonly peers: number;
  readonly #namespace: Namespace;
  /** Peers go round them, so that those to join at are not all in one. */
  readonly #groups: readonly GroupProcess[];
  readonly #parts: AsyncDisposableStack;

  private constructor(
    { peers, groups, profileDirectory }: BenchMeshOptions,
    parts: AsyncDisposableStack,
    namespace: Namespace,
  ) {
    this.peers = peers;
    this.#namespace = namespace;
    this.#parts = parts;
    this.#groups = Array.from({ length: groups }, () =>
      parts.use(new GroupProcess(namespace, profileDirectory)),
    );
  }

  /** Its peers listen, and have not started. */
  static async prepare(options: BenchMeshOptions): Promise<BenchMesh> {
    const parts = new AsyncDisposableStack();
    try {
      const namespace = parts.use(await createNamespace());
      await prepareCuts(namespace);
      const mesh = new BenchMesh(options, parts, namespace);
      await mesh.#prepareGroups(options);
      return mesh;
    } catch (error) {
      await parts.disposeAsync();
      throw error;
    }
  }

  /** Every group's answer. */
  async askAll<T extends GroupRequest>(request: T): Promise<readonly GroupAnswers[T['type']][]> {
    return await Promise.all(this.#groups.map((group) => group.ask(request)));
  }

  /** The answer of the group that runs peer `n`. */
  async askGroupOf<T extends GroupRequest>(
    n: number,
    request: T,
  ): Promise<GroupAnswers[T['type']]> {
    const group = this.#groups[n % this.#groups.length];
    assert(group !== undefined, 'there are groups');
    return await group.ask(request);
  }

  /** How many the peer knows that knows the fewest. */
  async leastKnown(): Promise<number> {
    return Math.min(...(await this.askAll({ type: 'least-known' })));
  }

  /** Of all processes together. */
  async cost(): Promise<Cost> {
    const groups = await this.askAll({ type: 'cost' });
    const counters: Record<string, number> = {};
    for (const [name, count] of groups.flatMap((group) => Object.entries(group.counters))) {
      counters[name] = (counters[name] ?? 0) + count;
    }
    return {
      cpuMs: sum(groups.map(({ cpuMs }) => cpuMs)),
      rssBytes: sum(groups.map(({ rssBytes }) => rssBytes)),
      counters,
    };
  }

  /** All that was sent so far, each byte once. */
  sentBytes(): number {
    return readSentBytes(this.#namespace);
  }

  /** From when this resolves, peer `n` hears nobody and nobody hears it. */
  async cutOff(n: number): Promise<void> {
    await cutOff(this.#namespace, addressTextOf(n));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.disposeAsync();
  }

  async #prepareGroups({ peers, sharesVerifications }: BenchMeshOptions): Promise<void> {
    const shared = { total: peers, joinAt: Math.min(JOIN_AT, peers), sharesVerifications };
    const groups = this.#groups.length;
    const prepared = this.#groups.map((group, first) =>
      group.ask({ type: 'prepare', options: { first, groups, ...shared } }),
    );
    await Promise.all(prepared);
  }
}

/** Resolves to the value, or to undefined after so long: what was asked goes on. */
export async function within<T>(limitMs: number, promise: Promise<T>): Promise<T | undefined> {
  const ending = new AbortController();
  const limit = delay(limitMs, undefined, { signal: ending.signal }).catch(() => undefined);
  try {
    return await Promise.race([promise, limit]);
  } finally {
    ending.abort();
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
