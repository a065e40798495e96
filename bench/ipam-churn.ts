/**
 * A cluster of custody alone, for a day: peers hold, grant and accept, pods come and go, nodes are
 * removed and new ones join, and the executor reclaims. Without a mesh: records are seen at once.
 */
import { Dice } from '#test/fuzz/dice.ts';
import { MemoryStore } from '#test/unit/ipam/memory-store.ts';
import { type Cidr, contains } from '#peer/ipam/cidr.ts';
import type { Custody, View } from '#peer/ipam/custody-state.ts';
import { Ipam } from '#peer/ipam/ipam.ts';
import { censusOf } from '#peer/ipam/ownership.ts';
import type { AllocateRequest } from '#peer/ipam/outcomes.ts';
import type { PeerId } from '#peer/mesh/peer-id.ts';
import { RECLAIM_REST_MS } from '#peer/ipam/resting-blocks.ts';
import { SURPLUS_MS } from '#peer/core/returns.ts';
import { hashView } from '#peer/wire/view-hash.ts';

/** Donors are drawn from so many peers, as from those that a need is asked of in the core. */
const CANDIDATES = 64;
/** How many blocks a peer may need to ask for in one go: a start of all its pods. */
const ASKS_MAX = 6;
/** Pods of a node: most have some tens, as many as a kubelet allows by default at most. */
const PODS_MAX = 110;
const PODS_STEP = 12;
/** One census after the other, until what was reclaimed before has rested and can be given on. */
const CENSUS_MS = RECLAIM_REST_MS;
const CENSUSES_MAX = 30;
/** Looks of a peer with too many blocks between two censuses; it gives several at each (core/returns.ts). */
const LOOKS = 2;

interface Node {
  readonly ipam: Ipam;
  readonly name: string;
  pods: AllocateRequest['key'][];
}

export interface Fragmentation {
  readonly peers: number;
  readonly blocksMean: number;
  readonly blocksMost: number;
  readonly addressesHeldShare: number;
}

export class Churn {
  readonly #universe: Cidr;
  readonly #dice: Dice;
  readonly #nodes = new Map<PeerId, Node>();
  #view: View = { rev: 0n, members: new Map() };
  readonly #gone = new Set<PeerId>();
  #founder: PeerId | undefined;
  #executor: PeerId | undefined;
  #count = 0;
  readonly #random = () => this.#dice.below(2 ** 32) / 2 ** 32;
  now = 0;
  allocations = 0;
  failedAllocations = 0;
  grants = 0;
  /** Blocks that the executor took. */
  reclaims = 0;
  /** Blocks that went back. */
  returns = 0;

  constructor(universe: Cidr, seed: number) {
    this.#universe = universe;
    this.#dice = new Dice(seed);
  }

  get size(): number {
    return this.#nodes.size;
  }

