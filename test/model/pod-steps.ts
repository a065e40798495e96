/** Pods, which are why all of this matters: the first address of a unit is given to one, or comes back. */
import { unclaimedUnits } from './custody-steps.ts';
import { formatUnits, pickUnit, unitsOfBlocks } from './layout.ts';
import type { Process } from './process.ts';
import { type World, nameOf } from './world.ts';

/** An ADD: an address of a block that the last record shows, on disk before it is answered. */
export function addPod(world: World, process: Process, choice: number): void {
  if (!process.acts() || process.said === undefined) return;
  const { layout } = world;
  const { machine, state, said } = process;
  const held = unitsOfBlocks(layout, state.hold) & unitsOfBlocks(layout, said.hold);
  const free = held & unclaimedUnits(world, process) & ~(machine.pods | machine.carried);
  if (free === 0) return;
  process.sync();
  machine.pods |= pickUnit(free, choice);
  world.isChanged = true;
  world.count('pods');
  const isOnCarried = world.machines.some(
    (one) => one !== machine && (one.carried & machine.pods) !== 0,
  );
  if (isOnCarried) world.count('pods on carried-over addresses of another');
  if (world.isTraced)
    world.say(`${nameOf(process)} has pods on ${formatUnits(layout, machine.pods)}`);
}

export function removePod(world: World, process: Process, choice: number): void {
  const { machine } = process;
  const used = machine.pods | machine.carried;
  if (used === 0) return;
  const unit = pickUnit(used, choice);
  machine.pods &= ~unit;
  machine.carried &= ~unit;
  for (const [identity, kept] of machine.kept) machine.kept.set(identity, kept & ~unit);
  if (world.isTraced)
    world.say(`${nameOf(process)} has pods on ${formatUnits(world.layout, machine.pods)}`);
}
