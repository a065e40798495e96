/**
 * A world of simulated peers: the daemon's own core on a virtual clock, with links as ordered
 * streams that take time and break, disks that lose what was not synced, and an arbiter. One seed
 * gives one run.
 */
import type { CoreEffect, CoreEvent } from '../../peer/core/core-event.ts';
import { Core } from '../../peer/core/core.ts';
import { type Cidr, formatAddress, overlaps } from '../../peer/ipam/cidr.ts';
import type { View } from '../../peer/ipam/custody-state.ts';
import { Ipam } from '../../peer/ipam/ipam.ts';
import type { Write } from '../../peer/ipam/writes.ts';
import type { LinkId, MeshEffect } from '../../peer/mesh/effect.ts';
import type { PeerId } from '../../peer/mesh/peer-id.ts';
import type { Endpoint } from '../../peer/mesh/record.ts';
import { parseCidr } from '../../peer/ipam/parse.ts';
import { MemoryStore } from '../unit/ipam/memory-store.ts';
import { testEndpoint, testProfile } from '../support/records.ts';
import { createFakeCodec } from './fake-codec.ts';
import { EventQueue } from './event-queue.ts';
import { createRandom } from './random.ts';

/** One-way, between any two peers: a LAN with some jitter. */
const LATENCY_MS = { least: 0.2, most: 1 };
const DISK_SYNC_MS = { least: 1, most: 8 };
const ARBITER_MS = { least: 2, most: 20 };
const DIAL_TIMEOUT_MS = 2_000;
/** How often a condition is looked at: it may cost more than the events between. */
const LOOK_MS = 20;

interface Disk {
  readonly store: MemoryStore;
  epoch: number;
  /** When the last write ends: writes are synced in their order. */
  busyUntil: number;
}

export interface SimulatedPeer {
  readonly n: number;
  id: PeerId;
  disk: Disk;
  core: Core;
  isUp: boolean;
  /** Grows at each crash: what an earlier run had under way is not heard of any more. */
  run: number;
  wakeAt: number;
}

interface Wire {
  readonly ends: readonly [SimulatedPeer, SimulatedPeer];
  readonly runs: readonly [number, number];
  /** When the last message of each direction arrives: streams are ordered. */
  readonly busyUntil: [number, number];
  isOpen: boolean;
}

export class World {
  readonly random: () => number;
  readonly peers: SimulatedPeer[] = [];
  /** Identities that were lost with their disks. */
  readonly replaced: PeerId[] = [];
  readonly universe: readonly Cidr[] = [parseCidr('10.32.0.0/12')];
  readonly #queue = new EventQueue();
  readonly #codec = createFakeCodec();
  readonly #wires = new Map<LinkId, Wire>();
  readonly #members = new Map<PeerId, string>();
  #founder: PeerId | undefined;
  #rev = 0n;
  #nextLink = 1;
  #isCut: (a: number, b: number) => boolean = () => false;

  constructor(seed: number) {
    this.random = createRandom(seed);
  }

  get now(): number {
    return this.#queue.now;
  }

  /** Adds a peer that starts at `at` and is told to join at the given others. */
  add(at: number, bootstrap: readonly number[]): SimulatedPeer {
    const n = this.peers.length;
    const id = this.#newId();
    const disk: Disk = { store: new MemoryStore(), epoch: 0, busyUntil: 0 };
    const core = this.#makeCore(id, { n, disk, bootstrap });
    const peer = { n, id, disk, core, isUp: false, run: 0, wakeAt: Number.POSITIVE_INFINITY };
    this.peers.push(peer);
    this.#queue.at(at, () => this.#start(peer));
    return peer;
  }

