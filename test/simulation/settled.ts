/**
 * What must come true in a simulated world once faults have stopped: everybody knows the same, the
 * overlay is one, and each peer has the links that it wants.
 */
import type { PeerId } from '../../peer/mesh/peer-id.ts';
import type { SimulatedPeer } from './simulated-peer.ts';
import type { World } from './world.ts';

/** E1: all that run have the same directory. */
export function hasSameDirectories(world: World): boolean {
  const up = world.peers.filter(({ isUp }) => isUp);
  const [first] = up;
  return up.every(
    ({ machine }) => machine.mesh.directory.setHash === first?.machine.mesh.directory.setHash,
  );
}

/** E2: each has a link to everybody that it wants and that runs. */
export function hasWantedLinks(world: World): boolean {
  return findLonely(world, 0) === undefined;
}

/**
 * The same, asked again and again until it holds: begins with the peer that lacked a link when it
 * was asked last.
 */
export function createLinksCheck(world: World): () => boolean {
  let first = 0;
  return () => {
    const lonely = findLonely(world, first) ?? findLonely(world, 0);
    first = lonely?.n ?? 0;
    return lonely === undefined;
  };
}

/** Whether one of them can dial the other. */
export function canLink(one: SimulatedPeer, other: SimulatedPeer): boolean {
  return one.wall === undefined || other.wall === undefined;
}

/** The first peer, from the given number on, that lacks a link to one that it wants. */
function findLonely(world: World, from: number): SimulatedPeer | undefined {
  const running = new Map(world.peers.flatMap((peer) => (peer.isUp ? [[peer.id, peer]] : [])));
  return world.peers.find((peer) => peer.n >= from && peer.isUp && lacksLink(peer, running));
}

function lacksLink(peer: SimulatedPeer, running: ReadonlyMap<PeerId, SimulatedPeer>): boolean {
  const { mesh } = peer.machine;
  const linked = new Set(mesh.links().map((link) => link.peer));
  return mesh.directory.peerIds().some((id) => {
    const other = linked.has(id) ? undefined : running.get(id);
    return other !== undefined && other !== peer && canLink(peer, other) && mesh.isWanted(id);
  });
}

/** Its record tells of its overlay address: it has joined, holds a block, and has said so. */
export function hasPublished({ machine, id }: SimulatedPeer): boolean {
  const record = machine.mesh.directory.peer(id);
  return machine.core === undefined
    ? record !== undefined
    : record?.content.profile.vtep.overlay.length === 1;
}

export function isSettled(world: World): boolean {
  return (
    world.peers.every((peer) => peer.isUp && hasPublished(peer)) &&
    hasSameDirectories(world) &&
    hasWantedLinks(world)
  );
}
