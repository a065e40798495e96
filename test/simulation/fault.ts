/**
 * What can go wrong in a simulated world, as plain values: each begins at a time, and ends by itself.
 * So a plan of faults can be printed, repeated, and shrunk by leaving some out.
 */
import type { Link } from './link.ts';
import { after } from './happening.ts';
import { type Attack, attack } from './attacks.ts';
import { type Infiltration, infiltrate } from './infiltration.ts';
import type { SimulatedPeer, Wall } from './simulated-peer.ts';
import type { World } from './world.ts';

interface Timed {
  /** Milliseconds of the world. */
  readonly at: number;
}

/** Of one peer, by its number. */
interface OfPeer extends Timed {
  readonly peer: number;
}

export type Fault =
  /** Its process ends, and starts again after so long; with the host gone, nobody is told. */
  | (OfPeer & { readonly type: 'crash'; readonly isHostGone: boolean; readonly forMs: number })
  /** It comes back without its disk, as another identity. */
  | (OfPeer & { readonly type: 'lose-disk'; readonly forMs: number })
  /** The same, whoever it is: what it held comes back by reclaim. */
  | (OfPeer & { readonly type: 'lose-state'; readonly forMs: number })
  /** The operator removes it; it runs on until it hears of that, or is dead and comes back later. */
  | (OfPeer & { readonly type: 'remove'; readonly isDead: boolean; readonly forMs: number })
  /** After so long its disk is set back to what it is now. */
  | (OfPeer & { readonly type: 'set-back'; readonly forMs: number })
  /** The next sync fails; the process ends, and starts again when the disk is well. */
  | (OfPeer & { readonly type: 'break-disk'; readonly forMs: number })
  | (OfPeer & { readonly type: 'pause'; readonly forMs: number })
  /** Nothing leaves the buffers of what others send to it: it does not read. */
  | (OfPeer & { readonly type: 'stop-reading'; readonly forMs: number })
  | (OfPeer & { readonly type: 'readdress'; readonly forMs: number })
  /** Nobody can dial it, for ever. */
  | (OfPeer & { readonly type: 'wall'; readonly wall: Wall })
  /** It starts pods: its holding changes, and its record. */
  | (OfPeer & { readonly type: 'allocate'; readonly pods: number })
  /** It publishes so often. */
  | (OfPeer & { readonly type: 'publish'; readonly times: number; readonly everyMs: number })
  /** A hostile member sends what no peer of ours would. */
  | (OfPeer & { readonly type: 'attack'; readonly attack: Attack; readonly times: number })
  /** Attackers come whose victim it is, and go. */
  | (OfPeer & Infiltration & { readonly type: 'infiltrate' })
  /** It proves itself with this cluster key, and takes these. */
  | (OfPeer & {
      readonly type: 'set-keys';
      readonly primary: number;
      readonly accepted: readonly number[];
    })
  /** The connection between two of them is reset, so many times. */
  | (OfPeer & {
      readonly type: 'reset';
      readonly other: number;
      readonly times: number;
      readonly everyMs: number;
    })
  /** Nothing passes from peers of one group to those of another. `isOneWay`: only from lower groups to higher. */
  | (Timed & {
      readonly type: 'cut';
      readonly groups: readonly number[];
      readonly isOneWay: boolean;
      readonly forMs: number;
    })
  | (Timed & { readonly type: 'arbiter'; readonly how: 'down' | 'stale'; readonly forMs: number })
  /** A backup of the arbiter is made, which is restored so much later; the operator accepts it in the end. */
  | (Timed & { readonly type: 'restore'; readonly lostMs: number; readonly forMs: number });

/** When it is over, as far as the world is concerned. */
export function endOf(fault: Fault): number {
  if ('forMs' in fault) return fault.at + fault.forMs;
  if ('everyMs' in fault) return fault.at + fault.times * fault.everyMs;
  return fault.at;
}

/** Has it happen at its time. */
export function plant(world: World, fault: Fault): void {
  world.schedule(fault.at, { kind: 'call', call: () => begin(world, fault) });
}

function begin(world: World, fault: Fault): void {
  if (!('peer' in fault)) return beginForAll(world, fault);
  const peer = world.peers[fault.peer];
  if (peer === undefined) return;
  switch (fault.type) {
    case 'pause':
      return world.pause(peer, fault.forMs);
    case 'stop-reading':
      return stopReading(world, peer, fault.forMs);
    case 'wall':
      peer.wall = fault.wall;
      return;
    case 'allocate':
      return allocate(world, peer, fault.pods);
    case 'publish':
      return repeat(world, fault, () => republish(world, peer));
    case 'attack':
      return attack(world, peer, fault);
    case 'infiltrate':
      return infiltrate(world, peer, fault);
    case 'set-keys':
      peer.keys = { primary: fault.primary, accepted: fault.accepted };
      return;
    case 'reset':
      return repeat(world, fault, () =>
        linksBetween(peer, fault.other).forEach((link) => world.fabric.break(link)),
      );
    case 'set-back':
      return setBack(world, peer, fault.forMs);
    case 'remove':
      return remove(world, peer, fault);
    default:
      return interrupt(world, peer, fault);
  }
}