  /** The process ends at once: links break, and what was not synced is lost. */
  crash(peer: SimulatedPeer): void {
    peer.isUp = false;
    peer.run++;
    for (const [link, wire] of this.#wires) if (wire.ends.includes(peer)) this.#break(link, wire);
  }

  /** Starts again from its disk. */
  restart(peer: SimulatedPeer, bootstrap: readonly number[]): void {
    peer.core = this.#makeCore(peer.id, { n: peer.n, disk: peer.disk, bootstrap });
    this.#start(peer);
  }

  /** The node comes back with an empty disk: another identity, under the same name. */
  replace(peer: SimulatedPeer, bootstrap: readonly number[]): void {
    const old = peer.id;
    peer.id = this.#newId();
    peer.disk = { store: new MemoryStore(), epoch: 0, busyUntil: this.now };
    this.restart(peer, bootstrap);
    this.replaced.push(old);
  }

  /** Nothing passes between peers for which it answers true; their links fall silent. */
  cut(isCut: (a: number, b: number) => boolean): void {
    this.#isCut = isCut;
  }

  /** Runs until the virtual time, or until the condition holds; says whether it did. */
  runUntil(until: number, condition: () => boolean = () => false): boolean {
    for (let lookedAt = this.now; ;) {
      if (this.now >= lookedAt + LOOK_MS) {
        lookedAt = this.now;
        if (condition()) return true;
      }
      if (this.#queue.nextAt() > until) return condition();
      this.#queue.step();
    }
  }

  tell(peer: SimulatedPeer, event: CoreEvent): void {
    this.#execute(peer, peer.core.step(this.now, event));
  }

  /**
   * No address is held by two peers: what everything else exists for. Of a peer that is down only
   * its disk counts.
   */
  assertDisjoint(): void {
    const held = this.peers.flatMap((peer) => {
      const memory = peer.core.ipam.custody();
      const { hold } = peer.isUp ? memory : peer.disk.store.durable.custody;
      return hold.map(({ cidr }) => ({ peer, cidr }));
    });
    for (const [at, one] of held.entries()) {
      for (const other of held.slice(at + 1)) {
        if (one.peer === other.peer || !overlaps(one.cidr, other.cidr)) continue;
        throw new Error(`node${one.peer.n} and node${other.peer.n} both hold a block`);
      }
    }
  }

  #makeCore(
    self: PeerId,
    { n, disk, bootstrap }: { n: number; disk: Disk; bootstrap: readonly number[] },
  ): Core {
    disk.epoch++;
    const durable = disk.store.durable;
    const ipam = new Ipam({ self, universe: this.universe, durable, now: this.now });
    return new Core({
      self,
      epoch: disk.epoch,
      codec: this.#codec,
      ipam,
      profile: testProfile(n),
      bootstrap: bootstrap.map(testEndpoint),
      linksMax: 24,
      random: this.random,
    });
  }

  #start(peer: SimulatedPeer): void {
    peer.isUp = true;
    this.#execute(peer, peer.core.start(this.now));
    if (peer.core.ipam.phase() !== 'unregistered') return;
    this.#later(peer, this.#between(ARBITER_MS), () => {
      this.#register(peer.id, testProfile(peer.n).name);
      this.#founder ??= peer.id;
      this.tell(peer, { type: 'registered', view: this.#view() });
      this.tell(peer, { type: 'founded', founder: this.#founder });
    });
  }

  /** A name has one identity: a new one takes the place of the old. */
  #register(id: PeerId, name: string): void {
    for (const [other, taken] of this.#members) if (taken === name) this.#members.delete(other);
    this.#members.set(id, name);
    this.#rev++;
  }

  #view(): View {
    return { rev: this.#rev, members: new Map(this.#members) };
  }

  #execute(peer: SimulatedPeer, effects: readonly CoreEffect[]): void {
    for (const effect of effects) this.#executeOne(peer, effect);
    this.#setWake(peer);
  }

  #executeOne(peer: SimulatedPeer, effect: CoreEffect): void {
    switch (effect.type) {
      case 'dial':
        return this.#dial(peer, effect.endpoint);
      case 'send':
        return this.#send(peer, effect);
      case 'close':
        return this.#close(peer, effect.link);
      case 'commit':
        return this.#commit(peer, effect.writes, effect.then);
      case 'publish':
        return this.tell(peer, { type: 'publish', content: effect.content });
      case 'ask-space':
        return this.#askSpace(peer, effect);
      case 'ask-view':
        return this.#later(peer, this.#between(ARBITER_MS), () => {
          this.tell(peer, { type: 'view', view: this.#view() });
        });
      case 'fence':
        throw new Error(`node${peer.n} fenced itself: ${effect.reason}`);
      case 'learned':
      case 'refused':
      case 'reply':
      case 'look-again':
        return;
    }
  }

