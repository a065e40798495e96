/**
 * How identities and processes begin and end: joining, crashes, lost, copied and rolled-back disks.
 * Who runs with a disk that it must not use finds out in gate-steps.ts.
 */
import { applyWrites, found, register as registering } from '../../peer/ipam/custody.ts';
import type { Counted } from './counted.ts';
import { EMPTY_STATE, type Disk, type Machine, Process } from './process.ts';
import { type World, nameOf, pick } from './world.ts';

/** Asks the arbiter for a place under the node's name: whoever had that is removed. */
export function register(world: World, machine: Machine): void {
  const { slot } = machine;
  if (slot === undefined || machine.disk !== undefined || machine.joining?.view !== undefined)
    return;
  const replaced = world.registry.memberAt(slot);
  const identity = machine.joining?.identity ?? world.newIdentity();
  machine.joining = { identity, view: world.registry.register(slot, identity) };
  world.mayLose = world.layout.all;
  world.isChanged = true;
  world.count('registered');
  if (world.isTraced)
    world.say(
      `${slot}#${identity.number} is registered as list ${machine.joining.view?.rev}` +
        (replaced === undefined ? '' : `, in place of #${replaced.number}`),
    );
}

/** A question of long ago arrives: an identity that was replaced or removed does not come back by it. */
export function registerLate(world: World, machine: Machine, choice: number): void {
  const identity = pick(world.identities, choice);
  if (identity?.isRemoved !== true || machine.slot === undefined) return;
  const view = world.registry.register(machine.slot, identity);
  if (view === undefined) return;
  world.isChanged = true;
  if (world.isTraced) world.say(`#${identity.number} is registered again as list ${view.rev}`);
}

/** The arbiter's answer arrives. It is written down before anything else is done. */
export function finishRegistration(world: World, machine: Machine): void {
  const { joining } = machine;
  if (joining?.view === undefined) return;
  const { identity, view } = joining;
  const state = applyWrites(EMPTY_STATE, registering(view));
  const { universe } = world.layout;
  machine.joining = undefined;
  machine.disk = { identity, firstState: state, state, epoch: 1 };
  identity.last = state;
  const process = new Process(machine, machine.disk, { isOpen: true, universe });
  world.setProcess(machine, process);
  if (world.isTraced) world.say(`${nameOf(process)} begins with list ${view.rev}`);
}

/** Who founded the cluster: whoever asks first, who then has the universe. */
export function askFounder(world: World, process: Process): void {
  if (!process.isOpen || process.state.founder !== undefined) return;
  const founder = world.registry.found(process.id);
  const universe = founder === process.id ? world.layout.universe : [];
  world.commitGain(process, found(founder, universe));
  if (world.isTraced)
    world.say(`${nameOf(process)} is told ${founder === process.id ? 'to found' : 'who founded'}`);
}

/** The process ends at once; of what it did, what is on disk is left. */
export function crash(world: World, machine: Machine): void {
  const { process } = machine;
  if (machine.joining !== undefined) machine.joining = undefined;
  if (process === undefined) return;
  forgetUnsynced(world, process);
  world.setProcess(machine, undefined);
  world.count('crashes');
  if (world.isTraced)
    world.say(`${nameOf(process)} crashes, ${process.unsynced.length} commits unwritten`);
}

/** What it took from, or gave to, somebody who is removed by now, goes back to nobody or to it. */
function forgetUnsynced(world: World, process: Process): void {
  if (!process.isOpen) return;
  process.identity.last = process.disk.state;
  if (process.unsynced.length === 0) return;
  world.mayLose = world.layout.all;
  world.mayGain = world.layout.all;
}

/** From its disk, with or without the records that it kept beside it. */
export function start(world: World, machine: Machine, keepsCache: boolean): void {
  const { disk } = machine;
  if (disk === undefined || machine.process !== undefined) return;
  disk.epoch++;
  if (!keepsCache) machine.cache = new Map();
  const { universe } = world.layout;
  const process = new Process(machine, disk, { isOpen: false, universe });
  world.setProcess(machine, process);
  if (world.isTraced)
    world.say(`${nameOf(process)} starts with what is on its disk, epoch ${disk.epoch}`);
}

/** The disk is gone. The pods may go on running. */
export function loseState(world: World, machine: Machine): void {
  if (machine.disk === undefined) return;
  crash(world, machine);
  world.count('states lost');
  if (world.isTraced)
    world.say(`${machine.slot ?? 'copy'}#${machine.disk.identity.number} loses its disk`);
  forgetDisk(machine);
}

/** It is known here that this identity must not be used any more. */
export function fence(world: World, process: Process, why: Counted): void {
  const { machine } = process;
  world.count(why);
  forgetUnsynced(world, process);
  if (world.isTraced) world.say(`${nameOf(process)} ends, ${why}`);
  world.setProcess(machine, undefined);
  forgetDisk(machine);
}

function forgetDisk(machine: Machine): void {
  carryOver(machine);
  machine.disk = undefined;
}

/** The pods go on with what they have. */
function carryOver(machine: Machine): void {
  const { disk, kept, pods, slot } = machine;
  machine.carried |= pods;
  machine.pods = 0;
  if (disk === undefined || slot === undefined || disk.identity.isRemoved) return;
  kept.set(disk.identity, (kept.get(disk.identity) ?? 0) | pods);
}

/** At the arbiter only: the process, if there is one, has to hear of it. */
export function remove(world: World, machine: Machine): void {
  const { slot } = machine;
  const identity = slot === undefined ? undefined : world.registry.memberAt(slot);
  if (slot === undefined || identity === undefined) return;
  world.registry.remove(slot, identity);
  machine.kept.clear();
  world.mayLose = world.layout.all;
  world.isChanged = true;
  world.count('removed');
  if (world.isTraced)
    world.say(`#${identity.number} is removed by list ${world.registry.list().rev}`);
}

export function copyDisk({ identity, firstState, state, epoch }: Disk): Disk {
  return { identity, firstState, state, epoch };
}

export function takeSnapshot(world: World, machine: Machine): void {
  if (machine.disk === undefined) return;
  machine.snapshot = copyDisk(machine.disk);
  if (world.isTraced)
    world.say(
      `${machine.slot ?? 'copy'}#${machine.disk.identity.number}: a copy of the disk is taken`,
    );
}

/** The machine is set back to the copy. */
export function rollBack(world: World, machine: Machine): void {
  const { snapshot } = machine;
  if (snapshot === undefined) return;
  crash(world, machine);
  if (snapshot.identity !== machine.disk?.identity) carryOver(machine);
  machine.disk = copyDisk(snapshot);
  if (world.isTraced)
    world.say(
      `${machine.slot ?? 'copy'}#${snapshot.identity.number}: the copy of the disk is brought back`,
    );
}

/** Another machine has a copy of the disk as it is now. One in a run is enough. */
export function cloneDisk(world: World, machine: Machine): void {
  if (machine.disk === undefined || world.machines.some(({ slot }) => slot === undefined)) return;
  const other = world.addMachine(undefined);
  other.disk = copyDisk(machine.disk);
  // Who goes on as that identity may be the copy, which doesn't know these pods.
  machine.kept.clear();
  if (world.isTraced)
    world.say(
      `${machine.slot}#${machine.disk.identity.number}: another machine has a copy of the disk`,
    );
}
