/**
 * What must hold among honest peers while attackers who hold the cluster key are there: they know of
 * each other what there is to know, are one mesh without the attackers, and nobody is talked down.
 */
import type { PeerId } from '../../peer/mesh/peer-id.ts';
import type { DirectoryRecord } from '../../peer/mesh/record.ts';
import type { Oracle } from './oracle.ts';
import { nextOnRings, ringNeighbours } from './ring-truth.ts';
import { createLinksCheck, hasPublished } from './settled.ts';
import type { SimulatedPeer } from './simulated-peer.ts';
import { hold } from './violation.ts';
import type { World } from './world.ts';

/** How often it is looked who counts as down. */
const LOOK_MS = 250;
/** What was published last is on its way, and a link that was broken is dialled again. */
export const MEND_MS = 15_000;

export interface SiegeOptions {
  readonly world: World;
  readonly oracle: Oracle;
  /** The time from which all of it must come true, with the attackers at work as before. */
  readonly heldAt: number;
}

/** Runs on until then. Throws a Violation. */
export function awaitSiege({ world, oracle, heldAt }: SiegeOptions): void {
  while (world.now < heldAt) {
    world.runUntil(Math.min(heldAt, world.now + LOOK_MS));
    checkNobodyTalkedDown(world);
  }
  const isAgreed = () => findIgnorance(world, oracle) === undefined;
  hold('E1', world.runUntil(heldAt + MEND_MS, isAgreed), () => {
    return `${findIgnorance(world, oracle)}, beside attackers`;
  });
  const isLinked = world.runUntil(heldAt + MEND_MS, createLinksCheck(world));
  hold('E2', isLinked, () => 'honest peers that want each other have no link, beside attackers');
  for (const peer of world.peers) checkNeighbours(world, peer);
  checkConnectedWithout(world);
  checkNobodyTalkedDown(world);
}

/** Nobody counts as down who runs and whom a chain of honest observers reaches. */
export function checkNobodyTalkedDown(world: World): void {
  for (const peer of world.peers) {
    if (!peer.isUp) continue;
    const down = peer.machine.mesh.down();
    const named = world.peers.filter((other) => other.isUp && down.has(other.id));
    if (named.length === 0) continue;
    const isSafe = hasListedAttacker(world, peer) ? findReached(world, peer) : listedAt(peer);
    for (const other of named)
      hold('down', !isSafe.has(other.id), () => {
        return `node${peer.n} takes node${other.n} for down because of liars`;
      });
  }
}

/**
 * Made-up identities alone talk nobody down who is listed. With somebody listed among them it takes
 * them all around their victim, or around all who are next to it.
 */
function hasListedAttacker(world: World, { machine }: SimulatedPeer): boolean {
  return [...world.hostileIds].some((id) => machine.core?.ipam.isListed(id));
}

function listedAt({ machine }: SimulatedPeer): { has(id: PeerId): boolean } {
  return { has: (id) => machine.core?.ipam.isListed(id) === true };
}

/** Whom a chain of honest observers leads to from here, each of which does not name the next. */
function findReached(world: World, { id: self, machine }: SimulatedPeer): ReadonlySet<PeerId> {
  const { directory } = machine.mesh;
  const members = membersAt(machine);
  const honest = new Set(world.peers.flatMap(({ isUp, id }) => (isUp ? [id] : [])));
  const linked = machine.mesh.links().map(({ peer }) => peer);
  const reached = new Set([self, ...linked].filter((id) => honest.has(id)));
  for (const observer of reached) {
    if (!members.includes(observer)) continue;
    const named = new Set(directory.down(observer));
    for (const id of ringNeighbours(members, observer))
      if (honest.has(id) && !named.has(id)) reached.add(id);
  }
  return reached;
}

function membersAt({ core, mesh }: SimulatedPeer['machine']): readonly PeerId[] {
  const records = mesh.directory.peers();
  return (core?.members(records) ?? records).map(({ peer }) => peer);
}

/**
 * The newest of whom our list has, as it was signed. What others publish after their first record is
 * paid for together with what attackers make up, and may have to wait until those are gone.
 */
function lacks({ core, mesh }: SimulatedPeer['machine'], record: DirectoryRecord): boolean {
  const { peer, content, signed } = record;
  const known = mesh.directory.get({ peer, kind: content.type });
  if (core?.ipam.view().members.has(peer) === true) return known?.signed !== signed;
  return content.type === 'peer' && known === undefined;
}

/** What somebody does not know of the honest, of whom each has an address. */
function findIgnorance(world: World, { published }: Oracle): string | undefined {
  for (const writer of world.peers) {
    if (!writer.isUp || !hasPublished(writer)) return `node${writer.n} has no address`;
    for (const record of published.newest(writer.id)) {
      if (record.epoch !== writer.disk.epoch) continue;
      const key = { peer: writer.id, kind: record.content.type };
      const reader = world.peers.find(({ machine }) => lacks(machine, record));
      if (reader !== undefined) return `node${reader.n} lacks the ${key.kind} of node${writer.n}`;
    }
  }
  return undefined;
}

/**
 * Who is next to it and listed stays wanted, whoever claims to be between: of attackers only those
 * count who have a process, as these may have links on both sides.
 */
function checkNeighbours(world: World, peer: SimulatedPeer): void {
  const { mesh, core } = peer.machine;
  const present = [...world.peers, ...world.attackers].filter(({ isUp }) => isUp);
  const near = nextOnRings(
    present.map(({ id }) => id),
    peer.id,
  );
  for (const other of world.peers) {
    if (!near.includes(other.id) || core?.ipam.isListed(other.id) !== true) continue;
    const isWanted = mesh.isWanted(other.id);
    hold('neighbours', isWanted, () => {
      return `node${peer.n} does not want node${other.n} any more, which is listed and next to it`;
    });
  }
}

/** By links between two of them, or to an attacker who passes on what it hears. */
export function checkConnectedWithout(world: World): void {
  const reached = new Set(world.peers.slice(0, 1));
  for (const peer of reached)
    for (const { ends } of peer.links.values())
      for (const end of ends) if (end.hostile?.isMute !== true) reached.add(end);
  const size = [...reached].filter(({ hostile }) => hostile === undefined).length;
  const { length } = world.peers;
  hold(
    'E2',
    size === length,
    () => `${size} of ${length} are connected without those who are mute`,
  );
}
