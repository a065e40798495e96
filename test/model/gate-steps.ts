/**
 * How a process finds out that its disk is an older copy, or not the only one, and stops (the fence).
 * What each rule can rest on, and what it can't see, is in docs/MODEL.md, "What is assumed".
 */
import { isBehind } from '../../peer/ipam/rollback.ts';
import { fence } from './life-steps.ts';
import { type Identity, type Process, type Version, custodyOf } from './process.ts';
import { type World, nameOf } from './world.ts';

/**
 * The gate after a start: what `by` knows of us is held against what is on our disk. Stays shut where
 * nothing could be found out yet.
 */
export function openGate(world: World, process: Process, by: Process): void {
  const { identity } = process;
  if (process.isOpen || !canTell(world, identity, by)) return;
  const { said } = identity;
  if (said !== undefined && isOlder(process, said)) {
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

/**
 * Held against what was on the disk when it was started from: a list that was adopted since would hide
 * what was granted to those whom it lacks. A record under an older list than that is older altogether,
 * and under the same one no count was forgotten, so whom the disk does not count it should.
 */
function isOlder({ disk: { state } }: Process, { custody }: Version): boolean {
  if (state.founder === undefined) return true;
  return isBehind(custodyOf(state), custody);
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
  process.hearClaims([version]);
  return true;
}
