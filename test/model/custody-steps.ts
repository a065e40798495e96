/**
 * What a process does with what it holds and hears: the steps of custody, each by the functions that
 * are shipped.
 */
import { hear } from '../../peer/ipam/acceptance.ts';
import { cidrsOf } from '../../peer/ipam/blocks.ts';
import { type Address, type Cidr, halves, sizeLog2 } from '../../peer/ipam/cidr.ts';
import { carriedOverOf } from '../../peer/ipam/claims.ts';
import * as custody from '../../peer/ipam/custody.ts';
import type { View } from '../../peer/ipam/custody-state.ts';
import { SMALLEST_BLOCK_LOG2 } from '../../peer/ipam/limits.ts';
import { type Executor, passOn } from '../../peer/ipam/reclaim.ts';
import type { PeerId } from '../../peer/mesh/peer-id.ts';
import { addressesOf, formatUnits, unitsOf, unitsOfBlocks } from './layout.ts';
import { fence } from './life-steps.ts';
import type { Process, Version } from './process.ts';
import { type World, nameOf, pick } from './world.ts';

/** Hears what the records show, in the order that they are given in. */
export function look(world: World, process: Process, versions: Iterable<Version>): void {
  if (!process.acts()) return;
  for (const version of versions) {
    const other = { peer: version.identity.id, custody: version.custody };
    const taker = {
      self: process.id,
      universe: world.layout.universe,
      isShort: () => true,
      isWanted: () => true,
    };
    const { cleared, accepted } = hear(process.state, other, taker);
    world.commit(process, cleared);
    if (accepted.length === 0) continue;
    world.count('accepted');
    if (world.isTraced)
      world.say(
        `${nameOf(process)} accepts from #${version.identity.number} by ${nameOfVersion(version)}`,
      );
    if (!version.identity.isRemoved) world.commit(process, accepted);
    else if (world.commitGain(process, accepted) !== 0) world.count('accepted of a removed peer');
  }
  handOver(world, process);
}

/** As Ipam.passOn, but for what rests. */
function handOver(world: World, process: Process): void {
  if (process.claims.isEmpty()) return;
  const writes = passOn(executorOf(world, process), process.claims.wanted());
  if (!world.commit(process, writes)) return;
  for (const write of writes) {
    if (write.type !== 'add-pending') continue;
    const units = unitsOf(world.layout, write.grant.block.cidr);
    world.count('carried-over blocks handed over');
    if (world.identities.some(({ id, isRemoved }) => id === write.grant.to && isRemoved))
      world.mayLose |= units;
    if (world.isTraced)
      world.say(
        `${nameOf(process)} hands ${formatUnits(world.layout, units)} over to ${numberOf(world, write.grant.to)}`,
      );
  }
}

/** What reclaim.ts has to know of a process. */
export function executorOf({ layout }: World, { id, state, machine, claims }: Process): Executor {
  const used = addressesOf(layout, machine.pods | machine.carried);
  return { self: id, state, used: (family) => used.get(family) ?? [], claims };
}

/** Held, and not left alone for others' pods. */
export function unclaimedUnits({ layout }: World, { state, claims }: Process): number {
  const ranges = claims.without(cidrsOf(state.hold), { isUsed: () => false });
  return ranges.reduce((units, range) => units | unitsOf(layout, range), 0);
}

export interface GrantChoice {
  readonly to: number;
  readonly block: number;
  /** Two bits for each halving: whether to halve once more, and which half. */
  readonly path: number;
}

/** Gives a part without pods to somebody whose record it knows. */
export function grant(world: World, process: Process, choice: GrantChoice): void {
  if (!process.acts()) return;
  const { state, machine } = process;
  const allowed = allowedOf(process);
  // Every other time whoever it has heard of last: joiners, then.
  const grantee = (choice.to & 1) === 1 ? allowed.at(-1) : pick(allowed, choice.to >>> 1);
  const part = partOf(process, choice);
  if (grantee === undefined || part === undefined) return;
  const { identity, custody: of } = grantee;
  const units = unitsOf(world.layout, part);
  if (((machine.pods | machine.carried) & units) !== 0) return;
  if ((units & ~unclaimedUnits(world, process)) !== 0) return;
  if (!custody.canSplitOff(state, part) || !custody.hasRoomFor(state, identity.id)) return;
  const to = { to: identity.id, registeredRev: of.registeredRev };
  world.commit(process, custody.grant(state, part, to));
  world.count('grants');
  // It hasn't heard that this one was removed: what it gives is nobody's until a reclaim.
  if (identity.isRemoved) world.mayLose |= units;
  if (world.isTraced)
    world.say(
      `${nameOf(process)} grants ${formatUnits(world.layout, units)} to #${identity.number}`,
    );
}

