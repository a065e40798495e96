/**
 * The composition root: makes every part of a running peer and connects them. It decides nothing
 * that a part could decide; what it makes is taken down in the reverse order.
 */
import { existsSync } from 'node:fs';
import type { Logger } from 'pino';
import { type ArbiterService, openArbiterService } from './arbiter-service.ts';
import { ArbiterRefusal } from '../arbiter/arbiter.ts';
import { configDigest, readClusterKeys } from '../config/cluster-config.ts';
import { startCniService } from '../cni/service.ts';
import type { Config } from '../config/config.ts';
import type { InCluster } from '../kubernetes/in-cluster.ts';
import { Counters } from '../counters.ts';
import { ClusterKeysWatch } from './cluster-keys-watch.ts';
import { Driver } from './driver.ts';
import { Host, type Underlay } from './host.ts';
import type { HttpFront } from '../http/front.ts';
import { inStateDirectory } from '../store/medium.ts';
import { isLinkedAt } from './linked-endpoint.ts';
import { NameTaken, join } from './join.ts';
import { memberAddresses } from './member-addresses.ts';
import { type Reconciler, createReconciler } from '../kernel/reconciler.ts';
import { beginNodeWork } from './node-work.ts';
import { overlayInput } from './overlay-input.ts';
import { OverlapWatch } from './overlap-watch.ts';
import { type PeerState, openPeerState } from './peer-state.ts';
import { createPluginContext } from './plugin-context.ts';
import { answerSpace, askDonors } from './space-asking.ts';
import { Standing, hasOthers } from './standing.ts';
import { Transport } from '../transport/transport.ts';
import { Waiting } from './waiting.ts';

export interface Daemon {
  /** Ends every part and leaves the data plane as it is. */
  stop(): Promise<void>;
}

export interface DaemonOptions {
  readonly config: Config;
  readonly log: Logger;
  /** Told what ends a running peer. */
  readonly onFatal: (problem: string) => void;
  /** Shows this peer's report once it serves; who made it closes it. */
  readonly http: HttpFront;
  /** Its place in a Kubernetes cluster; closed with the daemon, and when the start fails. */
  readonly cluster?: InCluster | undefined;
}

/** What the stages of the start share. */
interface Start extends DaemonOptions {
  readonly parts: AsyncDisposableStack;
  readonly counters: Counters;
  readonly host: Host;
  readonly underlay: Underlay;
  readonly state: PeerState;
  readonly standing: Standing;
}

interface Network {
  readonly transport: Transport;
  readonly arbiters: ArbiterService;
  readonly driver: Driver;
}

/** Milliseconds of a clock that never goes back. */
const now = (): number => performance.now();

/**
 * Starts a peer, and resolves when it serves, which is before it is a member. Rejects with what
 * the operator has to know.
 */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  await using parts = new AsyncDisposableStack();
  const { config, log, cluster } = options;
  parts.defer(() => cluster?.close());
  // What can be refused is looked at before anything is changed.
  const keys = parts.adopt(watchKeys(options), (watch) => watch.close());
  const host = parts.use(Host.open(config));
  const underlay = host.underlay(config, cluster?.addresses());
  const overlap = parts.adopt(new OverlapWatch({ host, universe: config.universe, now }), (watch) =>
    watch.close(),
  );
  // A peer without a state is no member, and is refused before it makes one.
  if (!existsSync(config.stateDirectory)) overlap.refuse();
  const nodeUid = cluster?.nodeUid();
  const state = inStateDirectory(config.stateDirectory, () =>
    openPeerState(parts, { config, underlay, log, now, nodeUid }),
  );
  if (state.core.ipam.phase() !== 'member') overlap.refuse();
  const counters = new Counters();
  const standing = new Standing({
    config,
    core: state.core,
    counters,
    epoch: state.epoch,
    lostState: state.store.lost,
    clusterProblems: () => cluster?.problems() ?? [],
    hostProblem: () => overlap.problem(),
    keyProblem: () => keys.problem(),
  });
  const start = { ...options, parts, counters, host, underlay, state, standing };

  const reconciler = startReconciler(start);
  const network = await openNetwork(start, { keys, reconciler });
  network.driver.start(state.memory.recall(state.codec));
  const installation = beginNodeWork(start);
  await serve(start, { reconciler, driver: network.driver });
  installation.start();
  beginClusterWork(start, network.driver);
  beginJoin(start, network);
  log.info({ id: state.identity.id, epoch: state.epoch }, 'the peer serves');
  const running = parts.move();
  return { stop: () => running.disposeAsync() };
}

/** Those of a cluster are watched by its API server's client. Throws ClusterKeyError. */
function watchKeys({ config, cluster, log }: DaemonOptions): ClusterKeysWatch {
  const read = () => (cluster === undefined ? readClusterKeys(config) : cluster.keys());
  return new ClusterKeysWatch({ read, log });
}

function startReconciler({
  config,
  log,
  parts,
  host,
  underlay,
  state,
  standing,
}: Start): Reconciler {
  const { vni, universe } = config;
  const local = { vtep: state.vtep, vni, mtu: underlay.mtu, universe };
  const input = () => overlayInput(state.core, local, standing.isSettled());
  const reconciler = createReconciler({
    kernel: host.kernel,
    log,
    input,
  });
  standing.watchKernel(reconciler, input);
  return parts.adopt(reconciler, (running) => running.stop());
}

