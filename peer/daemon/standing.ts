/** How the peer stands: whether it serves, what it waits for, and its report. */
import type { Config } from '../config/config.ts';
import type { Core } from '../core/core.ts';
import type { Counters } from '../counters.ts';
import { buildReport } from '../http/build-report.ts';
import type { Report } from '../http/report.ts';
import type { Reconciler } from '../kernel/reconciler.ts';

/**
 * After so long without another peer the directory counts as whole: nobody is there to complete
 * it, and what an earlier process left must not stay for ever.
 */
const SETTLE_ALONE_MS = 30_000;

export interface StandingOptions {
  readonly config: Config;
  readonly core: Core;
  readonly counters: Counters;
  readonly epoch: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

export class Standing {
  readonly #options: StandingOptions;
  readonly #startedAt: number;
  #reconciler: Reconciler | undefined;
  #linkProblems: () => readonly string[] = () => [];
  #waitsFor: string | undefined;

  constructor(options: StandingOptions) {
    this.#options = options;
    this.#startedAt = options.now();
  }

  watchKernel(reconciler: Reconciler): void {
    this.#reconciler = reconciler;
  }

  watchLinks(transport: { problems(): readonly string[] }): void {
    this.#linkProblems = () => transport.problems();
  }

  /** What the join waits for, as a sentence; undefined when it goes on. */
  wait(problem: string | undefined): void {
    this.#waitsFor = problem;
  }

  /** Whether the directory is known to be whole, so that what isn't in it may be taken away. */
  isSettled(): boolean {
    const { core, now, config } = this.#options;
    const isAlone = config.seeds.length === 0;
    return isAlone || core.mesh.isSynced() || now() >= this.#startedAt + SETTLE_ALONE_MS;
  }

  /** Why ADDs are not served now; undefined when they are. */
  notReady(): string | undefined {
    const state = this.#state();
    if (state === 'ready') return undefined;
    const reasons: Readonly<Record<typeof state, string>> = {
      joining: 'this peer is not a member of the cluster yet',
      'waiting-for-space': 'this peer holds no addresses yet',
      programming: 'the kernel is not programmed yet',
    };
    return [reasons[state], ...this.#problems()].join('; ');
  }

  report(): Report {
    const { config, core, counters, epoch } = this.#options;
    return buildReport({
      config,
      self: core.self,
      epoch,
      state: this.#state(),
      core,
      kernel: this.#kernel(),
      counters,
      problems: this.#problems(),
    });
  }

  #state(): Report['peer']['state'] {
    const { core, config } = this.#options;
    if (core.ipam.phase() !== 'member') return 'joining';
    if (core.ipam.vtep().length < config.universe.length) return 'waiting-for-space';
    return this.#kernel().inSync ? 'ready' : 'programming';
  }

  #kernel(): Report['kernel'] {
    const unknown = { inSync: false, drift: {}, failures: [], changes: {}, firstPassChanges: 0 };
    return this.#reconciler?.status() ?? { ...unknown, passes: 0, missingInterfaces: [] };
  }

  #problems(): readonly string[] {
    const { core, config } = this.#options;
    const down = core.mesh.down();
    const unreachable = core.others().filter(({ peer }) => down.has(peer));
    return [
      ...(this.#waitsFor === undefined ? [] : [this.#waitsFor]),
      ...this.#linkProblems(),
      ...(config.key === 'plain'
        ? ['plain mode: whoever reaches the control port is a member; give the peers a key']
        : []),
      ...unreachable.map(
        ({ content }) => `${content.profile.name} can't be reached by its neighbours`,
      ),
    ];
  }
}
