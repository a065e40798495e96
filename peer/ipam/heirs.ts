/**
 * Heirs: a node that lost its state, or was made anew, comes back as another identity under the same
 * name, and its pods may still have their addresses. So what the removed identity held is granted to
 * it at once when it is reclaimed, or while that still rests, instead of to whoever asks first. A policy:
 * ownership is custody's.
 */
import { type Cidr, contains, overlaps, sizeLog2 } from './cidr.ts';
import type { Grantee } from './custody.ts';
import type { Custody, View } from './custody-state.ts';
import { smallestBlockLog2 } from './limits.ts';
import type { PeerId } from '../mesh/peer-id.ts';

/** What is known of a peer, member or not. */
export interface Known {
  readonly peer: PeerId;
  readonly name: string;
  readonly custody: Custody;
}

/** A part of what is reclaimed, and the name of the node whose it was. */
export interface Bequest {
  readonly cidr: Cidr;
  readonly name: string;
}

/** The same, with who has that name now. */
export interface Inheritance extends Grantee {
  readonly cidr: Cidr;
}

export interface Estate {
  readonly orphans: readonly Cidr[];
  readonly view: View;
  readonly known: readonly Known[];
  readonly universe: readonly Cidr[];
}

/** Each orphan part at most once: of who was registered last of those that held it. */
export function findBequests({ orphans, view, known, universe }: Estate): readonly Bequest[] {
  const removed = known.filter((one) => !isAllowed(one, view)).sort(byRegistration);
  const found: Bequest[] = [];
  for (const { name, custody } of removed) {
    for (const { cidr: held } of custody.hold) {
      for (const cidr of orphans.flatMap((orphan) => intersection(orphan, held))) {
        if (isTooSmall(cidr, universe) || found.some((other) => overlaps(other.cidr, cidr)))
          continue;
        found.push({ cidr, name });
      }
    }
  }
  return found;
}

/** Those that have an heir among the known. A name has one member at a time: the newest has it. */
export function findInheritances(
  bequests: readonly Bequest[],
  view: View,
  known: readonly Known[],
): readonly Inheritance[] {
  if (bequests.length === 0) return [];
  const members = known.filter((one) => isAllowed(one, view)).sort(byRegistration);
  const heirs = new Map(members.reverse().map((one) => [one.name, one]));
  return bequests.flatMap(({ cidr, name }) => {
    const heir = heirs.get(name);
    if (heir === undefined) return [];
    return [{ cidr, to: heir.peer, registeredRev: heir.custody.registeredRev }];
  });
}

/** A member, or registered after our list. */
function isAllowed({ peer, custody }: Known, { rev, members }: View): boolean {
  return members.has(peer) || custody.registeredRev > rev;
}

function byRegistration(a: Known, b: Known): number {
  const [first, second] = [a.custody.registeredRev, b.custody.registeredRev];
  if (first !== second) return first > second ? -1 : 1;
  return a.peer < b.peer ? -1 : 1;
}

/** Of two aligned ranges one holds the other, or they have nothing in common. */
function intersection(a: Cidr, b: Cidr): readonly Cidr[] {
  if (contains(a, b)) return [b];
  return contains(b, a) ? [a] : [];
}

function isTooSmall(cidr: Cidr, universe: readonly Cidr[]): boolean {
  const range = universe.find((one) => contains(one, cidr));
  return range === undefined || sizeLog2(cidr) < smallestBlockLog2(range);
}