  /** So many nodes join; all others hear of it. */
  join(count: number): void {
    const ids = Array.from({ length: count }, () => this.#newId());
    const members = new Map(this.#view.members);
    for (const id of ids) members.set(id, `node-${id}`);
    this.#view = { rev: this.#view.rev + 1n, members };
    this.#founder ??= ids[0];
    for (const id of ids) this.#add(id);
    for (const id of ids) this.#ask(id);
  }

  /** So many nodes are gone for good: all adopt the list without them, and the executor reclaims. */
  remove(count: number): void {
    const ids = [...this.#nodes.keys()];
    const gone = new Set(Array.from({ length: count }, () => this.#dice.pick(ids)));
    const kept = [...this.#view.members].filter(([id]) => !gone.has(id));
    const records = this.#custodies();
    for (const id of gone) {
      this.#nodes.delete(id);
      this.#gone.add(id);
    }
    this.#view = { rev: this.#view.rev + 1n, members: new Map(kept) };
    for (const { ipam } of this.#nodes.values()) ipam.adoptView(this.#view, records);
    for (let n = 0; n < CENSUSES_MAX && this.#reclaim(records); n++) this.#relieve();
  }

  /** Some time passes: pods come and go, blocks are asked for and given back. */
  pass(ms: number): void {
    this.now += ms;
    for (const [id, node] of this.#nodes) {
      node.ipam.endRests(this.now);
      const change = this.#dice.below(2 * PODS_STEP + 1) - PODS_STEP;
      const wanted = Math.min(Math.max(node.pods.length + change, 0), PODS_MAX);
      while (node.pods.length > wanted) this.#release(node);
      while (node.pods.length < wanted && this.#allocate(node)) this.#ask(id);
    }
    const records = new Map(this.#custodies());
    for (const giver of records.keys()) this.#deliver(giver, records);
    for (let waited = 0; waited < ms; waited += SURPLUS_MS)
      for (const giver of records.keys()) this.#returnSurplus(giver, records);
  }

  /** Every held block is asserted to be aligned by its making; here it is counted. */
  fragmentation(): Fragmentation {
    const holds = [...this.#nodes.values()].map(({ ipam }) => ipam.custody().hold);
    const blocks = holds.map(({ length }) => length);
    const held = holds.flat().reduce((sum, { cidr }) => sum + 2 ** (32 - cidr.length), 0);
    return {
      peers: holds.length,
      blocksMean: blocks.reduce((sum, count) => sum + count, 0) / holds.length,
      blocksMost: Math.max(...blocks),
      addressesHeldShare: held / 2 ** (32 - this.#universe.length),
    };
  }

  holdings(): Iterable<readonly Cidr[]> {
    return [...this.#nodes.values()].map(({ ipam }) => ipam.custody().hold.map(({ cidr }) => cidr));
  }

  #newId(): PeerId {
    this.#count++;
    return this.#count.toString(16).padStart(32, '0') as PeerId;
  }

  #add(self: PeerId): void {
    const { durable } = new MemoryStore();
    const ipam = new Ipam({ self, universe: [this.#universe], durable, now: this.now, hashView });
    ipam.register(this.#view);
    ipam.found(this.#founder ?? self);
    this.#nodes.set(self, { ipam, name: `node-${self}`, pods: [] });
  }

  #custodies(): ReadonlyMap<PeerId, Custody> {
    return new Map([...this.#nodes].map(([id, { ipam }]) => [id, ipam.custody()]));
  }

  /** As often as it needs to, of the donors that it would choose among those drawn. */
  #ask(id: PeerId): void {
    const node = this.#nodes.get(id);
    if (node === undefined || !node.ipam.isShort()) return;
    for (let asked = 0; asked < ASKS_MAX && node.ipam.isShort(); asked++) {
      const peers = this.#candidates();
      const [need] = node.ipam.needs(peers);
      if (need === undefined) return;
      const donors = node.ipam.chooseDonors(need, peers, this.#random);
      const { registeredRev } = node.ipam.custody();
      const request = { ...need, to: id, registeredRev };
      const donor = donors.find(
        (one) => this.#nodes.get(one)?.ipam.grant(this.now, request).type === 'granted',
      );
      if (donor === undefined) return;
      this.grants++;
      this.#exchange(donor, id);
    }
    node.ipam.allocateVtep(this.now);
  }

  /** The taker sees the giver's record, and the giver the taker's. */
  #exchange(giver: PeerId, taker: PeerId): void {
    for (const [reader, writer] of [
      [taker, giver],
      [giver, taker],
    ] as const) {
      const written = this.#nodes.get(writer)?.ipam.custody();
      if (written !== undefined) this.#nodes.get(reader)?.ipam.look(new Map([[writer, written]]));
    }
  }

  /** The founder and the executor are always among them: they have what others gave back. */
  #candidates(): ReadonlyMap<PeerId, Custody> {
    const ids = [...this.#view.members.keys()];
    const chosen = new Set(Array.from({ length: CANDIDATES }, () => this.#dice.pick(ids)));
    for (const id of [...ids.slice(0, CANDIDATES), this.#executor]) if (id) chosen.add(id);
    return new Map(
      [...chosen].flatMap((id): [PeerId, Custody][] => {
        const custody = this.#nodes.get(id)?.ipam.custody();
        return custody === undefined ? [] : [[id, custody]];
      }),
    );
  }

  #allocate(node: Node): boolean {
    const n = ++this.allocations;
    const key = { containerId: `pod-${n}`, interfaceName: 'eth0' };
    const request = { key, hostInterface: `w${n}`, podMac: () => '', podName: '' };
    const outcome = node.ipam.allocate(this.now, request);
    if (outcome.type === 'allocated') node.pods.push(key);
    else this.failedAllocations++;
    return outcome.type === 'allocated';
  }

  #release(node: Node): void {
    const key = node.pods.shift();
    if (key !== undefined) node.ipam.release(this.now, key);
  }

  /** Grants that were refused for want of room are looked at again. */
  #deliver(giver: PeerId, records: Map<PeerId, Custody>): void {
    for (const { to } of records.get(giver)?.pending ?? []) this.#show(giver, to, records);
  }

  /** As long as there are too many, and else one, as in the time that it has to be one. */
  #returnSurplus(id: PeerId, records: Map<PeerId, Custody>): void {
    const { ipam } = this.#nodes.get(id) ?? {};
    for (let look = 0; look < LOOKS; look++) {
      const surplus = ipam?.surplus(this.now) ?? [];
      for (const cidr of surplus) {
        const writes = ipam?.giveBack(cidr, records, this.#random) ?? [];
        const grant = writes.find((write) => write.type === 'add-pending')?.grant;
        if (grant === undefined) continue;
        this.returns++;
        this.#show(id, grant.to, records);
      }
      if (surplus.length < 2) return;
    }
  }

  /** What the two have after their exchange is in the records. */
  #show(giver: PeerId, taker: PeerId, records: Map<PeerId, Custody>): void {
    this.#exchange(giver, taker);
    for (const id of [giver, taker]) {
      const custody = this.#nodes.get(id)?.ipam.custody();
      if (custody !== undefined) records.set(id, custody);
    }
  }

  /**
   * Whoever was removed may have held the last grant's other end: all is exchanged, then counted.
   * Says whether anything is left that the executor had no room for.
   */
  #reclaim(before: ReadonlyMap<PeerId, Custody>): boolean {
    if (this.#executor === undefined || !this.#nodes.has(this.#executor))
      this.#executor = [...this.#nodes.keys()][0];
    const executor = this.#nodes.get(this.#executor ?? ('' as PeerId));
    const records = new Map([...before, ...this.#custodies()]);
    const census = executor && censusOf(executor.ipam, records, this.#gone);
    if (census?.type !== 'orphans') throw new Error(`the census says ${census?.type}`);
    executor?.ipam.reclaim(this.now, census, []);
    const hold = executor?.ipam.custody().hold ?? [];
    const isTaken = (orphan: Cidr) => hold.some(({ cidr }) => contains(cidr, orphan));
    const taken = census.orphans.filter(isTaken).length;
    this.reclaims += taken;
    this.now += CENSUS_MS;
    executor?.ipam.endRests(this.now);
    return taken < census.orphans.length;
  }

  /** The executor gives some of what it has, so that it has room again. */
  #relieve(): void {
    if (this.#executor !== undefined)
      this.#returnSurplus(this.#executor, new Map(this.#custodies()));
  }
}
