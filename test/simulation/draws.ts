/** Faults drawn from a seed, that more than one scenario has, or that take more than a line. */
import type { Dice } from '../fuzz/dice.ts';
import type { Fault } from './fault.ts';
import { LIES } from './lies.ts';
import { STARTED_MS } from './plan.ts';

const MINUTE_MS = 60_000;
/** Peers that are mad in the same way at the same time. */
export const ATTACKERS_MAX = 3;
/** From a start until the first link is up, and what came by it is on disk. */
const FIRST_MOMENTS_MS = 30;

/** Until a peer that watches has asked for a list with who has just registered, and others have adopted it. */
const HEARD_OF_MS = 25_000;

/** Some of the peers, each once, in the order of their numbers. */
export function someOf(dice: Dice, peers: number, share: number): readonly number[] {
  const chosen = Array.from({ length: peers }, (_, n) => n).filter(() => dice.chance(share));
  return chosen.length > 0 ? chosen : [dice.below(peers)];
}

/** Changes of records here and there, so that there is something to lose. */
export function drawChanges(dice: Dice, peers: number, untilMs: number): readonly Fault[] {
  return Array.from({ length: 1 + dice.below(6) }, () => ({
    type: 'publish',
    peer: dice.below(peers),
    at: dice.below(untilMs),
    times: 1 + dice.below(10),
    everyMs: 1 + dice.below(30),
  }));
}

export function drawCut(dice: Dice, peers: number): Fault {
  const kind = dice.pick(['half', 'tenth', 'three', 'one-way'] as const);
  const share = kind === 'tenth' ? 0.1 : 0.5;
  const group = () => (kind === 'three' ? dice.below(3) : Number(dice.chance(share)));
  return {
    type: 'cut',
    at: STARTED_MS + dice.below(2_000),
    groups: Array.from({ length: peers }, group),
    isOneWay: kind === 'one-way',
    forMs: 1_000 + dice.below(MINUTE_MS),
  };
}

/** Pods here and there, by the hundred: blocks are granted all the time. */
export function drawPods(dice: Dice, peers: number, untilMs: number): readonly Fault[] {
  return Array.from({ length: 2 + dice.below(10) }, (): Fault => {
    const [peer, at] = [dice.below(peers), dice.below(untilMs)];
    return { type: 'allocate', peer, at, pods: 1 + dice.below(600) };
  });
}

export function drawCrash(dice: Dice, peer: number, fromMs: number): Fault {
  return {
    type: 'crash',
    peer,
    at: fromMs,
    isHostGone: dice.chance(0.3),
    forMs: 50 + dice.below(12_000),
  };
}

export function drawRollingKeys(dice: Dice, peers: number): readonly Fault[] {
  const steps = [
    { primary: 1, accepted: [1, 2] },
    { primary: 2, accepted: [1, 2] },
    { primary: 2, accepted: [2] },
  ];
  const stepMs = 4_000;
  return steps.flatMap((keys, step) =>
    Array.from({ length: peers }, (_, peer): Fault => {
      const at = STARTED_MS + step * stepMs + dice.below(stepMs - 100);
      return { type: 'set-keys', peer, at, ...keys };
    }),
  );
}

export function drawRollingRestart(dice: Dice, peers: number): readonly Fault[] {
  const atATime = 1 + dice.below(Math.max(1, Math.floor(peers / 3)));
  const stepMs = 2_000 + dice.below(4_000);
  return Array.from({ length: peers }, (_, peer): Fault => {
    const at = STARTED_MS + Math.floor(peer / atATime) * stepMs;
    return { type: 'crash', peer, at, isHostGone: false, forMs: 100 + dice.below(1_500) };
  });
}

/** A disk that is set back to what it was before most of the peer's pods were started. */
export function drawSetBack(dice: Dice, peers: number): readonly Fault[] {
  // A copy that was made early lacks the first block, or all of it.
  const at = dice.chance(0.5) ? dice.below(1_000) : STARTED_MS + dice.below(10_000);
  const peer = dice.below(peers);
  const forMs = dice.below(20_000);
  const pods: Fault = { type: 'allocate', peer, at: at + dice.below(1 + forMs), pods: 600 };
  return [pods, { type: 'set-back', peer, at, forMs }, ...drawFirstMoments(dice, peer, at + forMs)];
}

