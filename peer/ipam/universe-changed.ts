/** The universe is settled at the founding; a peer that is told another one must not start. */
import { type Cidr, contains, formatCidr } from './cidr.ts';

/** What this peer holds lies outside the universe that it is told to use. */
export class UniverseChanged extends Error {
  override readonly name = 'UniverseChanged';
}

/** Throws UniverseChanged. */
export function checkUniverse(universe: readonly Cidr[], held: readonly Cidr[]): void {
  const outside = held.find((cidr) => !universe.some((range) => contains(range, cidr)));
  if (outside === undefined) return;
  throw new UniverseChanged(
    `this peer holds ${formatCidr(outside)}, which is outside the universe ` +
      `${universe.map(formatCidr).join(' and ')}: ` +
      'start it with the universe that the cluster was founded with',
  );
}
