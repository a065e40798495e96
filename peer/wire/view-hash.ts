/**
 * The hash by which a list of members is known again that signed records name. Who has signed for
 * the hash of a list has signed for that list and no other, whoever tells it.
 */
import { hash } from 'node:crypto';
import type { View } from '../ipam/custody-state.ts';

const DOMAIN = 'weft/v1/members';
/** 16 bytes, as of the other hashes that go into records. */
const HASH_DIGITS = 32;

/** Lists are shared and never change: each is hashed once. One of 5,000 costs a few milliseconds. */
const hashes = new WeakMap<View, bigint>();

/** Of the members and their names, in whatever order they come. 0 for a list of nobody. */
export function hashView(view: View): bigint {
  const known = hashes.get(view) ?? hashMembers(view.members);
  hashes.set(view, known);
  return known;
}

function hashMembers(members: View['members']): bigint {
  if (members.size === 0) return 0n;
  const inOrder = [...members].sort(([a], [b]) => (a < b ? -1 : 1));
  const digest = hash('sha256', `${DOMAIN}${JSON.stringify(inOrder)}`, 'hex');
  return BigInt(`0x${digest.slice(0, HASH_DIGITS)}`);
}
