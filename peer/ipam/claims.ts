/**
 * Claims: addresses that other members' pods have from before those lost their state, and that are in
 * no block of theirs. Whoever holds such an address leaves it alone (docs/OWNERSHIP.md, rule 16), and
 * hands the smallest block around it to who claims it. By smallest blocks, as these are published. In
 * memory only: it is what records say.
 */
import { without } from './blocks.ts';
import {
  type Address,
  type Cidr,
  bits,
  compareCidrs,
  containsAddress,
  formatCidr,
  hostRange,
  overlaps,
  rangeAround,
} from './cidr.ts';
import type { View } from './custody-state.ts';
import type { Inheritance, Known } from './heirs.ts';
import { CARRIED_OVER_MAX, UNLISTED_CLAIMANTS_MAX, smallestBlockLog2 } from './limits.ts';
import type { PeerId } from '../mesh/peer-id.ts';

interface Claimant {
  readonly name: string;
  /** Undefined for who has the name by now of one that claimed this, and has not been heard of. */
  readonly registeredRev: bigint | undefined;
  readonly blocks: readonly Cidr[];
}

/** The addresses of this node's pods. */
interface InUse {
  readonly isUsed: (address: Address) => boolean;
}

export class Claims {
  readonly #universe: readonly Cidr[];
  readonly #claimants = new Map<PeerId, Claimant>();

  constructor(universe: readonly Cidr[]) {
    this.#universe = universe;
  }

  /**
   * Records have come of members, or of who registered after our list. Says whether anything is
   * claimed that was not, or no more.
   */
  heard(known: readonly Known[], { members }: View): boolean {
    let isChanged = false;
    for (const { peer, name, custody } of known) {
      const before = this.#claimants.get(peer);
      if (before === undefined && custody.carriedOver.length === 0) continue;
      if (before === undefined && !members.has(peer) && !this.#hasRoomForUnlisted(members))
        continue;
      const blocks = blocksAround(custody.carriedOver, this.#universe);
      if (textOf(before?.blocks ?? []) !== textOf(blocks)) isChanged = true;
      if (blocks.length === 0) this.#claimants.delete(peer);
      else this.#claimants.set(peer, { name, registeredRev: custody.registeredRev, blocks });
    }
    return isChanged;
  }

  /**
   * Claims of who is no member any more are over. Unless another has the name now, whose record may
   * not be here yet: its node's pods run as they did, and all records are heard again after this.
   */
  adopted({ rev, members }: View): void {
    for (const [peer, { name, registeredRev, blocks }] of this.#claimants) {
      if (members.has(peer) || (registeredRev ?? 0n) > rev) continue;
      this.#claimants.delete(peer);
      const next = [...members].find(([, other]) => other === name)?.[0];
      if (next !== undefined && !this.#claimants.has(next))
        this.#claimants.set(next, { name, registeredRev: undefined, blocks });
    }
  }

  #hasRoomForUnlisted(members: View['members']): boolean {
    const unlisted = [...this.#claimants.keys()].filter((peer) => !members.has(peer));
    return unlisted.length < UNLISTED_CLAIMANTS_MAX;
  }

  isEmpty(): boolean {
    return this.#claimants.size === 0;
  }

  /** What of these ranges may be given out or granted. What is in use here stays so. */
  without(ranges: readonly Cidr[], here: InUse): readonly Cidr[] {
    if (this.#claimants.size === 0) return ranges;
    const claimed = [...this.#claimants.values()]
      .flatMap(({ blocks }) => blocks)
      .filter((block) => ranges.some((range) => overlaps(range, block)))
      .flatMap((block) => unusedOf(block, here));
    return ranges.flatMap((range) => without(range, claimed)).sort(compareCidrs);
  }

  /** Whether somebody else claims some of the range. */
  isClaimedBesides(range: Cidr, peer: PeerId): boolean {
    for (const [other, { blocks }] of this.#claimants)
      if (other !== peer && blocks.some((block) => overlaps(block, range))) return true;
    return false;
  }

  /** What to hand over: of what two claim, nothing. */
  wanted(): readonly Inheritance[] {
    return [...this.#claimants].flatMap(([to, { registeredRev, blocks }]) => {
      if (registeredRev === undefined) return [];
      const own = blocks.filter((cidr) => !this.isClaimedBesides(cidr, to));
      return own.map((cidr) => ({ cidr, to, registeredRev }));
    });
  }
}

/** What a peer publishes of addresses that its pods have and that are in no block of it. */
export function carriedOverOf(
  outside: readonly Address[],
  universe: readonly Cidr[],
): readonly Address[] {
  return blocksAround(outside, universe)
    .slice(0, CARRIED_OVER_MAX)
    .map(({ family, address }) => ({ family, value: address }));
}

/** The smallest blocks that the addresses lie in, each once, sorted; none for those of elsewhere. */
export function blocksAround(
  addresses: readonly Address[],
  universe: readonly Cidr[],
): readonly Cidr[] {
  const blocks = new Map<string, Cidr>();
  for (const address of addresses) {
    const range = universe.find((one) => containsAddress(one, address));
    if (range === undefined) continue;
    const block = rangeAround(address, bits(range.family) - smallestBlockLog2(range));
    blocks.set(formatCidr(block), block);
  }
  return [...blocks.values()].sort(compareCidrs);
}

function unusedOf(block: Cidr, here: InUse): readonly Cidr[] {
  const { family } = block;
  const count = 2 ** (bits(family) - block.length);
  const all = Array.from({ length: count }, (_, n) => {
    return { family, value: block.address + BigInt(n) };
  });
  return without(block, all.filter((address) => here.isUsed(address)).map(hostRange));
}

function textOf(blocks: readonly Cidr[]): string {
  return blocks.map(formatCidr).join(' ');
}
