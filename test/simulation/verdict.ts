/**
 * What must have come true when faults are over: everybody knows the newest of everybody, the
 * overlay is one, links are the wanted ones and no others, and nobody is called down who is up.
 */
import type { Core } from '../../peer/core/core.ts';
import { unclaimed } from '../../peer/ipam/census.ts';
import { type Cidr, formatCidr } from '../../peer/ipam/cidr.ts';
import { UNWANTED_LINK_MS } from '../../peer/mesh/limits.ts';
import type { Oracle } from './oracle.ts';
import { canLink, createLinksCheck, hasPublished } from './settled.ts';
import { checkNobodyTalkedDown } from './siege.ts';
import type { SimulatedPeer } from './simulated-peer.ts';
import { UNIVERSE } from './universe.ts';
import { hold } from './violation.ts';
import type { World } from './world.ts';

/**
 * By then a link that nobody wants is closed, and what a notice's rate held back is told. Who took
 * another's place is known by a list of the arbiter's, which is asked for each ten seconds.
 */
const GRACE_MS = UNWANTED_LINK_MS + 20_000;

/** From a removal until its list is everybody's and the census is taken. */
const RECLAIM_WITHIN_MS = 120_000;
/** What was published last is on its way. */
const LAST_WORDS_MS = 5_000;

export interface Times {
  /** Until all directories were equal, after the last fault. */
  readonly agreedMs: number;
  /** Until all links were up. */
  readonly linkedMs: number;
}

export interface VerdictOptions {
  readonly world: World;
  readonly oracle: Oracle;
  readonly linksMax: number;
  /** E1 and E2 have to hold so long after the last fault. */
  readonly agreeWithinMs: number;
  readonly linkWithinMs: number;
}

/** Runs on from the last fault. Throws a Violation. */
export function awaitVerdict(options: VerdictOptions): Times {
  const { world, oracle } = options;
  const quietAt = world.now;
  const times = awaitSettled(options);
  world.runUntil(Math.max(world.now, quietAt) + GRACE_MS);
  awaitWhole(world);
  world.runUntil(world.now + LAST_WORDS_MS, () => isAgreed(world, oracle));
  hold('E1', isAgreed(world, oracle), () => 'the peers agreed, and then did so no more');
  for (const peer of running(world)) {
    checkTruth(world, oracle, peer);
    checkAdvice(world, peer);
    checkLinks(world, peer, options.linksMax);
  }
  checkNobodyTalkedDown(world);
  checkConnected(world);
  return times;
}

/** Of those that run, while others are gone: they are connected, and have no links to the gone. */
export function checkRanks(world: World): void {
  for (const peer of running(world)) {
    const dead = [...peer.links.values()].find(({ ends }) => ends.some((end) => !end.isUp));
    hold(
      'silence',
      dead === undefined,
      () => `node${peer.n} still has a link to a host that is gone`,
    );
  }
  checkConnected(world);
}

function awaitSettled({ world, oracle, agreeWithinMs, linkWithinMs }: VerdictOptions): Times {
  const quietAt = world.now;
  const agreed = () => isAgreed(world, oracle);
  hold('E1', world.runUntil(quietAt + agreeWithinMs, agreed), () =>
    describeDisagreement(world, oracle, agreeWithinMs),
  );
  const agreedMs = world.now - quietAt;
  const isLinked = createLinksCheck(world);
  const isSettled = world.runUntil(quietAt + linkWithinMs, () => agreed() && isLinked());
  hold('E2', isSettled, () => `links that are wanted were not up after ${linkWithinMs} ms`);
  return { agreedMs, linkedMs: world.now - quietAt };
}

/** E4: with all members reachable nothing is orphaned, and nothing is on its way to nobody. */
function awaitWhole(world: World): void {
  world.runUntil(world.now + RECLAIM_WITHIN_MS, () => orphansOf(world).length === 0);
  hold('E4', orphansOf(world).length === 0, () => {
    const waits = world.peers.map(({ machine, n }) => {
      return `node${n} ${machine.core?.ipam.view().rev} ${describeReclaim(machine.core)}`;
    });
    const ranges = orphansOf(world).map(formatCidr).join(', ');
    return `${ranges} are nobody's: ${waits.join('; ')}`;
  });
}

