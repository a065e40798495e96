/**
 * A random mix of faults: each run draws which kinds there are and how often, so that some runs are
 * all of one kind and some have two that nobody thought of together (Groce and others, "Swarm
 * Testing", 2012).
 */
import type { Dice } from '../fuzz/dice.ts';
import { ATTACKS } from './attacks.ts';
import type { Fault } from './fault.ts';

const KINDS = [
  'crash',
  'lose-disk',
  'break-disk',
  'pause',
  'stop-reading',
  'readdress',
  'allocate',
  'publish',
  'attack',
  'reset',
  'cut',
  'arbiter',
] as const;

const FAULTS_MAX = 30;
const UNTIL_MS = 40_000;
const LONG_MS = 15_000;

export function drawSwarm(dice: Dice, peers: number) {
  const enabled = KINDS.filter(() => dice.chance(0.4));
  const kinds = enabled.length > 0 ? enabled : KINDS;
  const faults = Array.from({ length: 1 + dice.below(FAULTS_MAX) }, () =>
    drawFault(dice, peers, dice.pick(kinds)),
  );
  return {
    startWithinMs: dice.pick([0, 1_000, 10_000]),
    congestedBytes: dice.pick([2_000, 20_000, 1_048_576]),
    linksMax: dice.pick([10, 24]),
    faults,
    agreeWithinMs: 150_000,
    linkWithinMs: 150_000,
  };
}

function drawFault(dice: Dice, peers: number, type: (typeof KINDS)[number]): Fault {
  const at = dice.below(UNTIL_MS);
  const peer = dice.below(peers);
  const forMs = 10 + dice.below(LONG_MS);
  switch (type) {
    case 'crash':
      return { type, at, peer, forMs, isHostGone: dice.chance(0.5) };
    case 'lose-disk':
    case 'break-disk':
    case 'pause':
    case 'stop-reading':
    case 'readdress':
      return { type, at, peer, forMs };
    case 'allocate':
      return { type, at, peer, pods: 1 + dice.below(400) };
    case 'publish':
      return { type, at, peer, times: 1 + dice.below(100), everyMs: 1 + dice.below(50) };
    case 'attack':
      return { type, at, peer, attack: dice.pick(ATTACKS), times: 1 + dice.below(30) };
    case 'reset':
      return { type, at, peer, other: dice.below(peers), times: 1 + dice.below(9), everyMs: 700 };
    case 'cut': {
      const groups = Array.from({ length: peers }, () => dice.below(2 + dice.below(2)));
      return { type, at, groups, isOneWay: dice.chance(0.3), forMs };
    }
    case 'arbiter':
      return { type, at, how: dice.pick(['down', 'stale']), forMs };
  }
}
