/** How the peer stands: whether it serves, what it waits for, and its report. */
import type { Config } from '../config/config.ts';
import type { Core } from '../core/core.ts';
import type { Counters } from '../counters.ts';
import { buildReport } from '../http/build-report.ts';
import type { Report } from '../http/report.ts';
import { contains, formatCidr } from '../ipam/cidr.ts';
import type { Reconciler } from '../kernel/reconciler.ts';
import type { OverlayInput } from '../overlay/input.ts';
import { acceptRemotes } from '../overlay/remotes.ts';

export interface StandingOptions {
  readonly config: Config;
  readonly core: Core;
  readonly counters: Counters;
  readonly epoch: number;
}

export class Standing {
  readonly #options: StandingOptions;
  #reconciler: Pick<Reconciler, 'status'> | undefined;
  #overlayInput: () => OverlayInput | undefined = () => undefined;
  #linkProblems: () => readonly string[] = () => [];
  #waitsFor: string | undefined;

  constructor(options: StandingOptions) {
    this.#options = options;
  }

  /** `overlayInput`: what the kernel is programmed from. */
  watchKernel(
    reconciler: Pick<Reconciler, 'status'>,
    overlayInput: () => OverlayInput | undefined,
  ): void {
    this.#reconciler = reconciler;
    this.#overlayInput = overlayInput;
  }

  watchLinks(transport: { problems(): readonly string[] }): void {
    this.#linkProblems = () => transport.problems();
  }

  /** What the join waits for, as a sentence; undefined when it goes on. */
  wait(problem: string | undefined): void {
    this.#waitsFor = problem;
  }

  /**
   * Whether the directory is known to be whole, so that what isn't in it may be taken away: another
   * peer has the same, or there is nobody else. Time alone never tells: who can't reach the others
   * after a loss of its memory must not withdraw the routes to them.
   */
  isSettled(): boolean {
    const { core, config } = this.#options;
    return config.seeds.length === 0 || core.mesh.isSynced() || this.#holdsUniverse();
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

  /**
   * Then nobody else holds a block, and there is no route to know of. Our view of the members would
   * not do: it is of the day when we registered, and the founder's has nobody else for ever.
   */
  #holdsUniverse(): boolean {
    const { core, config } = this.#options;
    const { hold } = core.ipam.custody();
    return config.universe.every((range) => hold.some(({ cidr }) => contains(cidr, range)));
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

  #claimProblems(): readonly string[] {
    const input = this.#overlayInput();
    return input === undefined ? [] : acceptRemotes(input).leftOut;
  }

  #conflictProblems(): readonly string[] {
    const { core } = this.#options;
    return core.conflicts().map(({ peer, cidr }) => {
      const name = core.mesh.directory.peer(peer)?.content.profile.name ?? peer;
      return (
        `${name} grants us ${formatCidr(cidr)}, which is ours already or outside the universe: ` +
        'its state is not of this cluster as it is now; take it out and let it join anew'
      );
    });
  }

  #problems(): readonly string[] {
    const { core, config } = this.#options;
    const down = core.mesh.down();
    const unreachable = core.others().filter(({ peer }) => down.has(peer));
    return [
      ...(this.#waitsFor === undefined ? [] : [this.#waitsFor]),
      ...this.#linkProblems(),
      ...this.#claimProblems(),
      ...this.#conflictProblems(),
      ...(config.key === 'plain'
        ? ['plain mode: whoever reaches the control port is a member; give the peers a key']
        : []),
      ...unreachable.map(
        ({ content }) => `${content.profile.name} can't be reached by its neighbours`,
      ),
    ];
  }
}
