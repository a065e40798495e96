/**
 * Everybody's news at once, within a second. Cold: a whole cluster starts, and nobody knows anybody
 * but three peers to join at, which start first. Warm: the same, but everybody remembers everybody's
 * record of the run before. Storm: all run and are linked already, and each publishes its record anew.
 */
import { testContent } from '#test/support/records.ts';
import type { Cpu } from '#test/simulation/cpu.ts';
import type { World } from '#test/simulation/world.ts';
import { Lags } from './lags.ts';
import { createBenchWorld, settle, startWithin } from './world.ts';

export type Kind = 'cold' | 'warm' | 'storm';

export interface Start {
  /** Until all directories are equal, after the last peer was started or has published. Infinite: they never were. */
  readonly agreedMs: number;
  readonly lagP50Ms: number;
  readonly lagP99Ms: number;
  readonly lagLastMs: number;
  /**
   * What the processor alone takes of whoever starts last: everything that was published before is new to
   * it, and its signature is verified. No protocol has a shorter last lag at a start.
   */
  readonly lagFloorMs: number;
  readonly sentBytesPerPeer: number;
  /** Of what each peer has to receive: every record once. */
  readonly floorBytes: number;
  readonly ratio: number;
  readonly copies: number;
  /** That were made on the way. */
  readonly links: number;
  readonly events: number;
}

export interface StartOptions {
  readonly peers: number;
  readonly seed: number;
  readonly cpu: Cpu;
  readonly kind: Kind;
}

const WITHIN_MS = 1_000;
/** A cluster that has not agreed by then never will. */
const GIVE_UP_MS = 30_000;
const SEEDS = [0, 1, 2];
/** Equal for so long: nothing was still on its way. */
const REST_MS = 100;

export function measureStart({ peers, seed, cpu, kind }: StartOptions): Start {
  const lags = new Lags(peers);
  const world = createBenchWorld({ seed, peers, cpu, observer: lags });
  lags.now = () => world.now;
  if (kind === 'storm') settle(world);
  const before = totals(world);
  const lastAt = kind === 'storm' ? planStorm(world, lags) : planStart(world, kind);
  world.runUntil(lastAt);
  world.runUntil(world.now + GIVE_UP_MS, () => lags.agreedAt < world.now - REST_MS);
  const after = totals(world);
  const sentBytesPerPeer = (after.sentBytes - before.sentBytes) / peers;
  return {
    agreedMs: lags.agreedAt - lastAt,
    lagP50Ms: lags.quantileMs(0.5),
    lagP99Ms: lags.quantileMs(0.99),
    lagLastMs: lags.lastMs,
    lagFloorMs: kind === 'storm' ? 0 : peers * cpu.newRecordMs,
    sentBytesPerPeer,
    floorBytes: lags.recordBytes,
    ratio: sentBytesPerPeer / lags.recordBytes,
    copies: (after.receivedRecords - before.receivedRecords) / peers ** 2,
    links: after.links - before.links,
    events: after.events - before.events,
  };
}

/** Has all of them started within the time; answers when the last is. */
function planStart(world: World, kind: Kind): number {
  if (kind === 'warm') {
    const records = world.peers.map((peer) => world.sealNext(peer));
    for (const peer of world.peers) {
      peer.recalled = records;
      peer.disk.epoch++;
    }
  }
  const first = kind === 'cold' ? SEEDS : [];
  return startWithin(world, WITHIN_MS, { bootstrap: SEEDS, first });
}

/** Has all of them publish within the time; answers when the last does. */
function planStorm(world: World, lags: Lags): number {
  lags.reset();
  let lastAt = world.now;
  for (const peer of world.peers) {
    const at = world.now + world.random() * WITHIN_MS;
    lastAt = Math.max(lastAt, at);
    const event = { type: 'publish', content: testContent(peer.n) } as const;
    world.schedule(at, { kind: 'call', call: () => world.deliver(peer, event) });
  }
  return lastAt;
}

function totals(world: World) {
  const sum = { sentBytes: 0, receivedRecords: 0, links: world.fabric.made, events: world.events };
  for (const { traffic } of world.peers) {
    sum.sentBytes += traffic.sentBytes;
    sum.receivedRecords += traffic.receivedRecords;
  }
  return sum;
}
