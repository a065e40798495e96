/**
 * What a donor gives: which part of its holding, and the bounds that may be in the way. An asker
 * names sizes; how much it gets is the donor's to decide, for whoever asks may be mad.
 */
import type { PeerId } from '../mesh/peer-id.ts';
import type { Addresses } from './addresses.ts';
import type { RangeUse } from './allocator.ts';
import { freeParts, takePart } from './blocks.ts';
import { type Cidr, contains } from './cidr.ts';
import { type CustodyState, counterpartyOf, hasRoomFor } from './custody.ts';
import type { Block } from './custody-state.ts';
import { giftCapLog2, giftLog2 } from './growth.ts';
import {
  COUNTERPARTIES_MAX,
  GRANT_COUNT_MAX,
  PENDING_GRANTS_MAX,
  TERM_MAX,
  smallestBlockLog2,
} from './limits.ts';
import type { GrantOutcome, GrantRequest, Holding, IpamBound } from './outcomes.ts';

export type Refused = Extract<GrantOutcome, { type: 'refused' }>;

/** `why` is the first half of the sentence that the asker gets. */
export function refuse(why: string, bound?: IpamBound): Refused {
  return { type: 'refused', reason: `${why}: ask another peer`, bound };
}

/** The bound that is in the way of any grant to this peer; undefined when none is. */
export function findBound(state: CustodyState, to: PeerId): Refused | undefined {
  if (state.pending.length >= PENDING_GRANTS_MAX)
    return refuse(`${PENDING_GRANTS_MAX} grants are on their way`, 'too-many-pending-grants');
  if (!hasRoomFor(state, to))
    return refuse(
      `grants to ${COUNTERPARTIES_MAX} peers are counted here`,
      'too-many-counterparties',
    );
  const { granted } = counterpartyOf(state, to);
  if (granted < GRANT_COUNT_MAX) return undefined;
  return refuse(
    `${to} was granted ${granted} blocks, the most that are counted`,
    'too-many-grants',
  );
}

export interface Donor {
  readonly state: CustodyState;
  readonly universe: readonly Cidr[];
  readonly addresses: Addresses;
}

/** The part to grant; undefined when none that the asker could use can be spared. */
export function choosePart(
  { state, universe, addresses }: Donor,
  now: number,
  { family, to, wantLog2, ...asked }: GrantRequest,
): Cidr | undefined {
  const range = universe.find((one) => one.family === family);
  if (range === undefined) return undefined;
  const minLog2 = Math.max(asked.minLog2, smallestBlockLog2(range));
  const capLog2 = giftCapLog2(range, counterpartyOf(state, to).granted);
  const gift = giftLog2(addresses.freeCount(family), { wantLog2, minLog2, capLog2 });
  if (gift === undefined) return undefined;
  const taken = addresses.taken(family, now);
  const free = addresses
    .ranges()
    .filter((one) => one.range.family === family && termOf(state, one.range) < TERM_MAX)
    .flatMap((one) => freeParts(one.range, { taken, minLog2 }));
  for (let log2 = gift; log2 >= minLog2; log2--) {
    const part = takePart(free, log2);
    if (part !== undefined) return part;
  }
  return undefined;
}

/** Every held block and how full it is. */
export function holdingsOf(
  hold: readonly Block[],
  ranges: readonly RangeUse[],
): readonly Holding[] {
  return hold.map((block) => {
    const uses = ranges.filter(({ range }) => contains(block.cidr, range));
    const used = uses.reduce((sum, use) => sum + use.used, 0);
    return { block, used, free: uses.reduce((sum, use) => sum + use.free, 0n) };
  });
}

function termOf({ hold }: CustodyState, range: Cidr): number {
  return hold.find(({ cidr }) => contains(cidr, range))?.term ?? TERM_MAX;
}
