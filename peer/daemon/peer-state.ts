/** What a peer is made of before it talks to anybody: its state on disk and the core rebuilt from it. */
import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { carryOver } from './carry-over.ts';
import type { Config } from '../config/config.ts';
import { Core } from '../core/core.ts';
import type { Host, Underlay } from './host.ts';
import { Ipam } from '../ipam/ipam.ts';
import type { RecordCodec } from '../mesh/mesh.ts';
import type { Endpoint, Vtep } from '../mesh/record.ts';
import { vtepMac } from './overlay-input.ts';
import { openPeerStore } from './peer-store.ts';
import { RecordMemory } from './record-memory.ts';
import { openDirectoryCache } from '../store/directory-cache.ts';
import type { Store } from '../store/store.ts';
import { type ClusterHash, type Identity, clusterHash, loadIdentity } from '../wire/identity.ts';
import { createRecordCodec } from '../wire/record-codec.ts';
import { hashView } from '../wire/view-hash.ts';

export interface PeerState {
  readonly store: Store;
  readonly memory: RecordMemory;
  readonly identity: Identity;
  readonly cluster: ClusterHash;
  readonly epoch: number;
  readonly codec: RecordCodec;
  readonly core: Core;
  /** Without overlay addresses: those come out of the holding. */
  readonly vtep: Vtep;
  /** Where this peer accepts links. */
  readonly endpoint: Endpoint;
}

export interface PeerStateOptions {
  readonly config: Config;
  readonly host: Pick<Host, 'hostEnds'>;
  readonly underlay: Underlay;
  readonly log: Logger;
  readonly now: () => number;
  /** Of the cluster's Node, where there is one. */
  readonly nodeUid: string | undefined;
}

/** Opens what `parts` will close. Throws what the operator has to know of the state directory. */
export function openPeerState(parts: AsyncDisposableStack, options: PeerStateOptions): PeerState {
  const { config, host, underlay, log, nodeUid } = options;
  const store = parts.adopt(openPeerStore(config, nodeUid), (open) => open.close());
  if (store.lost !== undefined) log.warn(store.lost);
  carryOver({ store, ends: host.hostEnds(), config, log });
  const memory = parts.adopt(new RecordMemory(openDirectoryCache(config.stateDirectory)), (open) =>
    open.close(),
  );
  const identity = loadIdentity(store.identity.privateKey);
  const cluster = clusterHash(config.cluster);
  const codec = createRecordCodec(identity, cluster);
  const endpoint = { address: underlay.address, port: config.controlPort };
  const mac = vtepMac(identity.id);
  const vtep = { underlay: underlay.address, port: config.vxlanPort, mac, overlay: [] };
  const epoch = Number(store.epoch);
  const opened = { store, memory, identity, cluster, epoch, codec, vtep, endpoint };
  const core = rebuildCore(opened, options);
  // Not before: what the core refuses must not be what the next start is compared with.
  store.rememberSettings();
  return { ...opened, core };
}

function rebuildCore(state: Omit<PeerState, 'core'>, { config, now }: PeerStateOptions): Core {
  const { identity, store, epoch, codec, vtep, endpoint } = state;
  const self = identity.id;
  const durable = store.load();
  return new Core({
    self,
    epoch,
    instance: randomBytes(8).readBigUInt64BE(),
    codec,
    ipam: new Ipam({ self, universe: config.universe, durable, now: now(), hashView }),
    profile: { name: config.name, endpoints: [endpoint], vtep },
    bootstrap: [...config.seeds, ...config.join],
    linksMax: config.connectionLimit,
    random: Math.random,
  });
}
