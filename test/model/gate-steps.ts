/**
 * How a process finds out that its disk is an older copy, or not the only one, and stops (the fence).
 * What each rule can rest on, and what it can't see, is in docs/MODEL.md, "What is assumed".
 */
import type { CustodyState } from '../../peer/ipam/custody.ts';
import type { Counterparty, Custody } from '../../peer/ipam/custody-state.ts';
import { unitsOfBlocks } from './layout.ts';
import { fence } from './life-steps.ts';
import type { Identity, Process, Version } from './process.ts';
import { type World, nameOf } from './world.ts';

/**
 * The gate after a start: what `by` knows of us is held against what is on our disk. Stays shut where
 * nothing could be found out yet.
 */
export function openGate(world: World, process: Process, by: Process): void {
  const { identity } = process;
  if (process.isOpen || !canTell(world, identity, by)) return;
  const { said } = identity;
  if (said !== undefined && isOlder(world, process.disk.state, said.custody)) {
    if (by.known.get(identity.id) === said) fence(world, process, 'fenced: older disk');
    return;
  }
  if (said !== undefined && said.epoch >= process.disk.epoch)
    return fence(world, process, 'fenced: another copy');
  if (!isOnlyCopy(world, process)) return fence(world, process, 'fenced: another copy');
  if (process.machine.slot === undefined) identity.isCopied = true;
  process.isOpen = true;
  world.isChanged = true;
  // What was not published never was: it goes back to where it came from.
  world.mayLose = world.layout.all;
  world.mayGain = world.layout.all;
  if (world.isTraced) world.say(`${nameOf(process)} goes on as who it was`);
}

/** Whether it has the newest that we said, if anybody has who runs. */
function canTell(world: World, identity: Identity, by: Process): boolean {
  const { said } = identity;
  const hasSaid = (one: Process): boolean => one.known.get(identity.id) === said;
  if (said === undefined || hasSaid(by)) return true;
  return !world.running.some((one) => one.identity !== identity && hasSaid(one));
}

/** Of two that run as one identity, both hear of it, and who started first stops; of equals, both. */
function isOnlyCopy(world: World, { identity, disk: { epoch } }: Process): boolean {
  const copy = world.running.find((one) => one.identity === identity && one.isOpen);
  if (copy === undefined) return true;
  if (copy.disk.epoch <= epoch) fence(world, copy, 'fenced: another copy');
  return copy.disk.epoch < epoch;
}

/**
 * Whether what we once published goes beyond what our disk tells: then the disk is older. Each step
 * makes the list newer or a count larger, but for two that only add to the holding: genesis, reclaim.
 */
function isOlder({ layout }: World, state: CustodyState, said: Custody): boolean {
  if (said.viewRev !== state.view.rev) return said.viewRev > state.view.rev;
  const steps = countSteps(said.counterparties) - countSteps(state.counterparties.values());
  if (steps !== 0) return steps > 0;
  return (unitsOfBlocks(layout, said.hold) & ~unitsOfBlocks(layout, state.hold)) !== 0;
}

function countSteps(counterparties: Iterable<Counterparty>): number {
  let steps = 0;
  for (const { granted, cleared, accepted } of counterparties)
    steps += granted + cleared + accepted;
  return steps;
}

/** The record arrives. Answers whether it is news. */
export function receive(world: World, process: Process, version: Version): boolean {
  const { identity } = version;
  if (identity === process.identity) {
    if (version.writer !== process && version.epoch >= process.disk.epoch)
      fence(world, process, 'fenced: another copy');
    return false;
  }
  const known = process.known.get(identity.id);
  if (known !== undefined && known.order >= version.order) return false;
  process.known.set(identity.id, version);
  return true;
}
