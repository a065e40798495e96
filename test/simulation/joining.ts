/** What simulated peers ask of the arbiter: to be members, who founded the cluster, and the list. */
import type { HistoryMemory } from '../../peer/arbiter/kubernetes/history.ts';
import type { View } from '../../peer/ipam/custody-state.ts';
import { historyMemory } from '../../peer/daemon/history-memory.ts';
import { type Stage, laterAt } from './happening.ts';
import { between } from './network.ts';
import { profileOf } from './population.ts';
import type { Registry } from './registry.ts';
import type { SimulatedPeer } from './simulated-peer.ts';

const ANSWER_MS = { least: 2, most: 20 };
const RETRY_MS = { least: 500, most: 2_000 };

export class Joining {
  readonly #stage: Stage;
  readonly #registry: Registry;

  constructor(stage: Stage, registry: Registry) {
    this.#stage = stage;
    this.#registry = registry;
  }

  /** Registers, and asks who founded the cluster: what of it an earlier run left undone. */
  join(peer: SimulatedPeer): void {
    const phase = peer.machine.core?.ipam.phase();
    // Whoever is a member already asks whether it still is one.
    if (phase === 'member') return this.askView(peer);
    if (phase !== 'unregistered' && phase !== 'unfounded') return;
    this.#after(ANSWER_MS, peer, () => {
      if (!this.#isAnswered(peer)) return this.#after(RETRY_MS, peer, () => this.join(peer));
      if (phase === 'unregistered') {
        const view = this.#registry.register(peer.id, profileOf(peer).name);
        // One that was removed meanwhile is told so by the list that lacks it.
        const told = view ?? this.#registry.current();
        this.#keepMark(peer);
        this.#stage.deliver(peer, { type: 'registered', view: told });
      }
      if (phase === 'unfounded') this.#tellList(peer, this.#registry.current());
      const founder = this.#registry.genesis(peer.id);
      this.#stage.deliver(peer, { type: 'founded', founder });
    });
  }

  askView(peer: SimulatedPeer): void {
    this.#after(ANSWER_MS, peer, () => {
      this.#registry.othersWrite(this.#stage.now);
      const view = this.#isAnswered(peer) ? this.#registry.list() : undefined;
      if (view !== undefined) this.#tellList(peer, view);
    });
  }

  /** The list only for the executor, and read after it was told that it is. */
  askExecutor(peer: SimulatedPeer, question: number): void {
    this.#after(ANSWER_MS, peer, () => {
      const executor = this.#isAnswered(peer) ? this.#registry.executor(peer.id) : undefined;
      if (executor === undefined) return;
      this.#after(ANSWER_MS, peer, () => {
        if (!this.#isAnswered(peer)) return;
        this.#registry.othersWrite(this.#stage.now);
        this.#keepMark(peer);
        const view = executor === peer.id ? this.#registry.current() : undefined;
        this.#stage.deliver(peer, { type: 'executor-told', question, executor, view });
      });
    });
  }

  #tellList(peer: SimulatedPeer, view: View): void {
    this.#keepMark(peer);
    this.#stage.deliver(peer, { type: 'view', view });
  }

  #isAnswered(peer: SimulatedPeer): boolean {
    const memory = this.#memoryOf(peer);
    return !this.#registry.isDown && (memory === undefined || this.#registry.isBelieved(memory));
  }

  #keepMark(peer: SimulatedPeer): void {
    const memory = this.#memoryOf(peer);
    memory?.keep(this.#registry.markFor(memory));
  }

  #memoryOf(peer: SimulatedPeer): HistoryMemory | undefined {
    const { core } = peer.machine;
    if (core === undefined) return undefined;
    return historyMemory(core, () => ({ tell: (event) => this.#stage.deliver(peer, event) }));
  }

  #after(range: typeof ANSWER_MS, peer: SimulatedPeer, call: () => void): void {
    laterAt(this.#stage, peer, between(range, this.#stage.random), call);
  }
}
