/** Whether the universe takes addresses that the cluster uses for something else. */
import { type Cidr, formatCidr, overlaps } from '../ipam/cidr.ts';

/** A range that is somebody else's, and whose, for people. */
export interface Reserved {
  readonly range: Cidr;
  readonly what: string;
}

/** The overlaps as one sentence; undefined when there is none. */
export function describeOverlap(
  universe: readonly Cidr[],
  reserved: readonly Reserved[],
): string | undefined {
  const found = universe.flatMap((own) =>
    reserved
      .filter(({ range }) => overlaps(own, range))
      .map(({ range, what }) => `${formatCidr(own)} overlaps ${formatCidr(range)}, ${what}`),
  );
  return found.length === 0 ? undefined : `the universe ${found.join('; ')}`;
}
