/**
 * The state of one run: machines, identities, every record version ever published, the arbiter. Steps
 * change it (steps.ts); the oracle reads it (oracle.ts); nothing here decides anything.
 */
import type { CustodyWrite } from '../../peer/ipam/writes.ts';
import { type PeerId, parsePeerId } from '../../peer/mesh/peer-id.ts';
import type { Counted } from './counted.ts';
import { type Layout, unitsOfBlocks } from './layout.ts';
import { EMPTY_STATE, type Identity, type Machine, type Process, type Version } from './process.ts';
import { Registry } from './registry.ts';

export interface WorldOptions {
  readonly layout: Layout;
  readonly slots: number;
  readonly isTraced: boolean;
}

export class World {
  readonly layout: Layout;
  readonly registry = new Registry();
  readonly machines: Machine[] = [];
  readonly identities: Identity[] = [];
  readonly published: Version[] = [];
  readonly counts = new Map<Counted, number>();
  readonly isTraced: boolean;
  readonly lines: string[] = [];
  running: Process[] = [];
  /** A bit a machine: those with the same bit hear each other. */
  partition = 0;
  /** A bit a machine: those that no list reaches but that which comes with their registration. */
  deaf = 0;
  /** What of the oracle's view the step has changed, and may. */
  isChanged = false;
  mayLose = 0;
  mayGain = 0;

  constructor({ layout, slots, isTraced }: WorldOptions) {
    this.layout = layout;
    this.isTraced = isTraced;
    for (let n = 0; n < slots; n++) this.addMachine(`node${n}`);
  }

  addMachine(slot: string | undefined): Machine {
    const machine: Machine = {
      index: this.machines.length,
      slot,
      process: undefined,
      disk: undefined,
      snapshot: undefined,
      joining: undefined,
      cache: new Map(),
      pods: 0,
      carried: 0,
      kept: new Map(),
    };
    this.machines.push(machine);
    return machine;
  }

  newIdentity(): Identity {
    const number = this.identities.length;
    const id = PEER_IDS[number];
    if (id === undefined) throw new RangeError(`more than ${number} identities in one run`);
    const identity: Identity = {
      id,
      number,
      isRemoved: false,
      hasBeenExecutor: false,
      isCopied: false,
      last: EMPTY_STATE,
      said: undefined,
    };
    this.identities.push(identity);
    return identity;
  }

  setProcess(machine: Machine, process: Process | undefined): void {
    machine.process = process;
    this.running = this.machines.flatMap((one) => one.process ?? []);
    this.isChanged = true;
  }

  /** Into the memory of the process. Answers whether anything has changed. */
  commit(process: Process, writes: readonly CustodyWrite[]): boolean {
    if (!process.commit(writes)) return false;
    this.isChanged = true;
    return true;
  }

  /** Into memory, like commit, but what is held or granted by it was nobody's before. */
  commitGain(process: Process, writes: readonly CustodyWrite[]): number {
    const before = this.#unitsOf(process);
    if (!this.commit(process, writes)) return 0;
    const gained = this.#unitsOf(process) & ~before;
    this.mayGain |= gained;
    return gained;
  }

  #unitsOf({ state: { hold, pending } }: Process): number {
    const onTheirWay = pending.map(({ block }) => block);
    return unitsOfBlocks(this.layout, hold) | unitsOfBlocks(this.layout, onTheirWay);
  }

  areApart(a: Machine, b: Machine): boolean {
    return ((this.partition >>> a.index) & 1) !== ((this.partition >>> b.index) & 1);
  }

  isDeaf({ index }: Machine): boolean {
    return ((this.deaf >>> index) & 1) === 1;
  }

  count(what: Counted, by = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + by);
  }

  /** Only when `isTraced`: the text is not made otherwise. */
  say(line: string): void {
    this.lines.push(line);
  }
}

/** Identities of one run: a step makes one at most, and most make none. */
const PEER_IDS: readonly PeerId[] = Array.from({ length: 256 }, (_, n) => peerIdOf(n));

/** Spread out, so that no order of ids is that of their making. */
function peerIdOf(n: number): PeerId {
  const spread = Math.imul(n + 1, 0x9e37_79b1) >>> 0;
  const id = parsePeerId(spread.toString(16).padStart(8, '0') + n.toString(16).padStart(24, '0'));
  if (id === undefined) throw new Error(`${n} gives no peer id`);
  return id;
}

/** One of the list, by a number that may be any; undefined of none. */
export function pick<T>(list: readonly T[], n: number): T | undefined {
  return list.length === 0 ? undefined : list[n % list.length];
}

/** For traces: the node and the number of its identity. */
export function nameOf({ machine, identity }: Process): string {
  return `${machine.slot ?? 'copy'}#${identity.number}`;
}
