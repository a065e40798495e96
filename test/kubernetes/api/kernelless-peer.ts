/**
 * A peer without a kernel: the daemon's own state on disk, core, driver, transport, join and place in
 * a Kubernetes cluster, put together as daemon/daemon.ts does, so that many fit into a process. What
 * a kernel has of pods is told to it; CNI, HTTP and the data plane are left out.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import type { Arbiter } from '#peer/arbiter/arbiter.ts';
import { assert } from '#peer/assert.ts';
import { configDigest } from '#peer/config/cluster-config.ts';
import { type Config, parseConfig } from '#peer/config/config.ts';
import { Counters } from '#peer/counters.ts';
import { answerQuestion } from '#peer/daemon/answering.ts';
import { ArbiterAsking } from '#peer/daemon/arbiter-asking.ts';
import { Driver } from '#peer/daemon/driver.ts';
import { historyMemory } from '#peer/daemon/history-memory.ts';
import { join } from '#peer/daemon/join.ts';
import { findLinkedAt } from '#peer/daemon/linked-endpoint.ts';
import { memberAddresses } from '#peer/daemon/member-addresses.ts';
import { type PeerState, openPeerState } from '#peer/daemon/peer-state.ts';
import { QuestionRates } from '#peer/daemon/question-rates.ts';
import { askDonors } from '#peer/daemon/space-asking.ts';
import { askPeerView } from '#peer/daemon/view-asking.ts';
import { buildReport } from '#peer/http/build-report.ts';
import type { Report } from '#peer/http/report.ts';
import type { Attachment } from '#peer/ipam/attachment.ts';
import type { HostEnd } from '#peer/kernel/host-ends.ts';
import { InCluster } from '#peer/kubernetes/in-cluster.ts';
import { StartObstacle } from '#peer/kubernetes/obstacle.ts';
import type { PeerId } from '#peer/mesh/peer-id.ts';
import { Transport } from '#peer/transport/transport.ts';
import { eventually } from '#test/support/eventually.ts';
import { hostInterfaceName, podMac } from '#plugin/pod-network.ts';

/** Of an Ethernet, less the encapsulation. */
const MTU = 1_450;
/** As long as a runtime tries, about. */
const ATTACH_MS = 120_000;
/** Between two attempts of what has to be tried again. */
const RETRY_MS = 500;
/** A kernel that is always as it should be. */
const KERNEL = { inSync: true, drift: {}, failures: [] };

const log = pino({ level: 'silent' });
const now = (): number => performance.now();
const signal = new AbortController().signal;

export interface KernellessPeerOptions {
  /** Flags, as of `weft peer`. */
  readonly args: readonly string[];
  /** Where the API server is, as in a pod. */
  readonly environment: Readonly<Record<string, string>>;
  /** The pods' ends on the host, as the kernel would have them now. */
  readonly hostEnds: readonly HostEnd[];
}

export interface KernellessPeer {
  readonly id: PeerId;
  /** Whether it serves ADDs. Throws when its process would have ended. */
  isReady(): boolean;
  /** As an ADD, again for as long as it is told to try later. Rejects with the reason in the end. */
  attach(containerId: string): Promise<Attachment>;
  report(): Report;
  /** Nothing more is written, sent or answered when it resolves. */
  stop(): Promise<void>;
}

interface Start {
  readonly config: Config;
  readonly cluster: InCluster;
  readonly state: PeerState;
  readonly counters: Counters;
  readonly parts: AsyncDisposableStack;
  readonly onFatal: (problem: string) => void;
}

interface Network {
  readonly transport: Transport;
  readonly arbiter: Arbiter;
  readonly asking: ArbiterAsking;
  readonly driver: Driver;
}

/** Starts a peer, which joins by itself. Waits for its Node. */
export async function startKernellessPeer(options: KernellessPeerOptions): Promise<KernellessPeer> {
  await using parts = new AsyncDisposableStack();
  const config = parseConfig(options.args, options.environment);
  const cluster = parts.adopt(await enterCluster(config, options), (open) => open.close());
  const [address] = cluster.addresses();
  assert(address !== undefined, 'a Node without an address is waited for');
  const state = openPeerState(parts, {
    config,
    host: { hostEnds: () => options.hostEnds },
    underlay: { address, mtu: MTU },
    log,
    now,
    nodeUid: cluster.nodeUid(),
  });
  let problem: string | undefined;
  const onFatal = (told: string): void => void (problem ??= told);
  const start: Start = { config, cluster, state, counters: new Counters(), parts, onFatal };
  const network = await openNetwork(start);
  network.driver.start(state.memory.recall(state.codec));
  begin(start, network);
  const running = parts.move();
  return {
    id: state.identity.id,
    isReady: () => {
      if (problem !== undefined) throw new Error(`the peer of ${config.name} ended: ${problem}`);
      return isServing(state);
    },
    attach: (containerId) => attach(network.driver, containerId),
    report: () => describe(start, network),
    stop: async () => {
      onFatal('it was stopped');
      await running.disposeAsync();
    },
  };
}

/**
 * A peer that knows its Node from before goes by that when the API server takes seconds to answer. To
 * a process that many peers keep busy it seems to, so here it is asked until it has told.
 */
