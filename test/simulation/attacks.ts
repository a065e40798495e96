/** What a hostile member sends over the links that it has: records forged, replayed or broken. */
import type { MeshFrame } from '../../peer/mesh/frame.ts';
import { assert } from '../../peer/assert.ts';
import { IDS_PER_FRAME } from '../../peer/mesh/limits.ts';
import { parsePeerId } from '../../peer/mesh/peer-id.ts';
import { type RecordId, type SignedRecord, recordId } from '../../peer/mesh/record.ts';
import { Dice } from '../fuzz/dice.ts';
import type { SimulatedPeer } from './simulated-peer.ts';
import type { World } from './world.ts';

export type Attack =
  /** Records of others with a signature that does not hold, in a version that is yet to come. */
  | 'forge'
  /** The same, one alone. */
  | 'forge-one'
  /** Bytes that are no record. */
  | 'garble'
  /** Old records of others, in any order and several times. */
  | 'replay'
  /** Entries that nobody asked for. */
  | 'unasked'
  /** Announcements of versions that there are not. */
  | 'announce'
  /** So many of them, of made-up writers and of true ones, that there are places for no others. */
  | 'crowd';

export const ATTACKS: readonly Attack[] = ['forge', 'garble', 'replay', 'unasked', 'announce'];

/** What one attack puts into a frame, at most. */
const RECORDS_MAX = 8;
/** By how much a forged version is ahead. */
const AHEAD = 1_000;

const FIRST = { kind: 'peer', epoch: 1, seq: 1 } as const;

export function attack(
  world: World,
  peer: SimulatedPeer,
  { attack, times }: { readonly attack: Attack; readonly times: number },
): void {
  peer.hasAttacked = true;
  const dice = new Dice(Math.floor(world.random() * 2 ** 32));
  for (let n = 0; n < times; n++) {
    const links = [...peer.links.values()];
    const frame = makeFrame(world, attack, dice);
    if (links.length === 0 || frame === undefined) return;
    world.fabric.send(peer, dice.pick(links), frame);
  }
}

function makeFrame(world: World, attack: Attack, dice: Dice): MeshFrame | undefined {
  const { history } = world.codec;
  if (history.length === 0) return undefined;
  const picked = Array.from({ length: 1 + dice.below(RECORDS_MAX) }, () => dice.pick(history));
  const ids = picked.map((record) => ({ ...recordId(record), seq: record.seq + AHEAD }));
  switch (attack) {
    case 'forge':
      return { type: 'records', records: picked.map((record) => world.codec.forge(record, AHEAD)) };
    case 'forge-one':
      return { type: 'records', records: [world.codec.forge(dice.pick(history), AHEAD)] };
    case 'garble':
      return { type: 'records', records: picked.map(({ signed }) => garbled(signed)) };
    case 'replay':
      return { type: 'records', records: picked.map(({ signed }) => signed) };
    case 'unasked':
      return { type: 'bucket-entries', buckets: [dice.below(256)], entries: ids };
    case 'announce':
      return { type: 'have', ids };
    case 'crowd':
      return { type: 'have', ids: crowdOf(world, dice) };
  }
}

/** Of everybody a version that is yet to come, and then versions of writers that there are not. */
function crowdOf(world: World, dice: Dice): readonly RecordId[] {
  const crowd = Buffer.from(dice.bytes(12)).toString('hex');
  const ahead = world.peers.map(({ id }) => ({ ...FIRST, peer: id, epoch: AHEAD }));
  const madeUp = Array.from({ length: IDS_PER_FRAME - ahead.length }, (_, n) => {
    const peer = parsePeerId(n.toString(16).padStart(8, '0') + crowd);
    assert(peer !== undefined, 'sixteen bytes are an id');
    return { ...FIRST, peer };
  });
  return [...ahead, ...madeUp];
}

function garbled({ body, signature }: SignedRecord): SignedRecord {
  return { body, signature };
}
