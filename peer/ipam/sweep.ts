/**
 * Who gets which addresses where several claim the same: each address goes to the claim that comes
 * first. One pass over sorted ranges, as aligned ranges only ever overlap by one holding the other.
 */
import { type Cidr, compareCidrs, containsAddress, lastAddress } from './cidr.ts';
import type { Interval } from './intervals.ts';

export interface Sweep {
  /** Addresses of each claim that none before it in the list has, in the order of the list. */
  readonly booked: readonly bigint[];
  /** What is claimed by none, ascending. */
  readonly unclaimed: readonly Interval[];
  /** What two of the first `exclusive` claims have in common, ascending. */
  readonly doubly: readonly Interval[];
}

/** `exclusive`: so many at the beginning of the list ought to have nothing in common. */
export function sweep(range: Cidr, claims: readonly Cidr[], exclusive: number): Sweep {
  const booked = claims.map(() => 0n);
  const unclaimed: Interval[] = [];
  const doubly: Interval[] = [];
  /** Indexes of the claims around the place that the pass has come to, the innermost last. */
  const around: number[] = [];
  let at = range.address;
  const lastOf = (index: number | undefined): bigint | undefined => {
    const claim = index === undefined ? undefined : claims[index];
    return claim && lastAddress(claim);
  };
  const book = (last: bigint): void => {
    const owner = Math.min(...around);
    const segment = { first: at, last };
    if (around.length === 0) unclaimed.push(segment);
    else booked[owner] = (booked[owner] ?? 0n) + last - at + 1n;
    if (around.filter((index) => index < exclusive).length > 1) doubly.push(segment);
  };
  const advance = (to: bigint): void => {
    while (at < to) {
      const inner = lastOf(around.at(-1));
      const last = inner === undefined || inner >= to ? to - 1n : inner;
      book(last);
      at = last + 1n;
      while ((lastOf(around.at(-1)) ?? at) < at) around.pop();
    }
  };
  for (const { index, claim } of inside(range, claims)) {
    advance(claim.address);
    around.push(index);
  }
  advance(lastAddress(range) + 1n);
  return { booked, unclaimed, doubly };
}

/** Those that lie in the range, by address, the larger first. */
function inside(
  range: Cidr,
  claims: readonly Cidr[],
): readonly { readonly index: number; readonly claim: Cidr }[] {
  return claims
    .map((claim, index) => ({ claim, index }))
    .filter(({ claim: { family, address: value, length } }) => {
      return length >= range.length && containsAddress(range, { family, value });
    })
    .sort((a, b) => compareCidrs(a.claim, b.claim) || a.index - b.index);
}
