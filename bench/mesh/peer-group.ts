/** The peers of one process, and what is looked at from outside of them. */
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { assert } from '#peer/assert.ts';
import { Counters } from '#peer/counters.ts';
import type { PeerId } from '#peer/mesh/peer-id.ts';
import { buildRings, observersOf } from '#peer/mesh/rings.ts';
import { Arrivals } from './arrivals.ts';
import { BenchPeer } from './bench-peer.ts';
import type { Cost, GroupOptions, Published, Started } from './group-messages.ts';
import { monotonicMs } from './monotonic.ts';
import {
  credentialsOf,
  durableOf,
  endpointOf,
  identityOf,
  profileOf,
  UNIVERSE,
  viewOf,
} from './numbered-peer.ts';
import { SharedVerifications } from './shared-verifications.ts';

/** How often verdicts are looked at: what cannot be waited for costs a look. */
const LOOK_MS = 5;
/** The same of links while all peers start: a look at hundreds of peers takes a millisecond. */
const LOOK_AT_LINKS_MS = 25;

export class PeerGroup {
  readonly #total: number;
  readonly #ids: readonly PeerId[];
  readonly #peers: readonly BenchPeer[];
  readonly #counters = new Counters();
  readonly #arrivals = new Arrivals();
  /** Those that know everybody, and when the last of them did. */
  readonly #knowing = new Set<BenchPeer>();
  #knownAtMs = 0;

  private constructor(options: GroupOptions) {
    const { first, groups, total, joinAt, sharesVerifications } = options;
    this.#total = total;
    this.#ids = numbers(0, total).map((n) => identityOf(n).id);
    const view = viewOf(this.#ids);
    const bootstrap = numbers(0, joinAt).map(endpointOf);
    const verifications = new SharedVerifications();
    const own = numbers(0, total).filter((n) => n % groups === first);
    this.#peers = own.map(
      (n) =>
        new BenchPeer({
          n,
          credentials: credentialsOf(n),
          endpoint: endpointOf(n),
          profile: profileOf(n),
          universe: UNIVERSE,
          durable: durableOf(n, view),
          bootstrap,
          counters: this.#counters,
          wrapCodec: (codec) => (sharesVerifications ? verifications.wrap(codec) : codec),
          onLearned: (peer, records) => {
            this.#arrivals.note(records);
            this.#noteKnown(peer);
          },
        }),
    );
  }

  /** Its peers listen when it resolves. */
  static async prepare(options: GroupOptions): Promise<PeerGroup> {
    const group = new PeerGroup(options);
    for (const peer of group.#peers) await peer.listen();
    return group;
  }

  /** Starts all peers at once; resolves when each knows everybody and has the links it wants. */
  async start(): Promise<Started> {
    const rings = buildRings(this.#ids);
    let open = this.#peers.map((peer) => ({ peer, wanted: observersOf(rings, peer.id) }));
    for (const { peer } of open) peer.start();
    while (open.length > 0) {
      await delay(LOOK_AT_LINKS_MS);
      open = open.filter(({ peer, wanted }) => !this.#isComplete(peer, wanted));
    }
    return { knownAtMs: this.#knownAtMs, linkedAtMs: monotonicMs() };
  }

  leastKnown(): number {
    return Math.min(...this.#peers.map(({ known }) => known.size));
  }

  publish(n: number): Published {
    const writer = this.#peers.find((peer) => peer.n === n);
    assert(writer !== undefined, `peer ${n} is of this group`);
    const atMs = monotonicMs();
    writer.publish();
    return { atMs, version: writer.version() };
  }

  async awaitRecord(version: string): Promise<number> {
    return await this.#arrivals.of(version, this.#peers.length);
  }

  async awaitDown(n: number, gone: readonly number[]): Promise<number> {
    const id = identityOf(n).id;
    const others = this.#peers.filter((peer) => peer.n !== n && !gone.includes(peer.n));
    let open = others.map((peer) => ({ peer, judgedBy: '' }));
    while (open.length > 0) {
      await delay(LOOK_MS);
      open = open.flatMap(({ peer, judgedBy }) => {
        const basis = peer.basisOfDown();
        if (basis === judgedBy || !peer.core.mesh.down().has(id)) return { peer, judgedBy: basis };
        return [];
      });
    }
    return monotonicMs();
  }

  cost(): Cost {
    const { user, system } = process.cpuUsage();
    const counters = this.#counters.all();
    return { cpuMs: (user + system) / 1000, rssBytes: process.memoryUsage.rss(), counters };
  }

  #noteKnown(peer: BenchPeer): void {
    if (peer.known.size < this.#total || this.#knowing.has(peer)) return;
    this.#knowing.add(peer);
    this.#knownAtMs = monotonicMs();
  }

  #isComplete(peer: BenchPeer, wanted: readonly PeerId[]): boolean {
    return peer.known.size === this.#total && peer.hasLinksTo(wanted);
  }
}

function numbers(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}
