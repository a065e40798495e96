/**
 * A peer's place in its Kubernetes cluster: what it was told there at the start, what it goes on
 * asking, and its arbiter. Loaded only by a peer that runs in a pod.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Arbiter } from '../arbiter/arbiter.ts';
import { ApiLeaseStore } from '../arbiter/kubernetes/api-lease-store.ts';
import type { HistoryMemory } from '../arbiter/kubernetes/history.ts';
import { openLeaseArbiter } from '../arbiter/kubernetes/lease-arbiter.ts';
import { systemTiming } from '../arbiter/seeds/system-timing.ts';
import type { Config } from '../config/config.ts';
import type { View } from '../ipam/custody-state.ts';
import type { Address } from '../ipam/cidr.ts';
import { hostRange } from '../ipam/cidr.ts';
import { type ClusterKeys, PLAIN_KEYS, parseClusterKeys } from '../transport/cluster-keys.ts';
import { type InClusterClient, openInClusterClient } from './api-client.ts';
import { type BackoffBounds, backoffMs } from '../backoff.ts';
import { isOfMedium } from '../store/medium.ts';
import { type ClusterFacts, type FactsOptions, readFacts } from './facts.ts';
import { KEY_SECRET } from './key-secret.ts';
import { tellNetworkAvailable } from './node-condition.ts';
import { StartObstacle } from './obstacle.ts';
import { describeOverlap } from './overlap.ts';
import { watchOwnLease } from './own-lease.ts';
import { PeerFinder, type PeerFinderOptions } from './peer-finder.ts';
import { Problems } from './problems.ts';
import { recallFacts, rememberFacts } from './remembered-facts.ts';
import { readServiceRanges, serviceOfApiServer } from './service-ranges.ts';

/**
 * How long a start waits for one answer. Longer than a busy API server takes; a peer that remembers
 * the facts serves without one after this.
 */
export const START_ANSWER_MS = 3_000;
/** For what is asked in the background, after which nobody waits. */
const BACKGROUND_BACKOFF: BackoffBounds = { leastMs: 1_000, mostMs: 60_000 };
/** How often it is looked whether this peer serves by now. */
const READY_POLL_MS = 100;

type Environment = Readonly<Record<string, string | undefined>>;

export interface EnterOptions {
  readonly config: Config;
  readonly environment: Environment;
  readonly log: Logger;
  /** Ends the asking at the start. */
  readonly signal: AbortSignal;
}

/** What of the running peer the work in the background is about. */
export interface RunningPeer extends Pick<
  PeerFinderOptions,
  'self' | 'view' | 'knows' | 'hasLinks' | 'onFound'
> {
  /** Whether ADDs are served. */
  readonly isReady: () => boolean;
  readonly isMember: () => boolean;
  /** Told when the Lease of this peer is gone, or another's. */
  readonly onMissing: () => void;
}

export class InCluster {
  readonly #options: EnterOptions;
  readonly #client: InClusterClient;
  readonly #problems: Problems;
  readonly #ending = new AbortController();
  #facts: ClusterFacts;
  #keys: ClusterKeys;
  #finder: PeerFinder | undefined;
  readonly #isRemembered: boolean;
  #knowsServices = false;

  private constructor(
    options: EnterOptions,
    client: InClusterClient,
    { facts, problem }: { readonly facts: ClusterFacts; readonly problem: string | undefined },
  ) {
    this.#options = options;
    this.#client = client;
    this.#problems = new Problems(options.log);
    this.#facts = facts;
    this.#keys = readKeys(facts);
    this.#isRemembered = problem !== undefined;
    this.#problems.set('facts', problem);
  }

  /**
   * Asks the API server for the facts, or recalls them when it doesn't tell. Rejects with
   * StartObstacle when waiting may help.
   */
  static async enter(options: EnterOptions): Promise<InCluster> {
    using parts = new DisposableStack();
    const client = openClient(options);
    parts.defer(() => client.close());
    const cluster = new InCluster(options, client, await findFacts(options));
    await cluster.#refuseOverlap();
    parts.move();
    return cluster;
  }

  /** The node's InternalIPs. */
  addresses(): readonly Address[] {
    return this.#facts.addresses;
  }

  nodeUid(): string {
    return this.#facts.nodeUid;
  }

  /** Those of the Secret, as they were read last. */
  keys(): ClusterKeys {
    return this.#keys;
  }

  /** What is wrong now, each a sentence. */
  problems(): readonly string[] {
    return this.#problems.all();
  }

  openArbiter(memory: HistoryMemory): Arbiter {
    const facts = (): ClusterFacts => this.#facts;
    return openLeaseArbiter({
      api: this.#client,
      namespace: this.#client.namespace,
      node: {
        name: this.#options.config.name,
        get uid() {
          return facts().nodeUid;
        },
      },
      memory,
    });
  }

  /** A list of the arbiter's: whoever is in it may have to be looked up. */
  listed(view: View): void {
    this.#finder?.listed(view);
  }

