/**
 * Lists of members as they go from peer to peer: what differs between two, and a hash by which a
 * list is known again that signed records name. Whose word is taken for a list: core/view-spreading.ts.
 */
import type { PeerId } from '../mesh/peer-id.ts';
import { readHex } from '../mesh/peer-id.ts';
import type { View } from './custody-state.ts';

/** What leads from the list of revision `since` to that of `rev`; since 0, from the empty one. */
export interface ViewUpdate {
  readonly since: bigint;
  readonly rev: bigint;
  /** Node name of each member that is new, or has another name, by identity. */
  readonly added: ReadonlyMap<PeerId, string>;
  readonly removed: readonly PeerId[];
}

export function updateBetween(before: View, after: View): ViewUpdate {
  const added = [...after.members].filter(([peer, name]) => before.members.get(peer) !== name);
  const removed = [...before.members.keys()].filter((peer) => !after.members.has(peer));
  return { since: before.rev, rev: after.rev, added: new Map(added), removed };
}

export function wholeUpdate({ rev, members }: View): ViewUpdate {
  return { since: 0n, rev, added: members, removed: [] };
}

/** The list that the update leads to; undefined when it doesn't start at this one, or not forward. */
export function updatedView(view: View, update: ViewUpdate): View | undefined {
  const { since, rev, added, removed } = update;
  if (rev <= view.rev || (since !== 0n && since !== view.rev)) return undefined;
  const members = new Map(since === 0n ? [] : view.members);
  for (const peer of removed) members.delete(peer);
  for (const [peer, name] of added) members.set(peer, name);
  return { rev, members };
}

const HASH_BITS = 128;
const WORDS = [0, 1, 2, 3] as const;
/** Multipliers of MurmurHash3's 32-bit rounds and finalizer (Appleby, public domain). */
const MIX = [0xcc9e2d51, 0x1b873593, 0x85ebca6b, 0xc2b2ae35] as const;

/**
 * Sum modulo 2^128 of a hash of each member: the order does not matter, and a change costs what has
 * changed. Not cryptographic: it recognizes a list which two members sign for. 0 for no members.
 */
export function hashMembers(members: Iterable<readonly [PeerId, string]>): bigint {
  let sum = 0n;
  for (const [peer, name] of members) sum += hashMember(peer, name);
  return BigInt.asUintN(HASH_BITS, sum);
}

/** Lists are shared and never change: each is hashed once. */
const hashes = new WeakMap<View, bigint>();

export function hashOf(view: View): bigint {
  const known = hashes.get(view) ?? hashMembers(view.members);
  hashes.set(view, known);
  return known;
}

function hashMember(peer: PeerId, name: string): bigint {
  return WORDS.reduce((hash, word) => (hash << 32n) | BigInt(hashWord(word, peer, name)), 0n);
}

/** One word of the id, which is a hash already, with the name stirred in. */
function hashWord(word: (typeof WORDS)[number], peer: PeerId, name: string): number {
  const mix = MIX[word];
  let hash = readHex(peer, { from: word * 8, digits: 8 }) ^ Math.imul(word + 1, mix);
  for (let i = 0; i < name.length; i++) {
    hash = Math.imul(hash ^ name.charCodeAt(i), mix);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
