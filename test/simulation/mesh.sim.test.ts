/**
 * What single cases in simulated clusters have to come to. Faults in all their mixes are in
 * scenarios.sim.test.ts. Each run prints its seed; SEED=n repeats one.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { overlaps } from '../../peer/ipam/cidr.ts';
import { isSettled } from './settled.ts';
import type { SimulatedPeer } from './simulated-peer.ts';
import { World } from './world.ts';

const SEEDS_PER_SCENARIO = 2;
/** Seeds that failed once: 1 had a restarted peer whose old `links` record nobody superseded. */
const KEPT_SEEDS = [1];
/** Virtual milliseconds within which a settled state has to be reached. */
const START_MS = 5_000;
const HEAL_MS = 20_000;

function seedsOf(): readonly number[] {
  const given = process.env['SEED'];
  if (given !== undefined) return [Number(given)];
  const first = Math.floor(Math.random() * 2 ** 31);
  return [...KEPT_SEEDS, ...Array.from({ length: SEEDS_PER_SCENARIO }, (_, i) => first + i)];
}

/** Runs the scenario with each seed; a failure names the seed that repeats it. */
function scenario(name: string, run: (world: World) => void): void {
  it(name, (t) => {
    for (const seed of seedsOf()) {
      t.diagnostic(`SEED=${seed}`);
      run(new World({ seed }));
    }
  });
}

function coreOf({ machine }: SimulatedPeer) {
  assert.ok(machine.core !== undefined);
  return machine.core;
}

/** Of a peer that is down only its disk counts. */
function holdingOf(peer: SimulatedPeer) {
  return peer.isUp ? coreOf(peer).ipam.custody().hold : peer.disk.durable.custody.hold;
}

function assertDisjoint({ peers }: World): void {
  const held = peers.flatMap((peer) => holdingOf(peer).map(({ cidr }) => ({ peer, cidr })));
  for (const [at, one] of held.entries()) {
    for (const other of held.slice(at + 1)) {
      if (one.peer === other.peer || !overlaps(one.cidr, other.cidr)) continue;
      assert.fail(`node${one.peer.n} and node${other.peer.n} both hold a block`);
    }
  }
}

function start(world: World, count: number): void {
  for (let n = 0; n < count; n++) {
    const peer = world.add();
    const call = () => world.start(peer, [0, 1, 2]);
    world.schedule(world.random() * 200, { kind: 'call', call });
  }
  assert.ok(
    world.runUntil(START_MS, () => isSettled(world)),
    'the cluster settles after its start',
  );
  assertDisjoint(world);
}

describe('simulated clusters', () => {
  for (const count of [1, 9]) {
    scenario(
      `${count} peers that start at once know each other and hold disjoint blocks`,
      (world) => {
        start(world, count);
        const directory = world.peers[0]?.machine.mesh.directory;
        assert.equal(directory?.peerIds().length, count);
      },
    );
  }

  scenario('while they are cut off, each half knows which peers it has lost', (world) => {
    start(world, 6);
    world.fabric.cut((a, b) => a.n < 3 !== b.n < 3, world.peers);
    world.runUntil(world.now + 15_000);
    const [first] = world.peers;
    const down = first?.machine.mesh.down() ?? new Set();
    assert.deepEqual(
      world.peers.map(({ id }) => down.has(id)),
      [false, false, false, true, true, true],
    );
  });

  scenario(
    'a peer that crashed comes back with its identity, its holding and a newer epoch',
    (world) => {
      start(world, 5);
      const [, , victim] = world.peers;
      assert.ok(victim !== undefined);
      const before = holdingOf(victim);
      world.end(victim, { isHostGone: false });
      world.runUntil(world.now + 6_000);
      world.start(victim, [0, 1]);
      assert.ok(
        world.runUntil(world.now + HEAL_MS, () => isSettled(world)),
        'it is known again',
      );
      assert.deepEqual(holdingOf(victim), before);
      const seen = world.peers[0]?.machine.mesh.directory.peer(victim.id);
      assert.equal(seen?.epoch, 2);
      assertDisjoint(world);
    },
  );

  scenario('a node that lost its disk is a new peer, and the others drop the old one', (world) => {
    start(world, 5);
    const [, , victim] = world.peers;
    assert.ok(victim !== undefined);
    world.end(victim, { isHostGone: false });
    world.runUntil(world.now + 1_000);
    const lost = victim.id;
    world.replace(victim);
    world.start(victim, [0, 1]);
    const hasDropped = (peer: SimulatedPeer): boolean => {
      const ids = coreOf(peer)
        .others()
        .map(({ peer }) => peer);
      return ids.length === 4 && !ids.some((id) => id === lost);
    };
    const until = world.now + HEAL_MS;
    assert.ok(
      world.runUntil(until, () => world.peers.every(hasDropped)),
      'only the new one counts',
    );
    assertDisjoint(world);
  });

  it('one seed gives one run', () => {
    const hashes = [1, 2].map(() => {
      const world = new World({ seed: 4711 });
      start(world, 12);
      return `${world.now} ${world.peers[3]?.machine.mesh.directory.setHash}`;
    });
    assert.equal(hashes[0], hashes[1]);
  });
});
