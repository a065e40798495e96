/**
 * The executor's steps: being elected, lists under way, the census over what it knows. Anybody else
 * may ask the arbiter for its list as well.
 */
import { type Census, findGone, takeCensus } from '../../peer/ipam/census.ts';
import { findBequests, findInheritances } from '../../peer/ipam/heirs.ts';
import { reclaimFor } from '../../peer/ipam/reclaim.ts';
import type { Custody } from '../../peer/ipam/custody-state.ts';
import type { PeerId } from '../../peer/mesh/peer-id.ts';
import { adopt, executorOf } from './custody-steps.ts';
import { countUnits, formatUnits } from './layout.ts';
import { type Process, custodyOf, knownOf } from './process.ts';
import { type World, nameOf } from './world.ts';

/** Lists that one process waits for at a time. */
const LISTINGS_MAX = 3;

/** The executor is who is elected first, for as long as it is a member. */
export function askExecutor(world: World, process: Process): void {
  if (!process.isOpen || process.electedRev !== undefined) return;
  if (world.isDeaf(process.machine)) return;
  const executor = world.registry.executor(process.identity);
  if (executor !== process.identity) return;
  process.electedRev = world.registry.list().rev;
  if (world.identities.some((one) => one !== executor && one.hasBeenExecutor))
    world.count('executors after the first');
  executor.hasBeenExecutor = true;
  if (world.isTraced)
    world.say(`${nameOf(process)} is told that it is the executor, at list ${process.electedRev}`);
}

/** The arbiter reads its list now; the answer comes whenever it comes. */
export function askList(world: World, process: Process): void {
  if (process.listings.length >= LISTINGS_MAX || world.isDeaf(process.machine)) return;
  const registeredRevOf = (peer: PeerId) => process.known.get(peer)?.custody.registeredRev;
  const heard = new Map(process.latecomers.map((peer) => [peer, registeredRevOf(peer)]));
  process.listings.push({ view: world.registry.list(), heard });
  if (world.isTraced)
    world.say(`${nameOf(process)} asks for the list: ${world.registry.list().rev}`);
}

export function hearList(world: World, process: Process, choice: number): void {
  if (world.isDeaf(process.machine)) return;
  const [listing] = process.listings.splice(choice % Math.max(process.listings.length, 1), 1);
  if (listing === undefined) return;
  for (const peer of findGone(listing.view, listing.heard)) process.gone.add(peer);
  if (world.isTraced) world.say(`${nameOf(process)} is told list ${listing.view.rev}`);
  adopt(world, process, listing.view);
}

export function census(world: World, process: Process): void {
  const { state, electedRev } = process;
  if (!process.acts() || state.founder === undefined) return;
  if (electedRev === undefined || state.view.rev < electedRev) return;
  const result = takeCensus({
    self: { peer: process.id, custody: custodyOf(state) },
    view: state.view,
    records: recordsOf(process),
    universe: world.layout.universe,
    founder: state.founder,
    gone: process.gone,
  });
  process.latecomers = result.type === 'relist' ? result.for : [];
  if (result.type === 'waiting') world.count('censuses that waited');
  if (result.type === 'relist') world.count('censuses begun anew');
  if (world.isTraced && result.type !== 'orphans')
    world.say(`${nameOf(process)} takes the census of list ${state.view.rev}: ${result.type}`);
  if (result.type === 'orphans' && result.orphans.length > 0) take(world, process, result);
}

/** What is granted on at once, to who has the name of who held it, comes out of nobody's as well. */
function take(
  world: World,
  process: Process,
  { orphans, term }: Extract<Census, { type: 'orphans' }>,
): void {
  const { layout } = world;
  const { state } = process;
  const known = [...process.known.values()].map(knownOf);
  const { universe } = layout;
  const bequests = findBequests({ orphans, view: state.view, known, universe });
  const inheritances = findInheritances(bequests, state.view, known);
  const { writes } = reclaimFor(executorOf(world, process), { orphans, term, inheritances });
  const gained = world.commitGain(process, writes);
  const granted = writes.filter(({ type }) => type === 'add-pending').length;
  world.count('blocks reclaimed', countUnits(gained));
  world.count('grants to heirs', granted);
  if (world.isTraced)
    world.say(
      `${nameOf(process)} reclaims ${formatUnits(layout, gained)} under list ${state.view.rev}, ${granted} blocks for heirs`,
    );
}

function recordsOf(process: Process): ReadonlyMap<PeerId, Custody> {
  const records = new Map<PeerId, Custody>();
  for (const [peer, { custody }] of process.known)
    if (peer !== process.id) records.set(peer, custody);
  return records;
}
