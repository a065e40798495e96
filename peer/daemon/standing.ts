/** How the peer stands: whether it serves, what it waits for, and its report. */
import type { ArbiterService } from './arbiter-service.ts';
import type { Installation } from '../cni/installation.ts';
import type { Config } from '../config/config.ts';
import type { Core } from '../core/core.ts';
import type { Counters } from '../counters.ts';
import { buildReport } from '../http/build-report.ts';
import type { Report } from '../http/report.ts';
import type { ConflictReason } from '../ipam/outcomes.ts';
import { contains, formatAddress, formatCidr } from '../ipam/cidr.ts';
import { withRuleset } from '../kernel/kernel-report.ts';
import type { Reconciler } from '../kernel/reconciler.ts';
import type { RulesetReconciler } from '../kernel/ruleset-reconciler.ts';
import type { OverlayInput } from '../overlay/input.ts';
import { acceptRemotes } from '../overlay/remotes.ts';
import type { Transport } from '../transport/transport.ts';

export interface StandingOptions {
  readonly config: Config;
  readonly core: Core;
  readonly counters: Counters;
  readonly epoch: number;
  /** Why this peer began as a new identity, if it did. */
  readonly lostState?: string | undefined;
  /** What is wrong between this peer and its cluster's API server, where there is one. */
  readonly clusterProblems?: () => readonly string[];
  /** What is wrong with the host's own network. */
  readonly hostProblem?: () => string | undefined;
  /** What is wrong with the file of the cluster keys. */
  readonly keyProblem?: () => string | undefined;
}

type RunningState = Exclude<Report['peer']['state'], 'starting'>;

/** Whether there may be other peers: a peer with neither seeds nor an API server is alone. */
export function hasOthers({ seeds, kubernetes }: Config): boolean {
  return seeds.length > 0 || kubernetes !== undefined;
}

/** As far as it is reported on. */
export interface NodeWork {
  readonly ruleset: Pick<RulesetReconciler, 'status' | 'hasLooked'>;
  readonly installation: Pick<Installation, 'problems'>;
}

const NOT_OF_THIS_CLUSTER =
  'its state is not of this cluster as it is now; take it out and let it join anew';
const NO_ROOM = 'it stays there unused until we need space; if you see more of these, take it out';

/** Why a grant to us is not accepted, and what to do. */
const CONFLICT_TEXTS: Readonly<Record<ConflictReason, string>> = {
  'ours-already': `which is ours already: ${NOT_OF_THIS_CLUSTER}`,
  'outside-universe': `which is outside the universe: ${NOT_OF_THIS_CLUSTER}`,
  'too-small': `which is smaller than a block may be: ${NOT_OF_THIS_CLUSTER}`,
  'term-too-high': `with a term that no block can have: ${NOT_OF_THIS_CLUSTER}`,
  'too-many-blocks': `and we hold many blocks already: ${NO_ROOM}`,
  'too-many-donors': `and many peers gave us blocks already: ${NO_ROOM}`,
};

export class Standing {
  readonly #options: StandingOptions;
  #reconciler: Pick<Reconciler, 'status'> | undefined;
  #overlayInput: () => OverlayInput | undefined = () => undefined;
  #transport: Pick<Transport, 'problems' | 'versionOf'> | undefined;
  #ruleset: NodeWork['ruleset'] | undefined;
  #installation: NodeWork['installation'] | undefined;
  #votes: Pick<ArbiterService, 'problem'> | undefined;
  #waitsFor: string | undefined;
  #arbiterProblem: string | undefined;

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

  watchLinks(transport: Pick<Transport, 'problems' | 'versionOf'>): void {
    this.#transport = transport;
  }

  watchVotes(arbiters: Pick<ArbiterService, 'problem'>): void {
    this.#votes = arbiters;
  }

  /** What is done for the node beside the overlay. No failure of it keeps ADDs from being served. */
  watchNode({ ruleset, installation }: NodeWork): void {
    this.#ruleset = ruleset;
    this.#installation = installation;
  }