async function enterCluster(
  config: Config,
  { environment }: KernellessPeerOptions,
): Promise<InCluster> {
  for (;;) {
    try {
      const cluster = await InCluster.enter({ config, environment, log, signal });
      if (cluster.problems().length === 0) return cluster;
      cluster.close();
    } catch (error) {
      if (!(error instanceof StartObstacle)) throw error;
    }
    await delay(RETRY_MS);
  }
}

async function openNetwork(start: Start): Promise<Network> {
  const { parts, cluster, state } = start;
  const transport: Transport = parts.adopt(await openTransport(start, () => driver), (open) =>
    open.stop(),
  );
  const arbiter = cluster.openArbiter(historyMemory(state.core, () => driver));
  const asking = new ArbiterAsking({
    self: state.identity.id,
    arbiter,
    log,
    onView: (view) => {
      cluster.listed(view);
      driver.tell({ type: 'view', view });
    },
    onProblem: () => undefined,
  });
  parts.adopt(asking, (open) => open.close());
  const driver: Driver = parts.adopt(makeDriver(start, transport, asking), (one) => one.stop());
  return { transport, arbiter, asking, driver };
}

async function openTransport(
  { config, cluster, state, counters }: Start,
  driver: () => Driver,
): Promise<Transport> {
  const rates = new QuestionRates({ counters, now, isSeed: () => false });
  const arbiters = { answer: () => Promise.reject(new Error('the arbiter is the API server')) };
  return await Transport.open({
    listen: state.endpoint,
    credentials: {
      identity: state.identity,
      name: config.name,
      cluster: state.cluster,
      clusterName: config.cluster,
      keys: cluster.keys(),
      configDigest: configDigest(config),
    },
    counters,
    log,
    now,
    onEvent: (event) => driver().tell(event),
    findLinkedAt: (endpoint) => findLinkedAt(state.core.mesh, endpoint),
    memberAddresses: () => memberAddresses(state.core, config),
    universe: config.universe,
    onQuestion: (asker, question) =>
      answerQuestion({ driver: driver(), arbiters, rates }, asker, question),
  });
}

function makeDriver(
  { state, counters, onFatal }: Start,
  transport: Transport,
  asking: ArbiterAsking,
): Driver {
  const { core, store, memory, identity } = state;
  return new Driver({
    core,
    counters,
    now,
    ports: {
      dial: (endpoint) => transport.dial(endpoint),
      send: (link, frame) => transport.send(link, frame),
      close: (link, reason) => transport.close(link, reason),
      commit: (writes) => store.commit(writes),
      remember: (records) =>
        memory.remember(records, { self: identity.id, directory: core.mesh.directory }),
      askSpace: (donors, need) => askDonors({ core, transport, log, now }, donors, need),
      askView: () => void asking.list(),
      askExecutor: () => asking.executor(),
      askPeerView: (peer, since) => askPeerView({ core, transport, log }, peer, since),
      lookAgain: () => undefined,
      fence: onFatal,
    },
  });
}

/** What goes on beside the core: the watch over its place in the cluster, and the join. */
function begin(start: Start, { arbiter, driver, asking }: Network): void {
  const { config, cluster, state, parts, onFatal } = start;
  const { core, identity, endpoint } = state;
  const self = identity.id;
  cluster.run({
    self: { peer: self, name: config.name },
    view: () => core.ipam.view(),
    knows: (peer) => core.mesh.directory.peer(peer) !== undefined,
    hasLinks: () => core.mesh.links().length > 0,
    onFound: (endpoints) => driver.tell({ type: 'endpoints-found', endpoints }),
    isReady: () => isServing(state),
    isMember: () => core.ipam.phase() === 'member',
    onMissing: () => void asking.list(),
  });
  const ending = parts.adopt(new AbortController(), (controller) => controller.abort());
  const joined = join({
    self,
    name: config.name,
    endpoint,
    core,
    driver,
    log,
    signal: ending.signal,
    arbiter,
    hasOthers: true,
    ownsName: true,
    onView: (view) => cluster.listed(view),
    onWaiting: () => undefined,
  });
  joined.catch((error: unknown) => {
    if (!ending.signal.aborted) onFatal(String(error));
  });
}

function isServing({ core }: PeerState): boolean {
  return core.ipam.phase() === 'member' && core.ipam.vtep().length > 0;
}

async function attach(driver: Driver, containerId: string): Promise<Attachment> {
  const key = { containerId, interfaceName: 'eth0' };
  const hostInterface = hostInterfaceName(key);
  const request = { key, hostInterface, podMac, podName: `test/${containerId}` };
  let refused = '';
  const probe = async (): Promise<Attachment | undefined> => {
    const reply = await driver.ask((to) => ({ type: 'allocate', request, reply: to }));
    if (reply.type === 'refused') refused = reply.reason;
    return reply.type === 'attached' ? reply.attachment : undefined;
  };
  return await eventually(`${containerId} is attached`, probe, {
    withinMs: ATTACH_MS,
    everyMs: RETRY_MS,
    instead: () => refused,
  });
}

function describe({ config, state, counters }: Start, { transport }: Network): Report {
  const { core, epoch, identity, store } = state;
  return buildReport({
    config,
    self: identity.id,
    epoch,
    state: isServing(state) ? 'ready' : 'joining',
    core,
    kernel: KERNEL,
    counters,
    problems: store.lost === undefined ? [] : [store.lost],
    versionOf: (link) => transport.versionOf(link),
  });
}
