/**
 * What attackers say who hold the cluster key: each is a member of its own, whose records are signed
 * and false. What frames they send that are none of their own making is in attacks.ts.
 */
import type { PeerId } from '../../peer/mesh/peer-id.ts';
import { DOWN_MAX } from '../../peer/mesh/limits.ts';
import type { PeerContent, RecordContent } from '../../peer/mesh/record.ts';
import { decodeFrame } from '../../peer/wire/frame-codec.ts';
import { ENDPOINTS_MAX } from '../../peer/wire/values.ts';
import type { Dice } from '../fuzz/dice.ts';
import { fatten } from './fat-content.ts';
import { attack } from './attacks.ts';
import { idBeside, ringNeighbours } from './ring-truth.ts';
import type { SimulatedPeer } from './simulated-peer.ts';
import type { World } from './world.ts';

export type Lie =
  /** That its victim, and whoever else observes that, can't be reached. */
  | 'accuse'
  /** That it is to be found where others are, under the name of its victim. */
  | 'pose'
  /** All that a record has room for. */
  | 'fatten'
  /** Of peers that there are not, next to its victim on all rings. */
  | 'claim'
  /** Of these, that they can't reach the victim either. */
  | 'claim-accusers'
  /** Records of others whose signature does not hold: fewer than are borne, */
  | 'forge-few'
  /** and more. */
  | 'forge-many'
  /** Bytes that are no frame. */
  | 'babble';

export const LIES: readonly Lie[] = [
  'accuse',
  'pose',
  'fatten',
  'claim',
  'claim-accusers',
  'forge-few',
  'forge-many',
  'babble',
];

/** How often each lie is told. Of mistakes one a second is borne (MISBEHAVIOUR_RATE). */
export const EVERY_MS: Readonly<Record<Lie, number>> = {
  accuse: 700,
  pose: 900,
  fatten: 50,
  claim: 400,
  'claim-accusers': 600,
  'forge-few': 2_000,
  'forge-many': 100,
  babble: 500,
};

/** Identities on each side of a victim that are made up by one attacker. */
const CLAIMED_ASIDE_MAX = 12;
const FORGED_TIMES = 4;
const NOISE_BYTES_MAX = 200;

const FAT = new WeakMap<SimulatedPeer, PeerContent>();

export interface Telling {
  readonly lie: Lie;
  readonly victim: SimulatedPeer;
  readonly dice: Dice;
}

/** Has the attacker tell the lie once. */
export function tell(world: World, attacker: SimulatedPeer, { lie, victim, dice }: Telling): void {
  switch (lie) {
    case 'accuse':
      return publish(world, attacker, accusation(world, victim, attacker.id));
    case 'pose':
      return publish(world, attacker, pose(world, attacker, victim));
    case 'fatten':
      return publish(world, attacker, fatContentOf(attacker, dice));
    case 'claim':
      return claim(world, attacker, { victim, dice });
    case 'claim-accusers':
      return claimAccusers(world, attacker, victim);
    case 'forge-few':
      return attack(world, attacker, { attack: 'forge-one', times: 1 });
    case 'forge-many':
      return attack(world, attacker, { attack: 'forge', times: FORGED_TIMES });
    case 'babble':
      return babble(world, attacker, dice);
  }
}

function publish(world: World, attacker: SimulatedPeer, content: RecordContent): void {
  world.deliver(attacker, { type: 'publish', content });
}

/** The victim, and all of its observers but who accuses. */
function accusation(world: World, victim: SimulatedPeer, accuser: PeerId): RecordContent {
  const everybody = world.peers[0]?.machine.mesh.directory.peerIds() ?? [];
  const observers = ringNeighbours([...new Set([...everybody, victim.id])], victim.id);
  const others = world.peers.map(({ id }) => id);
  const down = [...new Set([victim.id, ...observers, ...others])].filter((id) => id !== accuser);
  return { type: 'links', down: down.slice(0, DOWN_MAX) };
}

function pose(world: World, attacker: SimulatedPeer, victim: SimulatedPeer): RecordContent {
  const content = ownContent(attacker);
  const endpoints = [victim, ...world.peers.filter((peer) => peer !== victim)]
    .slice(0, ENDPOINTS_MAX)
    .map(({ endpoint }) => endpoint);
  const name = `node${victim.n}`;
  return { ...content, profile: { ...content.profile, name, endpoints } };
}

/** What its record says that is true, but for being a newcomer's. */
function ownContent(attacker: SimulatedPeer): PeerContent {
  const { hostile } = attacker;
  if (hostile === undefined) throw new RangeError(`node${attacker.n} is no attacker`);
  return hostile.content;
}

/** Made once: it takes longer than all that becomes of it. */
function fatContentOf(attacker: SimulatedPeer, dice: Dice): PeerContent {
  const known = FAT.get(attacker);
  if (known !== undefined) return known;
  const made = fatten(dice, ownContent(attacker), attacker.id);
  FAT.set(attacker, made);
  return made;
}

function claim(
  world: World,
  attacker: SimulatedPeer,
  { victim, dice }: { readonly victim: SimulatedPeer; readonly dice: Dice },
): void {
  const offset = 1 + dice.below(CLAIMED_ASIDE_MAX);
  for (const by of [offset, -offset]) {
    const content = ownContent(attacker);
    // Some lead to honest peers, and some nowhere.
    const endpoints = dice.chance(0.5) ? [dice.pick(world.peers).endpoint] : [];
    sendClaimed(world, attacker, {
      peer: idBeside(victim.id, by),
      content: { ...content, profile: { ...content.profile, endpoints } },
    });
  }
}

function claimAccusers(world: World, attacker: SimulatedPeer, victim: SimulatedPeer): void {
  for (let by = -CLAIMED_ASIDE_MAX; by <= CLAIMED_ASIDE_MAX; by++) {
    if (by === 0) continue;
    const peer = idBeside(victim.id, by);
    sendClaimed(world, attacker, { peer, content: accusation(world, victim, peer) });
  }
}

/** Sealed by the identity itself: whoever makes one up has its key. */
function sendClaimed(
  world: World,
  attacker: SimulatedPeer,
  { peer, content }: { readonly peer: PeerId; readonly content: RecordContent },
): void {
  world.hostileIds.add(peer);
  const seq = Math.floor(world.now);
  const { signed } = world.codec.seal({ peer, epoch: 1, seq, content });
  for (const link of attacker.links.values())
    world.fabric.send(attacker, link, { type: 'records', records: [signed] });
}

/** The transport at the other end closes whoever sends what is no frame. */
function babble(world: World, attacker: SimulatedPeer, dice: Dice): void {
  const links = [...attacker.links.values()];
  if (links.length === 0) return;
  const link = dice.pick(links);
  const noise = dice.bytes(dice.below(NOISE_BYTES_MAX));
  if (decodeFrame(noise) === undefined) world.fabric.break(link);
}