function orphansOf(world: World): readonly Cidr[] {
  const cores = running(world).flatMap(({ machine }) => machine.core ?? []);
  if (cores.length === 0) return [];
  return unclaimed(
    cores.map(({ ipam }) => ipam.custody()),
    UNIVERSE,
  );
}

function describeReclaim(core: Core | undefined): string {
  const state = core?.reclaimState();
  return state === undefined ? '' : `${state.type} ${'for' in state ? state.for.join(' ') : ''}`;
}

function isAgreed({ peers }: World, { agreement }: Oracle): boolean {
  return agreement.directories === 1 && peers.every((peer) => peer.isUp && hasPublished(peer));
}

function describeDisagreement(world: World, { agreement }: Oracle, withinMs: number): string {
  const late = world.peers.filter((peer) => !peer.isUp || !hasPublished(peer)).map(({ n }) => n);
  const silent = late.length === 0 ? '' : `; down, or without an address: ${late.join(', ')}`;
  return `${agreement.directories} different directories after ${withinMs} ms${silent}`;
}

/** Each knows the newest version of all who run, as the very bytes that its writer signed. */
function checkTruth(world: World, { published }: Oracle, peer: SimulatedPeer): void {
  const { directory } = peer.machine.mesh;
  for (const writer of running(world)) {
    for (const record of published.newest(writer.id)) {
      // What an earlier run published in its last moment may have reached nobody.
      if (record.epoch !== writer.disk.epoch) continue;
      const key = { peer: writer.id, kind: record.content.type };
      const isSame = directory.get(key)?.signed === record.signed;
      hold(
        'truth',
        isSame,
        () => `node${peer.n} has not the newest ${key.kind} of node${writer.n}`,
      );
    }
  }
}

function checkAdvice(world: World, peer: SimulatedPeer): void {
  const { mesh } = peer.machine;
  // What attackers said stays said: who is talked down by them is looked at as while they were here.
  const down = world.attackers.length === 0 ? mesh.down() : new Set();
  const told = new Set(mesh.directory.down(peer.id));
  for (const other of running(world)) {
    hold('down', !down.has(other.id), () => `node${peer.n} takes node${other.n} for down`);
    const isWrong = told.has(other.id) && canLink(peer, other);
    hold('notice', !isWrong, () => `node${peer.n} tells that it can't reach node${other.n}`);
  }
}

function checkLinks(world: World, peer: SimulatedPeer, linksMax: number): void {
  const { mesh } = peer.machine;
  const links = mesh.links();
  hold('degree', links.length <= linksMax, () => `node${peer.n} has ${links.length} links`);
  for (const { id, peer: otherId } of links) {
    const other = running(world).find((one) => one.id === otherId);
    if (other === undefined) {
      hold('E2', false, () => `node${peer.n} has a link to ${otherId}, which does not run`);
      continue;
    }
    const { mesh: theirs } = other.machine;
    const isWanted = mesh.isWanted(otherId) || theirs.isWanted(peer.id);
    // One that neither wants may be closed already at its other end.
    const isShared = !isWanted || theirs.links().some((link) => link.id === id);
    hold('E2', isShared, () => `node${peer.n} and node${other.n} have different links`);
    // A claim with this peer's endpoint is dialled now and then.
    const mayBeClaims = world.attackers.length > 0;
    hold('unwanted', isWanted || mayBeClaims, () => {
      return `a link of node${peer.n} and node${other.n} has no reason`;
    });
  }
}

function checkConnected(world: World): void {
  const up = running(world);
  const reached = new Set(up.slice(0, 1));
  for (const peer of reached)
    for (const { ends } of peer.links.values()) for (const end of ends) reached.add(end);
  hold('E2', reached.size === up.length, () => `${reached.size} of ${up.length} are connected`);
}

function running({ peers }: World): readonly SimulatedPeer[] {
  return peers.filter(({ isUp }) => isUp);
}