function partOf({ state }: Process, { block, path }: GrantChoice): Cidr | undefined {
  let part = pick(state.hold, block)?.cidr;
  for (let rest = path; part !== undefined && (rest & 1) === 1; rest >>= 2) {
    if (sizeLog2(part) === SMALLEST_BLOCK_LOG2) break;
    part = halves(part)[(rest >> 1) & 1];
  }
  return part;
}

function allowedOf({ known, state, identity }: Process): readonly Version[] {
  return [...known.values()].filter(
    (version) =>
      version.identity !== identity &&
      custody.allows(state, version.identity.id, version.custody.registeredRev),
  );
}

export function merge(world: World, process: Process): void {
  const changed = world.commit(process, custody.mergeBuddies(process.state));
  if (changed && world.isTraced) world.say(`${nameOf(process)} joins buddies`);
}

/** Adopts the list, and looks at everything anew. Whoever is not in it any more ends. */
export function adopt(world: World, process: Process, view: View): void {
  if (world.isDeaf(process.machine)) return;
  const { state, known } = process;
  const registeredRevOf = (peer: PeerId) => known.get(peer)?.custody.registeredRev;
  const writes = custody.adoptView(state, view, registeredRevOf);
  const phase = custody.phaseOf(custody.applyWrites(state, writes), process.id);
  if (phase === 'removed') return fence(world, process, 'fenced: removed');
  // What is held against what others know of us has to be what the disk told.
  if (!process.isOpen) return;
  if (!world.commit(process, writes)) return;
  process.claims.adopted(view);
  process.hearClaims(process.known.values());
  const ended = state.pending.length - process.state.pending.length;
  world.count('grants ended by a list', ended);
  if (world.isTraced)
    world.say(`${nameOf(process)} adopts list ${view.rev}, ${ended} grants end by it`);
  look(world, process, process.known.values());
}

export function sync(world: World, process: Process, count: number): void {
  if (!process.sync(count)) return;
  world.isChanged = true;
  if (world.isTraced) world.say(`${nameOf(process)} has written ${count} commits`);
}

/** Publishes what is on disk. Before it is a member, and while it doesn't know who has it else, nothing. */
export function publish(world: World, process: Process): void {
  const { state } = process.disk;
  if (!process.isOpen || custody.phaseOf(state, process.id) !== 'member') return;
  const version = process.nextVersion(carriedOverBy(world, process));
  const { identity } = process;
  world.published.push(version);
  process.known.set(process.id, version);
  if (identity.said === undefined || identity.said.order < version.order) identity.said = version;
  if (!world.isTraced) return;
  const held = formatUnits(world.layout, unitsOfBlocks(world.layout, state.hold));
  const pending = state.pending.map(
    ({ block, to, n }) =>
      `${formatUnits(world.layout, unitsOf(world.layout, block.cidr))}→${numberOf(world, to)} (${n})`,
  );
  world.say(
    `${nameOf(process)} publishes ${nameOfVersion(version)}: holds ${held}, grants ${pending.join(' ')}; list ${state.view.rev}`,
  );
}

/** What pods have that is in no block of what is on disk. */
function carriedOverBy({ layout }: World, { machine, disk }: Process): readonly Address[] {
  const outside = machine.carried & ~unitsOfBlocks(layout, disk.state.hold);
  if (outside === 0) return [];
  const addresses = [...addressesOf(layout, outside)].flatMap(([family, values]) => {
    return values.map((value) => ({ family, value }));
  });
  return carriedOverOf(addresses, layout.universe);
}

function numberOf(world: World, peer: PeerId): string {
  return `#${world.identities.find(({ id }) => id === peer)?.number ?? '?'}`;
}

export function nameOfVersion({ identity, order, epoch }: Version): string {
  return `record #${identity.number}/${epoch}.${order % 2 ** 20}`;
}
