/**
 * The scenarios: each draws faults of the failure catalogue's mesh items from a seed. What they have
 * in common (a cluster that starts, invariants at every step, the verdict) is in run.ts.
 */
import { ISOLATION_MS } from '../../peer/core/boot-gate.ts';
import { ATTACKS } from './attacks.ts';
import {
  drawChanges,
  drawCrash,
  drawCrowding,
  drawCut,
  drawInfiltrations,
  drawPods,
  drawRestored,
  drawRollingKeys,
  drawRollingRestart,
  drawSetBack,
  someOf,
  ATTACKERS_MAX,
} from './draws.ts';
import { type Fault, endOf } from './fault.ts';
import { type Scenario, STARTED_MS } from './plan.ts';
import { MEND_MS } from './siege.ts';
import { drawSwarm } from './swarm.ts';

const SMALL = { least: 3, most: 9 };
/** From where everybody has a link to everybody to where most are several links from an attacker. */
const HOSTILE = { least: 3, most: 30 };
const MEDIUM = { least: 5, most: 30 };
const MINUTE_MS = 60_000;
/**
 * The catalogue's bound for the overlay of those who are left, up to the share of peers that it names.
 * Where more are gone their neighbours are sought one after the other, at `DIAL_TIMEOUT_MS` each.
 */
const RANKS_CLOSED_MS = 10_000;
const RACK_SHARE_MAX = 0.8;
const FEW_LEFT_CLOSED_MS = 25_000;

