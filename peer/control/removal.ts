/**
 * Whether a peer may be removed that the operator names. Removing is for good: others get what it
 * held. So the name has to be one of the arbiter's list, and whoever has it must not be known alive.
 */
import { isNear } from '../config/unknown-name.ts';
import type { PeerId } from '../mesh/peer-id.ts';

/** Names that are told when one is unknown: of numbered nodes, hundreds may be alike. */
const ALIKE_MAX = 5;

export interface RemovalRequest {
  readonly name: string;
  /** Also when it is not known to be down. */
  readonly evenIfAlive: boolean;
}

/** What this peer knows of the others. */
export interface KnownPeers {
  readonly self: PeerId;
  /** The arbiter's list, as it is now. */
  readonly members: ReadonlyMap<PeerId, string>;
  readonly hasRecordOf: (peer: PeerId) => boolean;
  /** Whether all that watch it say that they can't reach it. */
  readonly isDown: (peer: PeerId) => boolean;
}

export type Verdict =
  | { readonly type: 'remove'; readonly id: PeerId }
  | { readonly type: 'refused'; readonly reason: string };

export function judgeRemoval(known: KnownPeers, request: RemovalRequest): Verdict {
  const { name, evenIfAlive } = request;
  const id = [...known.members].find(([, member]) => member === name)?.[0];
  if (id === undefined) return { type: 'refused', reason: describeUnknown(known, name) };
  const life = evenIfAlive ? undefined : describeLife(known, id, name);
  return life === undefined ? { type: 'remove', id } : { type: 'refused', reason: life };
}

/** Why it may be alive; undefined when it is not. */
function describeLife(known: KnownPeers, id: PeerId, name: string): string | undefined {
  const force =
    'If it has to go in any case, give --even-if-alive: it stops when it hears of it, and until ' +
    'then it goes on with addresses that others are given';
  if (id === known.self) return `"${name}" is the peer that you ask. ${force}`;
  if (!known.hasRecordOf(id)) {
    return `"${name}" (${id}) has never been heard of here, so nobody says that it is down. ${force}`;
  }
  if (known.isDown(id)) return undefined;
  return `"${name}" (${id}) is not known to be down: stop it first. ${force}`;
}

function describeUnknown({ members }: KnownPeers, name: string): string {
  const names = [...new Set(members.values())];
  const alike = names
    .filter((member) => isNear(member, name))
    .sort()
    .slice(0, ALIKE_MAX);
  const hint =
    alike.length > 0
      ? `did you mean ${alike.join(' or ')}?`
      : 'weft ipam lists those that are; one that was removed already is not';
  return `no member is named "${name}": ${hint}`;
}