async function openNetwork(
  start: Start,
  { keys, reconciler }: { readonly keys: ClusterKeysWatch; readonly reconciler: Reconciler },
): Promise<Network> {
  const { config, log, parts, counters, state, standing } = start;
  const { identity, cluster, endpoint } = state;
  const transport: Transport = parts.adopt(
    await Transport.open({
      listen: endpoint,
      credentials: {
        identity,
        name: config.name,
        cluster,
        clusterName: config.cluster,
        get keys() {
          return keys.keys();
        },
        configDigest: configDigest(config),
      },
      counters,
      log,
      now,
      onEvent: (event) => driver.tell(event),
      isLinked: (endpoint) => isLinkedAt(state.core.mesh, endpoint),
      memberAddresses: () => memberAddresses(state.core, config),
      universe: config.universe,
      onQuestion: (asker, question) =>
        question.type === 'space'
          ? answerSpace(driver, asker.peer, question)
          : arbiters.answer(asker, question.json),
    }),
    (open) => open.stop(),
  );
  standing.watchLinks(transport);
  const arbiters: ArbiterService = parts.adopt(
    inStateDirectory(config.stateDirectory, () => openArbiters(start, transport)),
    (open) => open.close(),
  );
  const driver: Driver = parts.adopt(
    createDriver(start, { transport, arbiters, reconciler }),
    (running) => running.stop(),
  );
  return { transport, arbiters, driver };
}

function openArbiters({ config, state, cluster }: Start, transport: Transport): ArbiterService {
  return openArbiterService({
    clusterArbiter: cluster?.openArbiter(() => state.core.ipam.view().rev),
    seeds: config.seeds,
    self: state.endpoint,
    cluster: config.cluster,
    stateDirectory: config.stateDirectory,
    ask: async (endpoint, json) => {
      const reply = await transport.ask({ endpoint }, { type: 'arbiter', json });
      return reply.arbiter;
    },
  });
}

function createDriver(
  start: Start,
  { transport, arbiters, reconciler }: Omit<Network, 'driver'> & { reconciler: Reconciler },
): Driver {
  const { log, parts, onFatal, counters, state, cluster } = start;
  const { core, store, memory, identity } = state;
  // Ends before the arbiter does: a list that fails because this peer stops is no news.
  const listing = parts.adopt(new Waiting({ log }), (waiting) => waiting.close());
  const driver: Driver = new Driver({
    core,
    counters,
    now,
    ports: {
      dial: (endpoint) => transport.dial(endpoint),
      send: (link, frame) => transport.send(link, frame),
      close: (link, reason) => transport.close(link, reason),
      commit: (writes) => store.commit(writes),
      remember: (records) => memory.remember(records, identity.id),
      askSpace: (donors, need) => askDonors({ core, transport, log, now }, donors, need),
      askView: () => {
        arbiters.arbiter.list().then(
          (view) => {
            listing.over();
            cluster?.listed(view);
            driver.tell({ type: 'view', view });
          },
          (error: unknown) => {
            const reason = error instanceof Error ? error.message : String(error);
            listing.on(`the arbiter has no list of members: ${reason}`);
          },
        );
      },
      lookAgain: () => reconciler.request(),
      fence: onFatal,
    },
  });
  return driver;
}

async function serve(
  { config, log, parts, host, underlay, state, standing, http }: Start,
  { reconciler, driver }: { readonly reconciler: Reconciler; readonly driver: Driver },
): Promise<void> {
  const context = createPluginContext({
    core: state.core,
    driver,
    reconciler,
    deleteHostInterface: async (name) => host.deleteInterface(name),
    notReady: () => standing.notReady(),
    mtu: underlay.mtu,
    log,
  });
  const cni = await startCniService({
    socketPath: config.cniSocket,
    queueDirectory: config.cniQueue,
    context,
  });
  parts.adopt(cni, (server) => server.close());
  // After it: who reads "ready" may rely on the launcher's socket.
  await http.serve(config.httpAddresses, () => standing.report());
}

function beginClusterWork({ config, cluster, state, standing }: Start, driver: Driver): void {
  const { core, identity } = state;
  cluster?.run({
    self: { peer: identity.id, name: config.name },
    view: () => core.ipam.view(),
    knows: (peer) => core.mesh.directory.peer(peer) !== undefined,
    hasLinks: () => core.mesh.links().length > 0,
    onFound: (endpoints) => driver.tell({ type: 'endpoints-found', endpoints }),
    isReady: () => standing.isReady(),
    isMember: () => core.ipam.phase() === 'member',
  });
}

function beginJoin(
  { config, log, onFatal, parts, state, standing, cluster }: Start,
  { arbiters, driver }: Network,
): void {
  const ending = parts.adopt(new AbortController(), (controller) => controller.abort());
  const joined = join({
    self: state.identity.id,
    name: config.name,
    arbiter: arbiters.arbiter,
    core: state.core,
    driver,
    log,
    signal: ending.signal,
    hasOthers: hasOthers(config),
    ownsName: cluster !== undefined,
    onView: (view) => cluster?.listed(view),
    onWaiting: (problem) => standing.wait(problem),
  });
  joined.then(
    () => log.info('this peer is a member'),
    (error: unknown) => {
      if (ending.signal.aborted) return;
      if (error instanceof NameTaken || error instanceof ArbiterRefusal) onFatal(error.message);
      else throw error;
    },
  );
}