function beginForAll(world: World, fault: Exclude<Fault, OfPeer>): void {
  switch (fault.type) {
    case 'cut':
      return cut(world, fault);
    case 'arbiter':
      return failArbiter(world, fault);
    case 'restore':
      return restoreArbiter(world, fault);
  }
}

/** Faults after which the process has to be started again. */
function interrupt(
  world: World,
  peer: SimulatedPeer,
  fault: Extract<
    Fault,
    { type: 'crash' | 'lose-disk' | 'lose-state' | 'break-disk' | 'readdress' }
  >,
): void {
  const wasUp = peer.isUp;
  switch (fault.type) {
    case 'crash':
      world.end(peer, fault);
      break;
    case 'lose-disk':
      // With the founder's disk the universe may be lost, and then nobody gets an address any more.
      if (world.registry.isFounder(peer.id)) world.end(peer, { isHostGone: false });
      else world.replace(peer);
      break;
    case 'lose-state':
      world.replace(peer);
      break;
    case 'break-disk':
      peer.disk.isBroken = true;
      break;
    case 'readdress':
      world.readdress(peer);
      break;
  }
  after(world, fault.forMs, () => {
    peer.disk.isBroken = false;
    // One that was down has somebody else who starts it, unless it came up on a broken disk.
    if (wasUp || fault.type === 'break-disk') world.start(peer);
  });
}

function remove(
  world: World,
  peer: SimulatedPeer,
  { isDead, forMs }: Extract<Fault, { type: 'remove' }>,
): void {
  if (isDead) world.end(peer, { isHostGone: true });
  world.registry.remove(peer.id);
  after(world, forMs, () => world.start(peer));
}

function setBack(world: World, peer: SimulatedPeer, forMs: number): void {
  const { id } = peer;
  const copy = peer.disk.copy();
  after(world, forMs, () => {
    // Another identity has another disk, and one that never ran has no copy.
    if (peer.id === id && copy.epoch > 0) world.setBack(peer, copy);
    world.start(peer);
  });
}

function cut(world: World, { groups, isOneWay, forMs }: Extract<Fault, { type: 'cut' }>): void {
  const groupOf = (peer: SimulatedPeer) => groups[peer.n] ?? 0;
  world.fabric.cut(
    (from, to) => (isOneWay ? groupOf(from) < groupOf(to) : groupOf(from) !== groupOf(to)),
    world.peers,
  );
  after(world, forMs, () => world.fabric.cut(() => false, world.peers));
}

function failArbiter(world: World, { how, forMs }: Extract<Fault, { type: 'arbiter' }>): void {
  const set = (isSo: boolean) => {
    if (how === 'down') world.registry.isDown = isSo;
    else world.registry.isStale = isSo;
  };
  set(true);
  after(world, forMs, () => set(false));
}

function restoreArbiter(
  world: World,
  { lostMs, forMs }: Extract<Fault, { type: 'restore' }>,
): void {
  world.registry.backUp();
  after(world, lostMs, () => world.registry.restore());
  after(world, forMs, () => {
    world.registry.accept();
    // Nodes that never registered again are gone: the operator deletes their Leases.
    const there = new Set(world.peers.map(({ id }) => id));
    for (const id of world.registry.current().members.keys())
      if (!there.has(id)) world.registry.remove(id);
  });
}

function stopReading(world: World, peer: SimulatedPeer, forMs: number): void {
  for (const link of peer.wires) world.fabric.stall(link, link.ends[0] === peer ? 1 : 0, forMs);
}

function allocate(world: World, peer: SimulatedPeer, pods: number): void {
  for (let n = 0; n < pods; n++) {
    // Its number is the pod's name and nobody waits for the answer; donors' answers count upwards.
    const pod = world.nextPod();
    const request = {
      key: { containerId: `pod${pod}`, interfaceName: 'eth0' },
      hostInterface: `weft${pod}`,
      podMac: () => '02:00:00:00:00:01',
      podName: `pod${pod}`,
    };
    world.deliver(peer, { type: 'allocate', request, reply: -pod });
  }
}

/** What an earlier run published is not said again: it is of another instance. */
function republish(world: World, peer: SimulatedPeer): void {
  const own = peer.machine.mesh.directory.peer(peer.id);
  if (own?.epoch === peer.disk.epoch)
    world.deliver(peer, { type: 'publish', content: own.content });
}

function repeat(
  world: World,
  { times, everyMs }: { readonly times: number; readonly everyMs: number },
  act: () => void,
): void {
  for (let n = 0; n < times; n++) after(world, n * everyMs, act);
}

function linksBetween(peer: SimulatedPeer, other: number): readonly Link[] {
  return [...peer.wires].filter(({ ends }) => ends.some(({ n }) => n === other));
}

/** A line for people. */
export function describeFault(fault: Fault): string {
  const { at, type, ...rest } = fault;
  const details = Object.entries(rest).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `${at.toFixed(0).padStart(8)} ms  ${type} ${details.join(' ')}`;
}