  #commit(peer: SimulatedPeer, writes: readonly Write[], then: readonly CoreEffect[]): void {
    const { disk } = peer;
    disk.busyUntil = Math.max(disk.busyUntil, this.now) + this.#between(DISK_SYNC_MS);
    this.#later(peer, disk.busyUntil - this.now, () => {
      disk.store.commit(writes);
      this.#execute(peer, then);
    });
  }

  #askSpace(peer: SimulatedPeer, effect: Extract<CoreEffect, { type: 'ask-space' }>): void {
    const { donors, need } = effect;
    const donor = this.peers.find(({ id }) => id === donors[0]);
    const isReachable = donor?.isUp === true && !this.#isCut(peer.n, donor.n);
    this.#later(peer, 2 * this.#between(LATENCY_MS), () => {
      if (isReachable) this.tell(donor, { type: 'space-asked', from: peer.id, need, reply: 0 });
      this.tell(peer, { type: 'space-answered', need, granted: isReachable });
    });
  }

  #dial(peer: SimulatedPeer, endpoint: Endpoint): void {
    const other = this.#peerAt(endpoint);
    const reaches = other?.isUp === true && !this.#isCut(peer.n, other.n);
    const delayMs = reaches ? 3 * this.#between(LATENCY_MS) : DIAL_TIMEOUT_MS;
    this.#later(peer, delayMs, () => {
      if (other === undefined || !reaches || !other.isUp) {
        return this.tell(peer, { type: 'dial-failed', endpoint });
      }
      const link = this.#nextLink++;
      const ends = [peer, other] as const;
      this.#wires.set(link, { ends, runs: [peer.run, other.run], busyUntil: [0, 0], isOpen: true });
      const from = testEndpoint(peer.n);
      this.tell(peer, { type: 'link-up', link, peer: other.id, initiator: 'us', endpoint });
      this.tell(other, { type: 'link-up', link, peer: peer.id, initiator: 'them', endpoint: from });
    });
  }

  #send(peer: SimulatedPeer, { link, frame }: Extract<MeshEffect, { type: 'send' }>): void {
    const wire = this.#wires.get(link);
    if (wire === undefined) return;
    const direction = wire.ends[0] === peer ? 0 : 1;
    const other = wire.ends[1 - direction];
    if (other === undefined || this.#isCut(peer.n, other.n)) return;
    const arrivesAt = Math.max(wire.busyUntil[direction], this.now + this.#between(LATENCY_MS));
    wire.busyUntil[direction] = arrivesAt;
    this.#queue.at(arrivesAt, () => {
      if (wire.isOpen) this.tell(other, { type: 'frame', link, frame });
    });
  }

  #close(peer: SimulatedPeer, link: LinkId): void {
    const wire = this.#wires.get(link);
    if (wire === undefined) return;
    const other = wire.ends[0] === peer ? wire.ends[1] : wire.ends[0];
    wire.isOpen = false;
    this.#wires.delete(link);
    this.#later(other, this.#between(LATENCY_MS), () =>
      this.tell(other, { type: 'link-down', link }),
    );
  }

  #break(link: LinkId, wire: Wire): void {
    wire.isOpen = false;
    this.#wires.delete(link);
    for (const end of wire.ends) {
      if (end.isUp)
        this.#later(end, this.#between(LATENCY_MS), () =>
          this.tell(end, { type: 'link-down', link }),
        );
    }
  }

  #setWake(peer: SimulatedPeer): void {
    const at = Math.max(this.now, peer.core.nextAt());
    if (at >= peer.wakeAt && peer.wakeAt > this.now) return;
    peer.wakeAt = at;
    if (!Number.isFinite(at)) return;
    const { run } = peer;
    this.#queue.at(at, () => {
      if (peer.wakeAt !== at || peer.run !== run || !peer.isUp) return;
      peer.wakeAt = Number.POSITIVE_INFINITY;
      this.tell(peer, { type: 'time' });
    });
  }

  #later(peer: SimulatedPeer, delayMs: number, then: () => void): void {
    const { run } = peer;
    this.#queue.at(this.now + delayMs, () => {
      if (peer.run === run && peer.isUp) then();
    });
  }

  #peerAt(endpoint: Endpoint): SimulatedPeer | undefined {
    const key = formatAddress(endpoint.address);
    return this.peers.find(({ n }) => formatAddress(testEndpoint(n).address) === key);
  }

  #between({ least, most }: { readonly least: number; readonly most: number }): number {
    return least + this.random() * (most - least);
  }

  #newId(): PeerId {
    const digits = Array.from({ length: 32 }, () => Math.floor(this.random() * 16).toString(16));
    return digits.join('') as PeerId;
  }
}
