/**
 * The invariants, held against the whole world after each step that changed something. An identity
 * that the arbiter has not removed counts as what the process acts on that runs as it, or else as
 * what it was when one last did.
 */
import { AssertionFailure } from '../../peer/assert.ts';
import type { CustodyState } from '../../peer/ipam/custody.ts';
import type { PeerId } from '../../peer/mesh/peer-id.ts';
import { unclaimedUnits } from './custody-steps.ts';
import { Misplaced, countUnits, formatUnits, unitsOf, unitsOfBlocks } from './layout.ts';
import type { Identity, Machine, Version } from './process.ts';
import type { Violation } from './violation.ts';
import type { World } from './world.ts';

/** An identity as one process has it. */
interface Holder {
  readonly identity: Identity;
  readonly state: CustodyState;
}

export class Oracle {
  readonly #world: World;
  readonly #saidOf = new Map<Identity, Version>();
  /** Held by or on its way to somebody who is not removed. */
  #covered = 0;
  #seen = 0;

  constructor(world: World) {
    this.#world = world;
  }

  get covered(): number {
    return this.#covered;
  }

  /** The first invariant that does not hold after this step. */
  check(): Violation | undefined {
    const world = this.#world;
    const violation =
      this.#checkVersions() ?? (world.isChanged ? this.#checkOwnership() : undefined);
    world.isChanged = false;
    world.mayLose = 0;
    world.mayGain = 0;
    return violation;
  }

  #checkOwnership(): Violation | undefined {
    const holders = holdersOf(this.#world);
    let held = 0;
    for (const { identity, state } of holders) {
      const units = unitsOfBlocks(this.#world.layout, state.hold);
      if ((held & units) !== 0)
        return this.#say('I1', held & units, `#${identity.number} and another hold`);
      held |= units;
    }
    let covered = held;
    for (const holder of holders) {
      const units = this.#pendingOf(holder, holders);
      const both = covered & units;
      if (both !== 0)
        return this.#say('I1', both, `#${holder.identity.number} is granting, while others have,`);
      covered |= units;
    }
    return this.#checkCovered(covered) ?? this.#checkPods(holders) ?? this.#checkKept();
  }

  /** What it has on its way to peers that are not removed and have not accepted it. */
  #pendingOf({ identity, state }: Holder, holders: readonly Holder[]): number {
    let units = 0;
    for (const { block, to, n } of state.pending) {
      const taker = holders.find((one) => one.identity.id === to);
      if (taker !== undefined && n > acceptedFrom(taker, identity.id))
        units |= unitsOf(this.#world.layout, block.cidr);
    }
    return units;
  }

  /** Nothing vanishes and nothing appears but by the steps that may do that. */
  #checkCovered(covered: number): Violation | undefined {
    const { mayLose, mayGain } = this.#world;
    const lost = this.#covered & ~covered & ~mayLose;
    const gained = covered & ~this.#covered & ~mayGain;
    this.#covered = covered;
    if (lost !== 0) return this.#say('I2', lost, 'nobody has any more');
    return gained === 0 ? undefined : this.#say('I2', gained, 'out of nowhere somebody has');
  }

  /**
   * Of those whose identity is not removed: who is, may go on until it hears of it. Nor where two
   * machines had one disk: what either gave to its pods before they heard of each other, is not held.
   */
  #checkPods(holders: readonly Holder[]): Violation | undefined {
    let all = 0;
    for (const machine of this.#world.machines) {
      const kept = keptOn(machine);
      if ((all & kept) !== 0)
        return this.#say('I3', all & kept, 'pods from before and others have');
      all |= kept;
      const { pods, disk } = machine;
      if (pods === 0 || disk === undefined) continue;
      if (disk.identity.isRemoved || disk.identity.isCopied) continue;
      if ((all & pods) !== 0) return this.#say('I3', all & pods, 'two pods have');
      all |= pods;
      const others = pods & this.#heldByOthers(holders, disk.identity);
      if (others !== 0)
        return this.#say(
          'I3',
          others,
          `another than #${disk.identity.number}, whose pods run there, holds`,
        );
    }
    return undefined;
  }

  /** Nor may anybody who acts be ready to give such an address out. */
  #checkKept(): Violation | undefined {
    const world = this.#world;
    for (const machine of world.machines) {
      const kept = keptOn(machine);
      if (kept === 0) continue;
      for (const process of world.running) {
        const { identity } = process;
        if (process.machine === machine || identity.isRemoved || !process.acts()) continue;
        const free = kept & unclaimedUnits(world, process) & ~process.machine.carried;
        if (free !== 0)
          return this.#say(
            'I3',
            free,
            `pods have from before what #${identity.number} may give out,`,
          );
      }
    }
    return undefined;
  }

  #heldByOthers(holders: readonly Holder[], self: Identity): number {
    let units = 0;
    for (const { identity, state } of holders)
      if (identity !== self) units |= unitsOfBlocks(this.#world.layout, state.hold);
    return units;
  }

  /** What an identity says never goes back. */
  #checkVersions(): Violation | undefined {
    const { published } = this.#world;
    for (; this.#seen < published.length; this.#seen++) {
      const version = published[this.#seen];
      if (version === undefined) continue;
      const earlier = this.#saidOf.get(version.identity);
      this.#saidOf.set(version.identity, version);
      if (earlier !== undefined && goesBack(earlier, version))
        return { invariant: 'I4', detail: `the record of #${version.identity.number} goes back` };
    }
    return undefined;
  }

  #say(invariant: string, units: number, what: string): Violation {
    const { layout } = this.#world;
    return { invariant, detail: `${what} ${formatUnits(layout, units)} (${countUnits(units)})` };
  }
}

/** What its pods have from before, of identities that were one alone. */
function keptOn({ kept }: Machine): number {
  let units = 0;
  for (const [{ isCopied }, of] of kept) if (!isCopied) units |= of;
  return units;
}

function holdersOf(world: World): readonly Holder[] {
  const holders: Holder[] = [];
  for (const identity of world.identities) {
    if (identity.isRemoved) continue;
    let isActing = false;
    for (const process of world.running) {
      if (process.identity !== identity || !process.isOpen) continue;
      isActing = true;
      holders.push({ identity, state: process.state });
    }
    if (!isActing) holders.push({ identity, state: identity.last });
  }
  return holders;
}

function acceptedFrom({ state }: Holder, giver: PeerId): number {
  return state.counterparties.get(giver)?.accepted ?? 0;
}

/** Counters of those that both versions count. */
function goesBack(earlier: Version, later: Version): boolean {
  if (later.order <= earlier.order) return true;
  return earlier.custody.counterparties.some((before) => {
    const after = later.custody.counterparties.find(({ peer }) => peer === before.peer);
    if (after === undefined) return false;
    return after.granted < before.granted || after.accepted < before.accepted;
  });
}

/** What the code under test, or a block in the wrong place, threw; anything else is our own error. */
export function violationOf(error: unknown): Violation {
  if (error instanceof AssertionFailure) return { invariant: 'throws', detail: error.message };
  if (error instanceof Misplaced) return { invariant: 'I6', detail: error.message };
  throw error;
}
