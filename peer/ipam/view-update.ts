/**
 * Lists of members as they go from peer to peer: what differs between two. Whose word is taken for a
 * list: core/view-spreading.ts; the hash by which one is known again: wire/view-hash.ts.
 */
import type { PeerId } from '../mesh/peer-id.ts';
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