  /** Begins what goes on in the background until close(). */
  run(peer: RunningPeer): void {
    this.#finder = new PeerFinder({
      ...peer,
      api: this.#client,
      controlPort: this.#options.config.controlPort,
      onProblem: (problem) => this.#problems.set('finder', problem),
      random: Math.random,
      signal: this.#ending.signal,
    });
    void this.#finder.run();
    void watchOwnLease({
      ...peer,
      leases: this.#leases(),
      onProblem: (problem) => this.#problems.set('lease', problem),
      timing: systemTiming,
      signal: this.#ending.signal,
    });
    if (this.#isRemembered) void this.#untilDone(() => this.#refresh());
    if (!this.#knowsServices) void this.#untilDone(() => this.#checkServices());
    void this.#untilDone(() => this.#tellReady(peer));
  }

  close(): void {
    this.#problems.close();
    this.#ending.abort();
    this.#client.close();
  }

  #leases(): ApiLeaseStore {
    const api = this.#client;
    return new ApiLeaseStore({ api, namespace: api.namespace, timing: systemTiming });
  }

  /** Attempts, with growing waits, until one resolves to true or the peer ends. */
  async #untilDone(attempt: () => Promise<boolean>): Promise<void> {
    const { signal } = this.#ending;
    try {
      for (let n = 0; !(await attempt()); n++) {
        await delay(backoffMs(n, BACKGROUND_BACKOFF, Math.random), undefined, { signal });
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** Facts that were recalled are compared with what the API server says once it is back. */
  async #refresh(): Promise<boolean> {
    const { config, log } = this.#options;
    const before = this.#facts;
    try {
      const facts = await readFacts(questionOf(this.#options, this.#client, before));
      keep(config, facts);
      this.#facts = facts;
      this.#keys = readKeys(facts);
      if (facts.keys !== before.keys) {
        log.warn('the cluster keys were changed meanwhile: new links are made with the new ones');
      }
      this.#problems.set('facts', undefined);
      return true;
    } catch (error) {
      if (!(error instanceof StartObstacle)) throw error;
      this.#problems.set('facts', describeRecalled(error));
      return false;
    }
  }

  async #tellReady({ isReady }: RunningPeer): Promise<boolean> {
    const { signal } = this.#ending;
    while (!isReady()) await delay(READY_POLL_MS, undefined, { signal });
    const problem = await tellNetworkAvailable({
      api: this.#client,
      nodeName: this.#options.config.name,
      signal,
    });
    this.#problems.set('condition', problem);
    return problem === undefined;
  }

  /** Before anything is changed on this host. Rejects with StartObstacle, or when the start is ended. */
  async #refuseOverlap(): Promise<void> {
    const { config, environment, signal } = this.#options;
    const node = this.#facts.addresses.map((address) => ({
      range: hostRange(address),
      what: `an address of the Node ${config.name}`,
    }));
    const services = this.#isRemembered ? [] : await this.#readServices(signal);
    const reserved = [...node, ...serviceOfApiServer(environment), ...services];
    const overlap = describeOverlap(config.universe, reserved);
    if (overlap !== undefined) throw new StartObstacle(`${overlap}: ${CHANGE_UNIVERSE}`);
  }

  /** For a peer that runs already: it goes on, as it did before it was started again. */
  async #checkServices(): Promise<boolean> {
    const services = await this.#readServices(this.#ending.signal);
    const overlap = describeOverlap(this.#options.config.universe, services);
    if (overlap !== undefined) this.#problems.set('overlap', `${overlap}: ${CHANGE_UNIVERSE}`);
    return this.#knowsServices;
  }

  async #readServices(signal: AbortSignal) {
    const { ranges, problem } = await readServiceRanges(this.#client, signal);
    this.#problems.set('services', problem);
    this.#knowsServices = problem === undefined;
    return ranges;
  }
}

const CHANGE_UNIVERSE =
  'choose another, under the key "universe" of the ConfigMap weft; pods have to be made anew then';

/** Facts as the API server tells them; recalled ones, and why, when it does not. */
async function findFacts(
  options: EnterOptions,
): Promise<{ readonly facts: ClusterFacts; readonly problem: string | undefined }> {
  const { config } = options;
  const recalled = recallFacts(config.stateDirectory, config.name);
  const starting = openClient(options, { timeoutMs: START_ANSWER_MS });
  const end = (): void => starting.close();
  options.signal.addEventListener('abort', end, { once: true });
  try {
    const facts = await readFacts(questionOf(options, starting, recalled));
    keep(config, facts);
    return { facts, problem: undefined };
  } catch (error) {
    if (!(error instanceof StartObstacle)) throw error;
    if (recalled === undefined || (recalled.keys === undefined) !== isPlain(config)) throw error;
    return { facts: recalled, problem: describeRecalled(error) };
  } finally {
    options.signal.removeEventListener('abort', end);
    starting.close();
  }
}

function describeRecalled(obstacle: StartObstacle): string {
  return `this peer goes by what it knows from before, until the API server tells: ${obstacle.message}`;
}

function keep({ stateDirectory }: Config, facts: ClusterFacts): void {
  try {
    rememberFacts(stateDirectory, facts);
  } catch (cause) {
    if (!isOfMedium(cause)) throw cause;
    throw new StartObstacle(
      `the state directory ${stateDirectory} can't be written: ${cause.message}`,
      { cause },
    );
  }
}

function openClient(
  { config, environment }: EnterOptions,
  bounds: Parameters<typeof openInClusterClient>[2] = {},
): InClusterClient {
  try {
    return openInClusterClient(environment, config.kubernetes?.serviceAccountDirectory, bounds);
  } catch (cause) {
    throw new StartObstacle(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function questionOf(
  { config, log }: EnterOptions,
  client: InClusterClient,
  known: ClusterFacts | undefined,
): FactsOptions {
  return {
    api: client,
    namespace: client.namespace,
    nodeName: config.name,
    isPlain: isPlain(config),
    rememberedKeys: known?.keys,
    log,
  };
}

function isPlain({ key }: Config): boolean {
  return key === 'plain';
}

function readKeys({ keys }: ClusterFacts): ClusterKeys {
  return keys === undefined ? PLAIN_KEYS : parseClusterKeys(keys, `the Secret ${KEY_SECRET}`);
}