/** What was removed has to be reclaimed before everybody has an address again. */
const SLOW = { agreeWithinMs: 180_000, linkWithinMs: 180_000 };

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'cold-start',
    items: [1, 27],
    sizes: { least: 1, most: 40 },
    draw: (dice) => ({ startWithinMs: dice.pick([0, 100, 1_000, 10_000]), faults: [] }),
  },
  {
    name: 'join',
    items: [2],
    sizes: MEDIUM,
    // All start in a row, so that each but the first joins a cluster that has settled.
    draw: (dice, peers) => ({
      startWithinMs: peers * 1_000,
      faults: drawChanges(dice, peers, peers * 1_000),
    }),
  },
  {
    name: 'crash',
    items: [3, 4, 5],
    sizes: MEDIUM,
    // From the first moment on: grants and acceptances are under way.
    draw: (dice, peers) => ({
      faults: Array.from({ length: 1 + dice.below(12) }, () =>
        drawCrash(dice, dice.below(peers), dice.below(20_000)),
      ),
    }),
  },
  {
    name: 'replay',
    items: [6],
    sizes: HOSTILE,
    draw: (dice, peers) => ({
      faults: [
        ...drawChanges(dice, peers, 20_000),
        ...Array.from({ length: 4 }, (): Fault => {
          const peer = dice.below(peers);
          const at = STARTED_MS + dice.below(15_000);
          return { type: 'attack', peer, at, attack: 'replay', times: 1 + dice.below(40) };
        }),
        drawCrash(dice, dice.below(peers), STARTED_MS + dice.below(10_000)),
      ],
    }),
  },
  {
    name: 'partition',
    items: [18],
    sizes: MEDIUM,
    draw: (dice, peers) => {
      const cut = drawCut(dice, peers);
      const changes = drawChanges(dice, peers, endOf(cut));
      return { faults: [cut, ...changes], linkWithinMs: 90_000 };
    },
  },
  {
    name: 'flapping-link',
    items: [19],
    sizes: SMALL,
    draw: (dice, peers) => ({
      faults: Array.from({ length: 1 + dice.below(3) }, (): Fault => {
        const [peer, other] = [dice.below(peers), dice.below(peers)];
        const at = STARTED_MS + dice.below(1_000);
        return { type: 'reset', peer, other, at, times: 1 + dice.below(30), everyMs: 1_000 };
      }),
    }),
  },
  {
    name: 'rack-loss',
    items: [20],
    sizes: { least: 10, most: 40 },
    draw: (dice, peers) => {
      const at = STARTED_MS + dice.below(1_000);
      const forMs = 5_000 + dice.below(30_000);
      const share = dice.pick([0.1, 0.5, 0.8]);
      const faults = someOf(dice, peers, share).map((peer): Fault => ({
        type: 'crash',
        peer,
        at,
        isHostGone: true,
        forMs,
      }));
      const isFewLeft = faults.length > RACK_SHARE_MAX * peers;
      const closedMs = isFewLeft ? FEW_LEFT_CLOSED_MS : RANKS_CLOSED_MS;
      return { faults, ranksClosedAt: at + closedMs };
    },
  },
  {
    name: 'rolling-restart',
    items: [21],
    sizes: MEDIUM,
    draw: (dice, peers) => ({ faults: drawRollingRestart(dice, peers) }),
  },
  {
    name: 'slow-consumer',
    items: [22],
    sizes: MEDIUM,
    draw: (dice, peers) => {
      const peer = dice.below(peers);
      const at = STARTED_MS + dice.below(1_000);
      const slow: Fault = { type: 'stop-reading', peer, at, forMs: 500 + dice.below(MINUTE_MS) };
      const changes = Array.from({ length: 2 + dice.below(5) }, (): Fault => {
        const times = 1 + dice.below(20);
        return {
          type: 'publish',
          peer: dice.below(peers),
          at: at + dice.below(2_000),
          times,
          everyMs: 5,
        };
      });
      return { faults: [slow, ...changes], congestedBytes: 1_000 + dice.below(6_000) };
    },
  },
  {
    name: 'pause',
    items: [23, 24],
    sizes: MEDIUM,
    draw: (dice, peers) => ({
      faults: [
        ...someOf(dice, peers, 0.2).map((peer): Fault => {
          const at = STARTED_MS + dice.below(5_000);
          return { type: 'pause', peer, at, forMs: dice.pick([300, 2_000, 10_000]) };
        }),
        ...drawChanges(dice, peers, 15_000),
      ],
    }),
  },
  {
    name: 'unknown-fields',
    items: [28],
    sizes: SMALL,
    // Bytes are opaque to the simulator: that all have the very ones is part of the verdict.
    draw: (dice, peers) => ({ faults: drawChanges(dice, peers, 20_000) }),
  },
  {
    name: 'poison',
    items: [29],
    sizes: HOSTILE,
    draw: (dice, peers) => ({
      faults: [
        ...Array.from({ length: 1 + dice.below(6) }, (): Fault => {
          const at = STARTED_MS + dice.below(5_000);
          const attack = dice.pick(ATTACKS);
          return { type: 'attack', peer: dice.below(peers), at, attack, times: 1 + dice.below(40) };
        }),
        ...drawChanges(dice, peers, 15_000),
      ],
      // Whoever was closed for it is not taken back at once.
      linkWithinMs: 120_000,
      agreeWithinMs: 120_000,
    }),
  },
  {
    name: 'mad-writer',
    items: [30],
    sizes: HOSTILE,
    draw: (dice, peers) => {
      const at = STARTED_MS + dice.below(1_000);
      const mad = Array.from({ length: 1 + dice.below(ATTACKERS_MAX) }, (): Fault => {
        return { type: 'publish', peer: dice.below(peers), at, times: 2_000, everyMs: 1 };
      });
      return { faults: [...mad, ...drawChanges(dice, peers, 10_000)], agreeWithinMs: 60_000 };
    },
  },
  {
    name: 'vain-announcer',
    items: [30],
    sizes: HOSTILE,
    draw: (dice, peers) => ({ faults: drawCrowding(dice, peers) }),
  },
  {
    name: 'attackers',
    items: [29, 30],
    sizes: { least: 3, most: 24 },
    draw: (dice, peers) => {
      const siegeHeldAt = 25_000;
      const faults = [
        // Whoever is there by then is in the list that all adopt when one is replaced.
        ...drawInfiltrations(dice, peers, siegeHeldAt + MEND_MS + 1_000),
        { type: 'lose-disk', peer: dice.below(peers), at: 3_000, forMs: 500 } as const,
        ...drawChanges(dice, peers, siegeHeldAt),
      ];
      return { faults, siegeHeldAt, agreeWithinMs: 90_000, linkWithinMs: 90_000 };
    },
  },
  {
    name: 'readdress',
    items: [33],
    sizes: MEDIUM,
    draw: (dice, peers) => ({
      faults: someOf(dice, peers, 0.2)
        .filter((peer) => peer > 2)
        .map((peer): Fault => {
          const at = STARTED_MS + dice.below(5_000);
          return { type: 'readdress', peer, at, forMs: 100 + dice.below(8_000) };
        }),
      linkWithinMs: 90_000,
    }),
  },
  {
    name: 'behind-nat',
    items: [33],
    sizes: MEDIUM,
    // Those to join at must be reachable.
    draw: (dice, peers) => ({
      faults: someOf(dice, peers, 0.2)
        .filter((peer) => peer > 2)
        .map((peer): Fault => ({
          type: 'wall',
          peer,
          at: 0,
          wall: dice.pick(['resets', 'swallows']),
        })),
    }),
  },
  {
    name: 'key-rotation',
    items: [36],
    sizes: MEDIUM,
    draw: (dice, peers) => ({
      faults: [
        ...drawRollingKeys(dice, peers),
        ...Array.from({ length: 3 }, () =>
          drawCrash(dice, dice.below(peers), STARTED_MS + dice.below(10_000)),
        ),
      ],
    }),
  },
  {
    name: 'failing-disk',
    items: [37],
    sizes: SMALL,
    draw: (dice, peers) => ({
      // A founder whose first commit failed knows of no member to agree with: it waits for the boot gate.
      agreeWithinMs: ISOLATION_MS + 30_000,
      faults: someOf(dice, peers, 0.3).flatMap((peer): Fault[] => {
        const at = dice.below(10_000);
        const forMs = 1_000 + dice.below(4_000);
        return [
          { type: 'break-disk', peer, at, forMs },
          { type: 'allocate', peer, at: at + 10, pods: 1 + dice.below(5) },
        ];
      }),
    }),
  },
  {
    name: 'arbiter-down',
    items: [25, 26],
    sizes: SMALL,
    draw: (dice, peers) => ({
      startWithinMs: 8_000,
      faults: [
        { type: 'arbiter', how: 'down', at: dice.below(4_000), forMs: 1_000 + dice.below(8_000) },
        { type: 'arbiter', how: 'stale', at: dice.below(9_000), forMs: 1_000 + dice.below(8_000) },
        { type: 'lose-disk', peer: dice.below(peers), at: 10_000, forMs: dice.below(5_000) },
      ],
    }),
  },
  {
    name: 'removal',
    items: [7, 11, 12, 13, 15],
    sizes: { least: 3, most: 12 },
    // Dead ones, and others that run on and grant, some of them behind a partition.
    draw: (dice, peers) => ({
      othersWritePerSecond: dice.pick([0, 5, 20, 100]),
      faults: [
        ...drawPods(dice, peers, 40_000),
        ...Array.from({ length: 1 + dice.below(3) }, (): Fault => {
          const at = 500 + dice.below(30_000);
          const forMs = 1_000 + dice.below(40_000);
          return { type: 'remove', peer: dice.below(peers), at, isDead: dice.chance(0.5), forMs };
        }),
        ...(dice.chance(0.5) ? [drawCut(dice, peers)] : []),
        ...(dice.chance(0.5) ? [drawCrash(dice, dice.below(peers), dice.below(30_000))] : []),
      ],
      ...SLOW,
    }),
  },
  {
    name: 'lost-state',
    items: [7, 8],
    sizes: SMALL,
    draw: (dice, peers) => ({
      faults: [
        ...drawPods(dice, peers, 20_000),
        ...Array.from({ length: 1 + dice.below(3) }, (): Fault => {
          const at = 500 + dice.below(20_000);
          return { type: 'lose-state', peer: dice.below(peers), at, forMs: dice.below(10_000) };
        }),
      ],
      ...SLOW,
    }),
  },
  {
    name: 'set-back',
    items: [9],
    sizes: SMALL,
    draw: (dice, peers) => ({
      faults: [
        ...drawPods(dice, peers, 20_000),
        ...Array.from({ length: 1 + dice.below(3) }, () => drawSetBack(dice, peers)).flat(),
      ],
      ...SLOW,
    }),
  },
  {
    name: 'restored-arbiter',
    items: [],
    sizes: SMALL,
    draw: drawRestored,
  },
  { name: 'swarm', items: [], sizes: { least: 3, most: 24 }, draw: drawSwarm },
];

export function scenarioNamed(name: string): Scenario | undefined {
  return SCENARIOS.find((scenario) => scenario.name === name);
}
