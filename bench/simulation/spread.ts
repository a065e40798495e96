/**
 * How fast one record reaches all peers of a settled mesh that has nothing else to do, and what it
 * costs: against the shortest paths over the same links.
 */
import type { PeerId } from '#peer/mesh/peer-id.ts';
import { testContent } from '#test/support/records.ts';
import { type Cpu, INSTANT } from '#test/simulation/cpu.ts';
import type { Observer } from '#test/simulation/observer.ts';
import type { SimulatedPeer } from '#test/simulation/simulated-peer.ts';
import { wireBytes } from '#test/simulation/wire-size.ts';
import type { World } from '#test/simulation/world.ts';
import { shortestPaths } from './limit.ts';
import { createBenchWorld, settle } from './world.ts';

export interface Spread {
  readonly p50Ms: number;
  readonly lastMs: number;
  /** Of the farthest peer's shortest path. */
  readonly limitMs: number;
  readonly ratio: number;
  /** Of the record, that a peer received on the average. */
  readonly copies: number;
  /** That a peer sent on the average, without heartbeats. */
  readonly bytesPerPeer: number;
}

/** Between two records, so that links are idle again and nothing is under way. */
const REST_MS = 1_000;
/** Long after the last peer has it; announcements of duplicates are over by then. */
const WAIT_MS = 300;

/** Notes when each peer has learned the record, and what was sent for it. */
class Watch implements Partial<Observer> {
  readonly deliveredAt: number[] = [];
  bytes = 0;
  copies = 0;
  #source: PeerId | undefined;

  reset(source: PeerId): void {
    this.#source = source;
    this.deliveredAt.length = 0;
    this.bytes = 0;
    this.copies = 0;
  }

  stepped: Observer['stepped'] = (peer, _event, effects) => {
    for (const effect of effects) {
      if (effect.type !== 'learned') continue;
      const isIt = effect.records.some((record) => record.peer === this.#source);
      if (isIt) this.deliveredAt.push(peer.busyUntil);
    }
  };

  sending: Observer['sending'] = (_peer, _link, frame) => {
    if (frame.type === 'heartbeat') return;
    this.bytes += wireBytes(frame);
    if (frame.type === 'records') this.copies += frame.records.length;
  };
}

export interface SpreadOptions {
  readonly peers: number;
  readonly seed: number;
  /** Each is measured in the same mesh. */
  readonly cpus: readonly Cpu[];
  /** Records of each, one after the other. */
  readonly records: number;
}

/** For each of the processors, the figures of its records. */
export function measureSpread(options: SpreadOptions): readonly (readonly Spread[])[] {
  const { peers, seed, cpus, records } = options;
  const watch = new Watch();
  const world = createBenchWorld({ seed, peers, cpu: INSTANT, observer: watch });
  settle(world);
  return cpus.map((cpu) => {
    world.cpu = cpu;
    return Array.from({ length: records }, () => {
      world.runUntil(world.now + REST_MS);
      return publishOne(world, watch);
    });
  });
}

function publishOne(world: World, watch: Watch): Spread {
  const source = world.peers[Math.floor(world.random() * world.peers.length)];
  if (source === undefined) throw new RangeError('a mesh of nobody');
  const limitMs = Math.max(...shortestPaths(source).values());
  watch.reset(source.id);
  const startMs = world.now;
  world.deliver(source, { type: 'publish', content: testContent(source.n) });
  world.runUntil(startMs + WAIT_MS);
  return evaluate(world.peers, watch, { startMs, limitMs });
}

function evaluate(
  peers: readonly SimulatedPeer[],
  watch: Watch,
  { startMs, limitMs }: { readonly startMs: number; readonly limitMs: number },
): Spread {
  const delays = watch.deliveredAt.map((at) => Math.max(0, at - startMs)).sort((a, b) => a - b);
  if (delays.length !== peers.length)
    throw new Error(`${delays.length} deliveries to ${peers.length} peers within ${WAIT_MS} ms`);
  const lastMs = delays.at(-1) ?? Number.NaN;
  return {
    p50Ms: delays[delays.length >> 1] ?? Number.NaN,
    lastMs,
    limitMs,
    ratio: lastMs / limitMs,
    copies: watch.copies / peers.length,
    bytesPerPeer: watch.bytes / peers.length,
  };
}