  /** What the join waits for, as a sentence; undefined when it goes on. */
  wait(problem: string | undefined): void {
    this.#waitsFor = problem;
  }

  /** Why the arbiter doesn't answer a member, as a sentence; undefined when it does. */
  arbiterFails(problem: string | undefined): void {
    this.#arbiterProblem = problem;
  }

  /**
   * Whether what isn't in the directory may be taken away, but for what is awaited (overlay-input.ts):
   * another peer knows the same, or there is nobody else. Time alone never tells: who can't reach the
   * others after a loss of its memory must not withdraw the routes to them.
   */
  isSettled(): boolean {
    const { core, config } = this.#options;
    return !hasOthers(config) || core.mesh.agreement.isSynced || this.#holdsUniverse();
  }

  /** Whether ADDs are served. */
  isReady(): boolean {
    return this.#state() === 'ready';
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
      kernel: this.#wholeKernel(),
      counters,
      problems: this.#problems(),
      versionOf: (link) => this.#transport?.versionOf(link),
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

  #state(): RunningState {
    const { core, config } = this.#options;
    if (core.ipam.phase() !== 'member') return 'joining';
    if (core.ipam.vtep().length < config.universe.length) return 'waiting-for-space';
    const isProgrammed = this.#kernel().inSync && this.#ruleset?.hasLooked !== false;
    return isProgrammed ? 'ready' : 'programming';
  }

  #kernel(): Report['kernel'] {
    const unknown = { inSync: false, drift: {}, failures: [], changes: {}, firstPassChanges: 0 };
    return this.#reconciler?.status() ?? { ...unknown, passes: 0, missingInterfaces: [] };
  }

  #wholeKernel(): Report['kernel'] {
    const kernel = this.#kernel();
    return this.#ruleset === undefined ? kernel : withRuleset(kernel, this.#ruleset.status());
  }

  #claimProblems(): readonly string[] {
    const input = this.#overlayInput();
    return input === undefined ? [] : acceptRemotes(input).leftOut;
  }

  #conflictProblems(): readonly string[] {
    const { core } = this.#options;
    return core.conflicts().map(({ peer, cidr, reason }) => {
      const name = core.mesh.directory.peer(peer)?.content.profile.name ?? peer;
      return `${name} grants us ${formatCidr(cidr)}, ${CONFLICT_TEXTS[reason]}`;
    });
  }

  #reclaimProblems(): readonly string[] {
    if (this.#options.core.reclaimState().type !== 'arbiter-went-back') return [];
    return [
      "the arbiter's list of members is older than one that this peer has: it was set back, as by a " +
        'restore from a backup. Nothing that removed peers held is taken back by it; see that each node ' +
        'that runs is in the list, and start this peer again',
    ];
  }

  #problems(): readonly string[] {
    const { core, config, lostState, clusterProblems, hostProblem, keyProblem } = this.#options;
    const single = [
      this.#votes?.problem(),
      this.#waitsFor,
      this.#arbiterProblem,
      lostState,
      hostProblem?.(),
      keyProblem?.(),
    ];
    const down = core.mesh.down();
    const unreachable = core.others().filter(({ peer }) => down.has(peer));
    return [
      ...single.filter((problem) => problem !== undefined),
      ...(clusterProblems?.() ?? []),
      ...(this.#transport?.problems() ?? []),
      ...this.#claimProblems(),
      ...this.#conflictProblems(),
      ...this.#reclaimProblems(),
      ...(this.#installation?.problems() ?? []),
      ...(config.key === 'plain'
        ? ['plain mode: whoever reaches the control port is a member; give the peers a key']
        : []),
      ...unreachable.map(
        ({ content: { profile } }) =>
          `${profile.name} can't be reached by its neighbours. Is its node up: ` +
          `ping ${formatAddress(profile.vtep.underlay)}; what does its peer say: weft status, on ${profile.name}`,
      ),
    ];
  }
}
