/**
 * The composition root: makes every part of a running peer and connects them. It decides nothing
 * that a part could decide; what it makes is taken down in the reverse order.
 */
import { existsSync } from 'node:fs';
import type { Logger } from 'pino';
import { answerQuestion } from './answering.ts';
import { ArbiterAsking } from './arbiter-asking.ts';
import { type ArbiterService, isSeedsAddress, openArbiterService } from './arbiter-service.ts';
import { ArbiterRefusal } from '../arbiter/arbiter.ts';
import { configDigest, readClusterKeys } from '../config/cluster-config.ts';
import { startCniService } from '../cni/service.ts';
import type { Config } from '../config/config.ts';
import type { View } from '../ipam/custody-state.ts';
import type { InCluster } from '../kubernetes/in-cluster.ts';
import { Counters } from '../counters.ts';
import { ClusterKeysWatch } from './cluster-keys-watch.ts';
import { Driver } from './driver.ts';
import { Host, type Underlay } from './host.ts';
import type { HttpFront } from '../http/front.ts';
import { inStateDirectory } from '../store/medium.ts';
import { formatAddress } from '../ipam/cidr.ts';
import type { Write } from '../ipam/writes.ts';
import { findLinkedAt } from './linked-endpoint.ts';
import { historyMemory } from './history-memory.ts';
import { NameTaken, join } from './join.ts';
import { memberAddresses } from './member-addresses.ts';
import { type Reconciler, createReconciler } from '../kernel/reconciler.ts';
import { beginNodeWork } from './node-work.ts';
import { startOperatorControl } from './operator-control.ts';
import { overlayInput } from './overlay-input.ts';
import { OverlapWatch } from './overlap-watch.ts';
import { type PeerState, openPeerState } from './peer-state.ts';
import { createPluginContext } from './plugin-context.ts';
import { QuestionRates } from './question-rates.ts';
import { knowsMembers } from './seed-enrolment.ts';
import { askDonors } from './space-asking.ts';
import { Standing, hasOthers } from './standing.ts';
import { askPeerView } from './view-asking.ts';
import { type Asker, Transport } from '../transport/transport.ts';

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
  readonly asking: ArbiterAsking;
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
    openPeerState(parts, { config, host, underlay, log, now, nodeUid }),
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
  network.arbiters.begin();
  state.memory.retain({ self: state.identity.id, directory: state.core.mesh.directory });
  const installation = beginNodeWork(start);
  await serve(start, { reconciler, ...network });
  installation.start();
  beginClusterWork(start, network);
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
  const isSeed = (asker: Asker) => isSeedsAddress(config.seeds, asker);
  const rates = new QuestionRates({ counters, now, isSeed });
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
      findLinkedAt: (endpoint) => findLinkedAt(state.core.mesh, endpoint),
      memberAddresses: () => memberAddresses(state.core, config),
      universe: config.universe,
      onQuestion: (asker, question) => answerQuestion({ driver, arbiters, rates }, asker, question),
    }),
    (open) => open.stop(),
  );
  standing.watchLinks(transport);
  const arbiters: ArbiterService = parts.adopt(
    inStateDirectory(config.stateDirectory, () => openArbiters(start, transport, () => driver)),
    (open) => open.close(),
  );
  standing.watchVotes(arbiters);
  // Ends before the arbiter does: a list that fails because this peer stops is no news.
  const asking = parts.adopt(
    openAsking(start, { arbiters, onView: (view) => driver.tell({ type: 'view', view }) }),
    (open) => open.close(),
  );
  const driver: Driver = parts.adopt(
    createDriver(start, { transport, asking, reconciler }),
    (running) => running.stop(),
  );
  return { transport, arbiters, asking, driver };
}

function openArbiters(
  { config, log, state, cluster }: Start,
  transport: Transport,
  driver: () => Driver,
): ArbiterService {
  return openArbiterService({
    clusterArbiter: cluster?.openArbiter(historyMemory(state.core, driver)),
    seeds: config.seeds,
    self: state.endpoint,
    cluster: config.cluster,
    stateDirectory: config.stateDirectory,
    isNewSeed: config.isNewSeed,
    knowsMembers: () => knowsMembers(state.core),
    wasRegistered: state.core.ipam.phase() !== 'unregistered',
    log,
    ask: async (endpoint, json) => {
      const reply = await transport.ask({ endpoint }, { type: 'arbiter', json });
      return reply.arbiter;
    },
  });
}

function openAsking(
  { log, state, standing, cluster }: Start,
  { arbiters, onView }: Pick<Network, 'arbiters'> & { readonly onView: (view: View) => void },
): ArbiterAsking {
  return new ArbiterAsking({
    self: state.identity.id,
    arbiter: arbiters.arbiter,
    log,
    onView: (view) => {
      cluster?.listed(view);
      onView(view);
    },
    onProblem: (problem) => standing.arbiterFails(problem),
  });
}

function createDriver(
  { log, onFatal, counters, state }: Start,
  {
    transport,
    asking,
    reconciler,
  }: Pick<Network, 'transport' | 'asking'> & { readonly reconciler: Reconciler },
): Driver {
  const { core, store, memory, identity } = state;
  const driver: Driver = new Driver({
    core,
    counters,
    now,
    ports: {
      dial: (endpoint) => transport.dial(endpoint),
      send: (link, frame) => transport.send(link, frame),
      close: (link, reason) => transport.close(link, reason),
      commit: (writes) => {
        store.commit(writes);
        logAddresses(log, writes);
      },
      remember: (records) =>
        memory.remember(records, { self: identity.id, directory: core.mesh.directory }),
      askSpace: (donors, need) => askDonors({ core, transport, log, now }, donors, need),
      askView: () => void asking.list(),
      askExecutor: () => asking.executor(),
      askPeerView: (peer, since) => askPeerView({ core, transport, log }, peer, since),
      lookAgain: () => reconciler.request(),
      fence: onFatal,
    },
  });
  return driver;
}

/** Our own overlay addresses, once they are on disk. */
function logAddresses(log: Logger, writes: readonly Write[]): void {
  for (const write of writes) {
    if (write.type !== 'add-vtep') continue;
    log.info({ address: formatAddress(write.address) }, 'this peer has an overlay address');
  }
}

async function serve(
  { config, log, parts, host, underlay, state, standing, http }: Start,
  { reconciler, driver, arbiters }: Network & { readonly reconciler: Reconciler },
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
  const { core } = state;
  const { arbiter } = arbiters;
  const control = await startOperatorControl({ config, log, core, driver, arbiter });
  parts.adopt(control, (server) => server.close());
  // After it: who reads "ready" may rely on the launcher's socket.
  await http.serve(config.httpAddresses, () => standing.report());
}

function beginClusterWork(
  { config, cluster, state, standing }: Start,
  { driver, asking }: Network,
): void {
  const { core, identity } = state;
  cluster?.run({
    self: { peer: identity.id, name: config.name },
    view: () => core.ipam.view(),
    knows: (peer) => core.mesh.directory.peer(peer) !== undefined,
    hasLinks: () => core.mesh.links().length > 0,
    onFound: (endpoints) => driver.tell({ type: 'endpoints-found', endpoints }),
    isReady: () => standing.isReady(),
    isMember: () => core.ipam.phase() === 'member',
    onMissing: () => void asking.list(),
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
    endpoint: state.endpoint,
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
