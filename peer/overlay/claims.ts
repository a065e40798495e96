/**
 * Which peer the addresses of the universe are routed to, out of what the peers publish. A record
 * can claim anything, so claims are held against each other here and not by the kernel's routing.
 *
 * The rule: an address goes to the claim on it with the highest term, for a term grows each time a
 * block changes hands, and so the newer holder stands when the older one's record is out of date.
 * Equal terms are nobody's honest state; there the lower peer id stands, the same on every node.
 */
import {
  bits,
  type Address,
  type Cidr,
  compareCidrs,
  contains,
  containsAddress,
} from '../ipam/cidr.ts';

export interface Claim {
  readonly cidr: Cidr;
  readonly term: number;
  /** Position of the claimant in the order of peer ids; OURS for what this peer holds. */
  readonly claimant: number;
}

/** This peer knows best what it holds: no claim displaces it, whatever its term. */
export const OURS = -1;

export interface RefusedClaim extends Claim {
  /** The claim that it is shadowed by. */
  readonly by: Claim;
}

interface Upheld {
  readonly claim: Claim;
  /** The next larger range around it that stands. */
  readonly around: Upheld | undefined;
}

/** The claims that stand. Built in O(n log n), for a pass over 10,000 peers makes one. */
export class Claims {
  /** Sorted: family, address, larger ranges first. */
  readonly #upheld: Upheld[] = [];
  readonly refused: readonly RefusedClaim[];

  constructor(claims: readonly Claim[]) {
    const refused: RefusedClaim[] = [];
    for (const claim of claims.toSorted(compareClaims)) {
      const around = innermost(this.#upheld.at(-1), (range) => contains(range, claim.cidr));
      // A larger range of an older claim stays: the kernel prefers the smaller, newer one.
      if (around === undefined || outranks(claim, around.claim)) {
        this.#upheld.push({ claim, around });
      } else {
        refused.push({ ...claim, by: around.claim });
      }
    }
    this.refused = refused;
  }

  /** The claims of one claimant that stand, in order. */
  byClaimant(): ReadonlyMap<number, readonly Claim[]> {
    return Map.groupBy(
      this.#upheld.map(({ claim }) => claim),
      ({ claimant }) => claimant,
    );
  }

  /** Whose the address is; undefined when nobody claims it. */
  claimantOf(address: Address): number | undefined {
    const around = innermost(this.#lastBefore(address), (range) => containsAddress(range, address));
    return around?.claim.claimant;
  }

  /** The last range that starts at or before the address: it, or one around it, has the address. */
  #lastBefore({ family, value }: Address): Upheld | undefined {
    const at: Cidr = { family, address: value, length: bits(family) };
    let [low, high] = [0, this.#upheld.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const cidr = this.#upheld[middle]?.claim.cidr;
      if (cidr !== undefined && compareCidrs(cidr, at) <= 0) low = middle + 1;
      else high = middle;
    }
    return this.#upheld[low - 1];
  }
}

/** Aligned ranges nest or are disjoint, so the ranges around a thing are a chain. */
function innermost(
  from: Upheld | undefined,
  isAround: (range: Cidr) => boolean,
): Upheld | undefined {
  let upheld = from;
  while (upheld !== undefined && !isAround(upheld.claim.cidr)) upheld = upheld.around;
  return upheld;
}

/** Of one range the claim that stands comes first. */
function compareClaims(a: Claim, b: Claim): number {
  return compareCidrs(a.cidr, b.cidr) || compareRanks(a, b);
}

function outranks(a: Claim, b: Claim): boolean {
  return compareRanks(a, b) < 0;
}

/** Negative when `a` stands against `b`. */
function compareRanks(a: Claim, b: Claim): number {
  if (a.claimant === OURS || b.claimant === OURS) return a.claimant - b.claimant;
  return b.term - a.term || a.claimant - b.claimant;
}
