/** Worlds for the benches: many peers that run the daemon's own mesh, in three availability zones. */
import { UNWANTED_LINK_MS } from '#peer/mesh/limits.ts';
import type { Cpu } from '#test/simulation/cpu.ts';
import type { Observer } from '#test/simulation/observer.ts';
import { createLinksCheck } from '#test/simulation/settled.ts';
import { World } from '#test/simulation/world.ts';
import { THREE_ZONES } from './models.ts';

export interface BenchWorldOptions {
  readonly seed: number;
  readonly peers: number;
  readonly cpu: Cpu;
  readonly observer: Partial<Observer>;
}

/** Within which a settled mesh has its links again. */
const LINKS_UP_MS = 20_000;
/** Until links of the first moments are closed that nobody wants, and told so. */
const REST_MS = 5_000;

export function createBenchWorld({ seed, peers, cpu, observer }: BenchWorldOptions): World {
  const world = new World({ seed, network: THREE_ZONES, cpu, runs: 'mesh', observer });
  for (let n = 0; n < peers; n++) world.add();
  return world;
}

/** Each peer starts at some time within so long, those of `first` at once; answers when the last does. */
export function startWithin(
  world: World,
  withinMs: number,
  { bootstrap, first = [] }: { bootstrap: readonly number[]; first?: readonly number[] },
): number {
  let lastAt = world.now;
  for (const peer of world.peers) {
    const at = world.now + (first.includes(peer.n) ? 0 : world.random() * withinMs);
    lastAt = Math.max(lastAt, at);
    world.schedule(at, { kind: 'call', call: () => world.start(peer, bootstrap) });
  }
  return lastAt;
}

/**
 * A mesh that has been up for long: everybody remembers the very records that all will publish, so
 * that only links have to be made. Runs until these are the wanted ones and no others.
 */
export function settle(world: World): void {
  const records = world.peers.map((peer) => world.sealNext(peer));
  for (const peer of world.peers) peer.recalled = records;
  // All at once: nobody is dialled in vain, so nobody has to tell of it.
  startWithin(world, 0, { bootstrap: [] });
  const isUp = world.runUntil(LINKS_UP_MS, createLinksCheck(world));
  if (!isUp) throw new Error(`the links were not up after ${LINKS_UP_MS} ms`);
  world.runUntil(world.now + UNWANTED_LINK_MS + REST_MS);
}
