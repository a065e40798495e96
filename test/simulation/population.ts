/** Who lives in a simulated world: nodes with their addresses, identities, disks and machines. */
import type { PeerId } from '../../peer/mesh/peer-id.ts';
import type { Endpoint, Profile } from '../../peer/mesh/record.ts';
import { EMPTY_CUSTODY, testEndpoint, testProfile } from '../support/records.ts';
import { Disk } from './disk.ts';
import type { FakeCodec } from './fake-codec.ts';
import type { Stage } from './happening.ts';
import {
  type Machine,
  createCoreMachine,
  createHostileMachine,
  createMeshMachine,
} from './machine.ts';
import { createRandom } from './random.ts';
import { type Hostile, SimulatedPeer } from './simulated-peer.ts';
import { UNIVERSE } from './universe.ts';

/** Two quartzes differ by less. */
const CLOCK_DRIFT = 1e-4;
/** A peer's clock shows its own time since something: up to two weeks. */
const CLOCK_START_MS = 14 * 24 * 3_600_000;
/** As the daemon is started by default. */
const LINKS_MAX = 24;
const ID_DIGITS = 32;

export interface PopulationOptions {
  /** `mesh`: without ownership and without an arbiter; everybody is a member. */
  readonly runs?: 'core' | 'mesh';
  readonly linksMax?: number;
}

/** Attackers are numbered from here on. */
const FIRST_HOSTILE = 1_000;

export interface HostileOptions {
  /** Any other, if undefined. */
  readonly id: PeerId | undefined;
  readonly isMute: boolean;
}

export class Population {
  /** Those of the cluster: attackers are apart. */
  readonly peers: SimulatedPeer[] = [];
  readonly #stage: Stage;
  readonly #codec: FakeCodec;
  readonly #options: PopulationOptions;
  readonly #byAddress = new Map<bigint, SimulatedPeer>();
  readonly #byId = new Map<PeerId, SimulatedPeer>();
  #hostileCount = 0;
  #addresses = 0;
  #instances = 0n;

  constructor(stage: Stage, codec: FakeCodec, options: PopulationOptions) {
    this.#stage = stage;
    this.#codec = codec;
    this.#options = options;
  }

  at({ address }: Endpoint): SimulatedPeer | undefined {
    return this.#byAddress.get(address.value);
  }

  of(id: PeerId): SimulatedPeer | undefined {
    return this.#byId.get(id);
  }

  /** A node with an empty disk, whose process does not run yet. */
  add(): SimulatedPeer {
    const peer = this.#make({ n: this.peers.length, id: this.#newId() });
    this.peers.push(peer);
    return peer;
  }

  /** An attacker, who does not run yet. */
  addHostile({ id, isMute }: HostileOptions): SimulatedPeer & { readonly hostile: Hostile } {
    const n = FIRST_HOSTILE + this.#hostileCount++;
    const endpoint = testEndpoint(this.#addresses);
    const profile = profileOf({ n, endpoint });
    const content = { type: 'peer', profile, custody: EMPTY_CUSTODY, instance: 0n } as const;
    const hostile = { content, isMute };
    return Object.assign(this.#make({ n, id: id ?? this.#newId(), hostile }), { hostile });
  }

  #make(who: Pick<SimulatedPeer, 'n' | 'id'> & { readonly hostile?: Hostile }): SimulatedPeer {
    const { random } = this.#stage;
    const node = {
      ...who,
      disk: new Disk(),
      endpoint: testEndpoint(this.#addresses++),
      random: createRandom(Math.floor(random() * 2 ** 32)),
      clock: { startMs: random() * CLOCK_START_MS, rate: 1 + CLOCK_DRIFT * (2 * random() - 1) },
    };
    const machine = this.makeMachine({ ...node, bootstrap: [] });
    const peer = new SimulatedPeer({ ...node, machine });
    this.#byId.set(peer.id, peer);
    this.#byAddress.set(peer.endpoint.address.value, peer);
    return peer;
  }

  /** Another identity, on an empty disk. */
  replace(peer: SimulatedPeer): void {
    this.#byId.delete(peer.id);
    peer.id = this.#newId();
    peer.disk = new Disk();
    peer.recalled = [];
    this.#byId.set(peer.id, peer);
  }

  /** Another underlay address. */
  readdress(peer: SimulatedPeer): void {
    this.#byAddress.delete(peer.endpoint.address.value);
    peer.endpoint = testEndpoint(this.#addresses++);
    this.#byAddress.set(peer.endpoint.address.value, peer);
  }

  /** What its process begins with. */
  makeMachine(
    peer: Pick<
      SimulatedPeer,
      'n' | 'id' | 'disk' | 'endpoint' | 'random' | 'clock' | 'bootstrap'
    > & { readonly hostile?: Hostile | undefined },
  ): Machine {
    const { id, disk, random, clock, bootstrap } = peer;
    const options = {
      self: id,
      epoch: disk.epoch,
      instance: ++this.#instances,
      codec: this.#codec,
      profile: profileOf(peer),
      bootstrap: bootstrap.flatMap((n) => this.peers[n]?.endpoint ?? []),
      linksMax: this.#options.linksMax ?? LINKS_MAX,
      random,
    };
    if (peer.hostile !== undefined) return createHostileMachine(options, peer.hostile);
    if (this.#options.runs === 'mesh') return createMeshMachine(options);
    const now = clock.startMs + this.#stage.now * clock.rate;
    return createCoreMachine({ ...options, universe: UNIVERSE, durable: disk.durable, now });
  }

  #newId(): PeerId {
    const digit = () => Math.floor(this.#stage.random() * 16).toString(16);
    return Array.from({ length: ID_DIGITS }, digit).join('') as PeerId;
  }
}

export function profileOf({ n, endpoint }: Pick<SimulatedPeer, 'n' | 'endpoint'>): Profile {
  const profile = testProfile(n);
  const vtep = { ...profile.vtep, underlay: endpoint.address };
  return { ...profile, vtep, endpoints: [endpoint] };
}
