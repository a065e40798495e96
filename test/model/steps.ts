/**
 * All that can happen in a run, each thing with how often. A step is a kind and three numbers, which
 * choose among what there is at that moment: so a run is a list of steps, and any part of the list is
 * a run too. A step for which there is nothing to choose from does nothing.
 */
import { adopt, grant, look, merge, publish, sync } from './custody-steps.ts';
import { openGate } from './gate-steps.ts';
import * as life from './life-steps.ts';
import { gossip, replay } from './network-steps.ts';
import { addPod, removePod } from './pod-steps.ts';
import type { Machine, Process } from './process.ts';
import { askExecutor, askList, census, hearList } from './reclaim-steps.ts';
import { type World, pick } from './world.ts';

/** Many runs have none of a fault, some have a lot of it. */
const FAULT = [0, 0.3, 1, 1, 3];
/** Some things are slow in some runs. */
const PACE = [0.1, 0.25, 0.5, 1];
const STEADY = [1];

export interface Step {
  readonly kind: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

interface StepKind {
  readonly name: string;
  readonly weight: number;
  /** In each run it comes more or less often than usual, by a factor drawn from these. */
  readonly factors: readonly number[];
  readonly act: (world: World, step: Step) => void;
}

/** Chosen among those to whom it can happen: a step that does nothing looks at nothing. */
function ofProcess(
  act: (world: World, process: Process, step: Step) => void,
  can?: (process: Process) => boolean,
): StepKind['act'] {
  return (world, step) => {
    const process = pick(can === undefined ? world.running : world.running.filter(can), step.a);
    if (process !== undefined) act(world, process, step);
  };
}

function ofMachine(
  act: (world: World, machine: Machine, step: Step) => void,
  can?: (machine: Machine) => boolean,
): StepKind['act'] {
  return (world, step) => {
    const machine = pick(can === undefined ? world.machines : world.machines.filter(can), step.a);
    if (machine !== undefined) act(world, machine, step);
  };
}

const holds = ({ state }: Process): boolean => state.hold.length > 0;
const isUnsynced = ({ unsynced }: Process): boolean => unsynced.length > 0;
const isShut = ({ isOpen }: Process): boolean => !isOpen;
const isUnfounded = ({ state }: Process): boolean => state.founder === undefined;
const isElected = ({ electedRev }: Process): boolean => electedRev !== undefined;
const isListing = ({ listings }: Process): boolean => listings.length > 0;
const isDown = ({ process }: Machine): boolean => process === undefined;
const hasSnapshot = ({ snapshot }: Machine): boolean => snapshot !== undefined;

const gossiping: StepKind['act'] = (world, { a, b, c }) => {
  const from = pick(world.running, a);
  const to = pick(world.running, b);
  if (from !== undefined && to !== undefined) gossip(world, { from, to, choice: c });
};

/** A machine without a process starts, or takes the next step of joining. */
const begin = ofMachine((world, machine, { b }) => {
  if (machine.disk !== undefined) life.start(world, machine, (b & 1) === 1);
  else if (machine.joining?.view === undefined) life.register(world, machine);
  else life.finishRegistration(world, machine);
}, isDown);

const syncing = ofProcess((world, process, { b, c }) => {
  const { length } = process.unsynced;
  sync(world, process, (c & 3) === 0 ? 1 + (b % length) : length);
}, isUnsynced);

const publishing = ofProcess((world, process, { c }) => {
  if ((c & 1) === 1 && process.unsynced.length > 0) sync(world, process, process.unsynced.length);
  publish(world, process);
});

const opening = ofProcess((world, process, { b }) => {
  const by = pick(world.running, b);
  if (by !== undefined && !world.areApart(process.machine, by.machine))
    openGate(world, process, by);
}, isShut);

/** Any list that the arbiter ever gave, the newest more often. */
const adopting = ofProcess((world, process, { b, c }) => {
  const { views } = world.registry;
  const view = (c & 1) === 1 ? views.at(-1) : pick(views, b);
  if (view !== undefined) adopt(world, process, view);
});

/** Who hears whom, and who hears the arbiter's lists. Every other time all is well again. */
const parting: StepKind['act'] = (world, { a, b, c }) => {
  const isHealed = (c & 1) === 1;
  world.partition = isHealed || (c & 2) === 0 ? 0 : a;
  world.deaf = isHealed ? 0 : b;
  if (!world.isTraced) return;
  world.say(
    `from now on groups are ${bitsOf(world.partition)}, and ${bitsOf(world.deaf)} hear no list`,
  );
};

/** A digit a machine, the first one last. */
function bitsOf(mask: number): string {
  return (mask & 63).toString(2).padStart(6, '0');
}

export const STEPS: readonly StepKind[] = [
  { name: 'gossip', weight: 60, factors: STEADY, act: gossiping },
  {
    name: 'replay',
    weight: 20,
    factors: FAULT,
    act: ofProcess((world, to, { b }) => replay(world, to, b)),
  },
  {
    name: 'look',
    weight: 4,
    factors: STEADY,
    act: ofProcess((world, process) => look(world, process, process.known.values())),
  },
  {
    name: 'grant',
    weight: 20,
    factors: STEADY,
    act: ofProcess(
      (world, process, { a, b, c }) =>
        grant(world, process, { to: b, block: c & 0xff, path: (a ^ c) >>> 8 }),
      holds,
    ),
  },
  {
    name: 'merge',
    weight: 3,
    factors: STEADY,
    act: ofProcess(merge, holds),
  },
  { name: 'sync', weight: 20, factors: STEADY, act: syncing },
  { name: 'publish', weight: 40, factors: STEADY, act: publishing },
  { name: 'adopt', weight: 14, factors: PACE, act: adopting },
  { name: 'begin', weight: 8, factors: PACE, act: begin },
  { name: 'found', weight: 3, factors: STEADY, act: ofProcess(life.askFounder, isUnfounded) },
  { name: 'open', weight: 8, factors: STEADY, act: opening },
  { name: 'ask executor', weight: 6, factors: STEADY, act: ofProcess(askExecutor) },
  { name: 'ask list', weight: 5, factors: STEADY, act: ofProcess(askList) },
  {
    name: 'hear list',
    weight: 5,
    factors: PACE,
    act: ofProcess((world, process, { b }) => hearList(world, process, b), isListing),
  },
  { name: 'census', weight: 16, factors: STEADY, act: ofProcess(census, isElected) },
  {
    name: 'pod',
    weight: 3,
    factors: STEADY,
    act: ofProcess((world, process, { b }) => addPod(world, process, b), holds),
  },
  {
    name: 'pod ends',
    weight: 2,
    factors: STEADY,
    act: ofProcess((world, process, { b }) => removePod(world, process, b)),
  },
  { name: 'crash', weight: 2, factors: FAULT, act: ofMachine(life.crash) },
  { name: 'lose state', weight: 1.5, factors: FAULT, act: ofMachine(life.loseState) },
  { name: 'remove', weight: 2.5, factors: FAULT, act: ofMachine(life.remove) },
  {
    name: 'late registration',
    weight: 1,
    factors: FAULT,
    act: ofMachine((world, machine, { b }) => life.registerLate(world, machine, b)),
  },
  { name: 'partition', weight: 3, factors: FAULT, act: parting },
  { name: 'snapshot', weight: 1, factors: FAULT, act: ofMachine(life.takeSnapshot) },
  { name: 'roll back', weight: 0.5, factors: FAULT, act: ofMachine(life.rollBack, hasSnapshot) },
  { name: 'clone', weight: 0.3, factors: FAULT, act: ofMachine(life.cloneDisk) },
];
