/**
 * The composition root: makes every part of a running peer and connects them. It decides nothing
 * that a part could decide; what it makes is taken down in the reverse order.
 */
import type { Logger } from 'pino';
import { type ArbiterService, openArbiterService } from './arbiter-service.ts';
import { ArbiterRefusal } from '../arbiter/arbiter.ts';
import { configDigest, readClusterKeys } from '../config/cluster-config.ts';
import { startCniService } from '../cni/service.ts';
import type { Config } from '../config/config.ts';
import { Counters } from '../counters.ts';
import { Driver } from './driver.ts';
import { Host, type Underlay } from './host.ts';
import { startHttpServer } from '../http/server.ts';
import { NameTaken, join } from './join.ts';
import { type Reconciler, createReconciler } from '../kernel/reconciler.ts';
import { overlayInput } from './overlay-input.ts';
import { type PeerState, openPeerState } from './peer-state.ts';
import { createPluginContext } from './plugin-context.ts';
import { answerSpace, askDonors } from './space-asking.ts';
import { Standing } from './standing.ts';
import type { ClusterKeys } from '../transport/cluster-keys.ts';
import { Transport } from '../transport/transport.ts';

export interface Daemon {
  /** Ends every part and leaves the data plane as it is. */
  stop(): Promise<void>;
}

/** What the stages of the start share. */
interface Start {
  readonly config: Config;
  readonly log: Logger;
  readonly onFatal: (problem: string) => void;
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
 * the operator has to know; `onFatal` tells what ends a peer later.
 */
export async function startDaemon(
  config: Config,
  log: Logger,
  onFatal: (problem: string) => void,
): Promise<Daemon> {
  await using parts = new AsyncDisposableStack();
  // What can be refused is looked at before anything is changed.
  const keys = readClusterKeys(config);
  const host = parts.use(Host.open());
  const underlay = host.underlay(config);
  host.refuseOverlap(config.universe);
  const state = openPeerState(parts, { config, underlay, log, now });
  const counters = new Counters();
  const standing = new Standing({ config, core: state.core, counters, epoch: state.epoch });
  const start = { config, log, onFatal, parts, counters, host, underlay, state, standing };

  const reconciler = startReconciler(start);
  const network = await openNetwork(start, { keys, reconciler });
  network.driver.start(state.memory.recall(state.codec));
  await serve(start, { reconciler, driver: network.driver });
  beginJoin(start, network);
  log.info({ id: state.identity.id, epoch: state.epoch }, 'the peer serves');
  const running = parts.move();
  return { stop: () => running.disposeAsync() };
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
  { keys, reconciler }: { readonly keys: ClusterKeys; readonly reconciler: Reconciler },
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
        keys,
        configDigest: configDigest(config),
      },
      counters,
      log,
      now,
      onEvent: (event) => driver.tell(event),
      onQuestion: (asker, question) =>
        question.type === 'space'
          ? answerSpace(driver, asker.peer, question)
          : arbiters.answer(asker, question.json),
    }),
    (open) => open.stop(),
  );
  standing.watchLinks(transport);
  const arbiters: ArbiterService = parts.adopt(openArbiters(start, transport), (open) =>
    open.close(),
  );
  const driver: Driver = parts.adopt(
    createDriver(start, { transport, arbiters, reconciler }),
    (running) => running.stop(),
  );
  return { transport, arbiters, driver };
}

function openArbiters({ config, state }: Start, transport: Transport): ArbiterService {
  return openArbiterService({
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
  const { log, onFatal, counters, state } = start;
  const { core, store, memory, identity } = state;
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
          (view) => driver.tell({ type: 'view', view }),
          (error: unknown) => log.debug({ detail: String(error) }, 'no list of members'),
        );
      },
      lookAgain: () => reconciler.request(),
      fence: onFatal,
    },
  });
  return driver;
}

async function serve(
  { config, log, parts, host, underlay, state, standing }: Start,
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
  const http = await startHttpServer(config.httpAddresses, () => standing.report());
  parts.adopt(http, (server) => server.close());
}

function beginJoin(
  { config, log, onFatal, parts, state, standing }: Start,
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
    hasOthers: config.seeds.length > 0,
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