/**
 * Most of those that come back with an older disk are killed in their first moments, or can't write
 * what they write first: that they must not go on.
 */
function drawFirstMoments(dice: Dice, peer: number, backAt: number): readonly Fault[] {
  const forMs = 50 + dice.below(2_000);
  const killAt = backAt + 1 + dice.below(FIRST_MOMENTS_MS);
  switch (dice.pick(['sound', 'kill', 'fail', 'fail'] as const)) {
    case 'sound':
      return [];
    case 'kill':
      return [{ type: 'crash', peer, at: killAt, isHostGone: dice.chance(0.3), forMs }];
    case 'fail':
      return [{ type: 'break-disk', peer, at: backAt, forMs }];
  }
}

/** One comes back with nothing, and from that moment on another crowds everybody out. */
export function drawCrowding(dice: Dice, peers: number): readonly Fault[] {
  const peer = dice.below(peers);
  const mad = Array.from({ length: 1 + dice.below(ATTACKERS_MAX) }, () => dice.below(peers));
  const forMs = 500 + dice.below(2_000);
  const crowding = Array.from({ length: 12 }, (_, n): Fault => {
    const at = STARTED_MS + forMs + n * 40 + dice.below(40);
    return { type: 'attack', peer: dice.pick(mad), at, attack: 'crowd', times: 1 + dice.below(12) };
  });
  return [{ type: 'lose-disk', peer, at: STARTED_MS, forMs }, ...crowding];
}

/** Made-up identities of one attacker, each with a process. */
const IDENTITIES_MAX = 6;
const LIES_MAX = 3;

/** Attackers that come early, or late, and are there until then. */
export function drawInfiltrations(dice: Dice, peers: number, untilMs: number): readonly Fault[] {
  return Array.from({ length: 1 + dice.below(ATTACKERS_MAX - 1) }, (): Fault => {
    const isMute = dice.chance(0.4);
    // Of those who pass on nothing there are so few that nobody has them alone for neighbours.
    const most = isMute ? 1 + Math.floor(peers / 12) : IDENTITIES_MAX;
    const at = dice.chance(0.6) ? 500 + dice.below(2_000) : STARTED_MS + dice.below(15_000);
    return {
      type: 'infiltrate',
      peer: dice.below(peers),
      at,
      forMs: untilMs - at,
      identities: 1 + dice.below(most),
      hasListed: dice.chance(0.5),
      isBeside: dice.chance(0.4),
      isMute,
      lies: [...new Set(Array.from({ length: 1 + dice.below(LIES_MAX) }, () => dice.pick(LIES)))],
    };
  });
}

/**
 * The arbiter goes back to a backup of before some came back as others; then some are restarted, and some
 * lose their state, so that there is something to reclaim. Of who registers last before that nobody else
 * may have been told: what marks don't tell (docs/OWNERSHIP.md).
 */
export function drawRestored(dice: Dice, peers: number) {
  const at = STARTED_MS + dice.below(10_000);
  const comeMs = 1 + dice.below(10_000);
  const lostMs = comeMs + HEARD_OF_MS + dice.below(20_000);
  const restoredAt = at + lostMs;
  const forMs = lostMs + 20_000 + dice.below(60_000);
  const times = (most: number) => Array.from({ length: dice.below(1 + most) });
  const loseState = (from: number, withinMs: number): Fault => {
    // Who is told to join at it finds the first one, who is in the backup, whoever is another by then.
    const peer = Math.min(1 + dice.below(peers), peers - 1);
    return { type: 'lose-state', peer, at: from + dice.below(withinMs), forMs: dice.below(3_000) };
  };
  const faults: readonly Fault[] = [
    { type: 'restore', at, lostMs, forMs },
    ...times(3).map(() => loseState(at, comeMs)),
    ...times(2).map(() => loseState(restoredAt, 15_000)),
    ...times(peers).map(() =>
      drawCrash(dice, dice.below(peers), restoredAt - 2_000 + dice.below(8_000)),
    ),
    ...drawPods(dice, peers, restoredAt + 20_000),
  ];
  return {
    faults,
    othersWritePerSecond: 5,
    agreeWithinMs: 180_000,
    linkWithinMs: 180_000,
  };
}
