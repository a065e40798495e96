/**
 * The end of a run: all faults cease, everybody is started and hears everybody, the arbiter answers.
 * Then all space must come back, and all must know the same.
 */
import { adopt, look, merge, publish } from './custody-steps.ts';
import { openGate } from './gate-steps.ts';
import { askFounder, finishRegistration, register, start } from './life-steps.ts';
import { deliver } from './network-steps.ts';
import type { Oracle } from './oracle.ts';
import type { Machine, Process, Version } from './process.ts';
import { askExecutor, askList, census, hearList } from './reclaim-steps.ts';
import type { Violation } from './violation.ts';
import type { World } from './world.ts';

/** A chain of grants, a census that begins anew a few times: each takes some rounds. */
const ROUNDS_MAX = 40;

export function settle(world: World, oracle: Oracle): Violation | undefined {
  world.partition = 0;
  world.deaf = 0;
  if (world.isTraced) world.say('all faults cease');
  for (let round = 0; round < ROUNDS_MAX; round++) {
    for (const machine of world.machines) bringUp(world, machine);
    for (const process of world.running) live(world, process);
    const violation = oracle.check();
    if (violation !== undefined) return violation;
    if (isSettled(world, oracle)) return undefined;
  }
  return describe(world, oracle);
}

function bringUp(world: World, machine: Machine): void {
  if (machine.process !== undefined) return;
  if (machine.disk !== undefined) return start(world, machine, true);
  register(world, machine);
  finishRegistration(world, machine);
}

/** One round of one process; it may end on the way. */
function live(world: World, process: Process): void {
  const isOver = (): boolean => process.machine.process !== process;
  deliver(world, process, newest(world));
  if (isOver()) return;
  openGate(world, process, world.running.find((one) => one !== process) ?? process);
  if (isOver()) return;
  adopt(world, process, world.registry.list());
  if (isOver()) return;
  askFounder(world, process);
  look(world, process, process.known.values());
  merge(world, process);
  askExecutor(world, process);
  if (process.electedRev !== undefined) reclaimOnce(world, process);
  if (process.machine.process !== process) return;
  process.sync();
  if (process.said !== process.disk.state) publish(world, process);
}

function reclaimOnce(world: World, process: Process): void {
  askList(world, process);
  hearList(world, process, process.listings.length - 1);
  if (process.machine.process === process) census(world, process);
}

function newest(world: World): readonly Version[] {
  return world.identities.flatMap(({ said }) => said ?? []);
}

function isSettled(world: World, oracle: Oracle): boolean {
  return describe(world, oracle) === undefined;
}

function describe(world: World, oracle: Oracle): Violation | undefined {
  const { all } = world.layout;
  const members = world.registry.list().members;
  const running = world.running.filter(({ id, isOpen }) => isOpen && members.has(id));
  if (oracle.covered !== all)
    return { invariant: 'E4', detail: 'some of the universe is nobody’s, with everybody there' };
  if (running.some(({ state }) => state.pending.length > 0))
    return { invariant: 'E4', detail: 'a grant does not arrive, with everybody there' };
  const knows = (process: Process): boolean =>
    world.identities.every(
      ({ id, said }) => said === undefined || process.id === id || process.known.get(id) === said,
    );
  if (running.length !== members.size || !running.every(knows))
    return { invariant: 'E1', detail: 'not all know the same, with everybody there' };
  return undefined;
}
