/**
 * Attackers that hold the cluster key: identities that link as any member does, and lie. Some are
 * listed by the arbiter, all others are made up: for as long as they are there they are newcomers.
 */
import { Dice } from '../fuzz/dice.ts';
import { EMPTY_CUSTODY } from '../support/records.ts';
import { after } from './happening.ts';
import { EVERY_MS, type Lie, tell } from './lies.ts';
import { idBeside } from './ring-truth.ts';
import type { SimulatedPeer } from './simulated-peer.ts';
import type { World } from './world.ts';

export interface Infiltration {
  /** Identities of the attacker, each with a process and links. */
  readonly identities: number;
  /** The first of them is in the arbiter's list. */
  readonly hasListed: boolean;
  /**
   * They come after the victim on all rings, and not anywhere. On both sides they would have all of
   * its links, which is not prevented (docs/PROTOCOL.md, section 6).
   */
  readonly isBeside: boolean;
  /** They pass on nothing that is not their own. */
  readonly isMute: boolean;
  readonly lies: readonly Lie[];
  readonly forMs: number;
}

/** Of a newcomer that no list has yet: newer than any list. */
const NEVER_LISTED = 2n ** 40n;
const JOIN_AT = [0, 1, 2];

export function infiltrate(
  world: World,
  victim: SimulatedPeer,
  { identities, forMs, ...how }: Infiltration,
): void {
  const dice = new Dice(Math.floor(world.random() * 2 ** 32));
  const attackers = Array.from({ length: identities }, (_, n) => {
    const isListed = how.hasListed && n === 0;
    // Counted over all that came before: no two have one identity, whose wrongs would be both's.
    return bringIn(world, victim, { ...how, isListed, aside: world.attackers.length + 1 });
  });
  const until = world.now + forMs;
  for (const attacker of attackers) {
    world.start(attacker, JOIN_AT);
    for (const lie of how.lies) goOn(world, attacker, { lie, victim, dice, until });
  }
  after(world, forMs, () => {
    for (const attacker of attackers) {
      world.end(attacker, { isHostGone: dice.chance(0.5) });
      // The operator's part: who is listed and gone for good is waited for until it is removed.
      world.registry.remove(attacker.id);
    }
  });
}

/** Another identity, which does not run yet. */
function bringIn(
  world: World,
  victim: SimulatedPeer,
  how: Pick<Infiltration, 'isBeside' | 'isMute'> & { isListed: boolean; aside: number },
): SimulatedPeer {
  // Between these and the victim is room for those that are only claimed.
  const id = how.isBeside ? idBeside(victim.id, 100 * how.aside) : undefined;
  const attacker = world.addHostile({ id, isMute: how.isMute });
  const { content } = attacker.hostile;
  const { name } = content.profile;
  const listed = how.isListed ? world.registry.register(attacker.id, name) : undefined;
  const registeredRev = listed?.rev ?? NEVER_LISTED;
  attacker.hostile.content = { ...content, custody: { ...EMPTY_CUSTODY, registeredRev } };
  return attacker;
}

function goOn(
  world: World,
  attacker: SimulatedPeer,
  telling: Parameters<typeof tell>[2] & { readonly until: number },
): void {
  after(world, EVERY_MS[telling.lie], () => {
    if (world.now >= telling.until) return;
    tell(world, attacker, telling);
    goOn(world, attacker, telling);
  });
}
