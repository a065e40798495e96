/**
 * The composition root: makes every part of a running peer and connects them. It decides nothing
 * that a part could decide; what it makes is taken down in the reverse order.
 */
import type { Logger } from 'pino';
import { type ArbiterService, openArbiterService } from './arbiter-service.ts';
import { configDigest, readClusterKeys } from './cluster-config.ts';
import { startCniService } from './cni/service.ts';
import type { Config } from './config.ts';
import { Core } from './core.ts';
import { Counters } from './counters.ts';
import { Driver } from './driver.ts';
import { Host } from './host.ts';
import { startHttpServer } from './http/server.ts';
import { Ipam } from './ipam/ipam.ts';
import { NameTaken, join } from './join.ts';
import { createReconciler } from './kernel/reconciler.ts';
import type { Endpoint, Profile } from './mesh/record.ts';
import { overlayInput, vtepMac } from './overlay-input.ts';
import { createPluginContext } from './plugin-context.ts';
import { RecordMemory } from './record-memory.ts';
import { answerSpace, askDonors } from './space-asking.ts';
import { Standing } from './standing.ts';
import { openDirectoryCache } from './store/directory-cache.ts';
import { openPeerStore } from './peer-store.ts';
import type { Credentials } from './transport/handshake.ts';
import { Transport } from './transport/transport.ts';
import { clusterHash, loadIdentity } from './wire/identity.ts';
import { createRecordCodec } from './wire/record-codec.ts';

export interface Daemon {
  /** Ends every part and leaves the data plane as it is. */
  stop(): Promise<void>;
}

const now = (): number => performance.now();

/**
 * Starts a peer, and resolves when it serves, which may be before it is a member. Rejects with
 * what the operator has to know; `onFatal` tells what ends a peer later.
 */
export async function startDaemon(
  config: Config,
  log: Logger,
  onFatal: (problem: string) => void,
): Promise<Daemon> {
  await using parts = new AsyncDisposableStack();
  const keys = readClusterKeys(config);
  const host = parts.use(Host.open());
  const underlay = host.underlay(config);
  host.refuseOverlap(config.universe);
  const store = parts.adopt(openPeerStore(config), (open) => open.close());
  if (store.lost !== undefined) log.warn(store.lost);
  const identity = loadIdentity(store.identity.privateKey);
  const cluster = clusterHash(config.cluster);
  const codec = createRecordCodec(identity, cluster);
  const counters = new Counters();

  const self: Endpoint = { address: underlay.address, port: config.controlPort };
  const vtep = {
    underlay: underlay.address,
    port: config.vxlanPort,
    mac: vtepMac(identity.id),
    overlay: [],
  };
  const profile: Profile = { name: config.name, endpoints: [self], vtep };
  const ipam = new Ipam({
    self: identity.id,
    universe: config.universe,
    durable: store.load(),
    now: now(),
  });
  const core = new Core({
    self: identity.id,
    epoch: Number(store.epoch),
    codec,
    ipam,
    profile,
    bootstrap: [...config.seeds, ...config.join],
    linksMax: config.connectionLimit,
    random: Math.random,
  });
  const memory = parts.adopt(new RecordMemory(openDirectoryCache(config.stateDirectory)), (open) =>
    open.close(),
  );

  const standing = new Standing({ config, core, counters, epoch: Number(store.epoch), now });
  const reconciler = parts.adopt(
    createReconciler({
      kernel: host.kernel,
      log,
      input: () =>
        overlayInput(core, { vtep, vni: config.vni, mtu: underlay.mtu }, standing.isSettled()),
    }),
    (running) => running.stop(),
  );
  standing.watch(reconciler);

  const credentials: Credentials = {
    identity,
    name: config.name,
    cluster,
    clusterName: config.cluster,
    keys,
    configDigest: configDigest(config),
  };
  const transport: Transport = parts.adopt(
    await Transport.open({
      listen: self,
      credentials,
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
  const arbiters: ArbiterService = parts.adopt(
    openArbiterService({
      seeds: config.seeds,
      self,
      cluster: config.cluster,
      stateDirectory: config.stateDirectory,
      ask: async (endpoint, json) => {
        const reply = await transport.ask({ endpoint }, { type: 'arbiter', json });
        return reply.arbiter;
      },
    }),
    (open) => open.close(),
  );
  const driver: Driver = parts.adopt(
    new Driver({
      core,
      counters,
      now,
      ports: {
        dial: (endpoint) => transport.dial(endpoint),
        send: (link, frame) => transport.send(link, frame),
        close: (link, reason) => transport.close(link, reason),
        commit: (writes) => store.commit(writes),
        remember: (records) => memory.remember(records, identity.id),
        askSpace: (donors, need) => askDonors({ core, transport, log }, donors, need),
        lookAgain: () => reconciler.request(),
        fence: onFatal,
      },
    }),
    (running) => running.stop(),
  );
  driver.start(memory.recall(codec));
  parts.adopt(await startHttpServer(config.httpAddresses, () => standing.report()), (server) =>
    server.close(),
  );
  parts.adopt(
    await startCniService({
      socketPath: config.cniSocket,
      queueDirectory: config.cniQueue,
      context: createPluginContext({
        core,
        driver,
        converge: () => reconciler.converge(),
        deleteHostInterface: async (name) => host.deleteInterface(name),
        notReady: () => standing.notReady(),
        mtu: underlay.mtu,
        log,
      }),
    }),
    (server) => server.close(),
  );

  const ending = parts.adopt(new AbortController(), (controller) => controller.abort());
  join({
    self: identity.id,
    name: config.name,
    arbiter: arbiters.arbiter,
    core,
    driver,
    log,
    signal: ending.signal,
    hasOthers: config.seeds.length > 0,
    onWaiting: (problem) => standing.wait(problem),
  }).then(
    () => log.info({ holdings: standing.report().holdings.length }, 'this peer is a member'),
    (error: unknown) => {
      if (ending.signal.aborted) return;
      if (error instanceof NameTaken) onFatal(error.message);
      else throw error;
    },
  );
  log.info({ id: identity.id, epoch: Number(store.epoch) }, 'the peer serves');
  const running = parts.move();
  return { stop: () => running.disposeAsync() };
}
