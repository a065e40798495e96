/**
 * Somebody with the cluster key floods peers with identities that it makes up, each with a record as fat
 * as it can be, and more than anybody takes. Honest peers pass on what they took: they must not be
 * blamed for it. Scenario `attackers` has lies of all sorts; this one takes a flood that it has no time for.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { parsePeerId } from '../../peer/mesh/peer-id.ts';
import { REPEATS_RATE } from '../../peer/mesh/limits.ts';
import { Dice } from '../fuzz/dice.ts';
import { EMPTY_CUSTODY } from '../support/records.ts';
import { fatten } from './fat-content.ts';
import { hasWantedLinks, isSettled } from './settled.ts';
import { checkConnectedWithout } from './siege.ts';
import type { SimulatedPeer } from './simulated-peer.ts';
import { World } from './world.ts';

const PEERS = 4;
/** Newer than any list. */
const NEVER_LISTED = 2n ** 40n;
/** Records of 16 KiB, twice as many as a peer bears of one that brings nothing of use. */
const FLOOD_RECORDS = (2 * REPEATS_RATE.burstBytes) / (16 * 1024);
const EVERY_MS = 5;
const RECORDS_EACH = 12;
const SEED = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));

function settledWorld(closings: string[]): World {
  const world = new World({
    seed: SEED,
    network: { latencyMs: () => 0.4, jitterMs: 0.2, bytesPerMs: 1_250_000 },
    observer: {
      closing: ({ n, hostile }, link, reason) => {
        const other = link?.ends.find((end) => end.n !== n);
        const isOfHonest = hostile === undefined && other?.hostile === undefined;
        if (isOfHonest && reason === 'misbehaved') closings.push(`node${n} closed node${other?.n}`);
      },
    },
  });
  for (let n = 0; n < PEERS; n++) world.start(world.add(), [0, 1, 2]);
  assert.ok(world.runUntil(10_000, () => isSettled(world)));
  return world;
}

function bringIn(world: World): SimulatedPeer {
  const attacker = world.addHostile({ id: undefined, isMute: true });
  const { content } = attacker.hostile;
  const custody = { ...EMPTY_CUSTODY, registeredRev: NEVER_LISTED };
  attacker.hostile.content = { ...content, custody };
  world.start(attacker, [0, 1, 2]);
  assert.ok(world.runUntil(world.now + 35_000, () => attacker.links.size === PEERS));
  return attacker;
}

function flood(world: World, attacker: SimulatedPeer, dice: Dice): void {
  const { content } = attacker.hostile ?? {};
  assert.ok(content !== undefined);
  const fat = fatten(dice, content, attacker.id);
  for (let sent = 0; sent < FLOOD_RECORDS; sent += RECORDS_EACH) {
    const records = Array.from({ length: RECORDS_EACH }, () => {
      const peer = parsePeerId(dice.bytes(16).toHex());
      assert.ok(peer !== undefined);
      return world.codec.seal({ peer, epoch: 1, seq: 1, content: fat }).signed;
    });
    for (const link of attacker.links.values())
      world.fabric.send(attacker, link, { type: 'records', records });
    world.runUntil(world.now + EVERY_MS);
  }
}

it('who passes on what it was flooded with is not blamed for it', (t) => {
  t.diagnostic(`SEED=${SEED}`);
  const closings: string[] = [];
  const world = settledWorld(closings);
  flood(world, bringIn(world), new Dice(SEED));
  world.runUntil(world.now + 20_000);
  assert.deepEqual(closings, []);
  assert.ok(hasWantedLinks(world), 'those who want each other have a link');
  // Throws a Violation. With so many identities on the rings not everybody wants everybody any more.
  checkConnectedWithout(world);
});
