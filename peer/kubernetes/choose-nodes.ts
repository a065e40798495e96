/**
 * Which Nodes to read next to find other peers. The arbiter's list says who is a member; of those
 * that we have no record of, a few are looked up, and gossip brings the rest. Whoever registered
 * before us is in our list, so two groups that don't know each other never stay apart: the peers of
 * the later one look for those of the earlier. Pure.
 */
import type { PeerId } from '../mesh/peer-id.ts';

/** One that answers is enough; with eight, a few that are down cost no second round. */
export const NODES_ASKED_MAX = 8;

export interface Acquaintance {
  readonly self: { readonly peer: PeerId; readonly name: string };
  /** Node name of each member, by identity. */
  readonly members: ReadonlyMap<PeerId, string>;
  /** Whether we have its record. */
  readonly knows: (peer: PeerId) => boolean;
  readonly hasLinks: boolean;
}

/** Node names, at most NODES_ASKED_MAX; none when there is nobody to look for. */
export function chooseNodes(
  { self, members, knows, hasLinks }: Acquaintance,
  random: () => number,
): readonly string[] {
  const others = [...members].filter(([peer, name]) => peer !== self.peer && name !== self.name);
  const unknown = others.filter(([peer]) => !knows(peer));
  // Without any link, who is known may have moved to another address.
  const sought = unknown.length > 0 || hasLinks ? unknown : others;
  const names = [...new Set(sought.map(([, name]) => name))].sort();
  return takeSome(names, random);
}

/** The first steps of a Fisher-Yates shuffle. */
function takeSome(names: readonly string[], random: () => number): readonly string[] {
  const left = [...names];
  const count = Math.min(NODES_ASKED_MAX, left.length);
  return Array.from({ length: count }, () => {
    const [taken = ''] = left.splice(Math.floor(random() * left.length), 1);
    return taken;
  });
}
