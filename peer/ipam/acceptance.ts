/**
 * Accept: the step of custody that takes what others show as granted to us, and what it refuses. A
 * grant is a claim of somebody who may be mad, so beyond ownership itself it is held against what
 * we can keep: our own record has to stay small enough for others to take it (limits.ts).
 */
import { type Cidr, type Family, contains, overlaps, sizeLog2 } from './cidr.ts';
import {
  type CustodyState,
  type Other,
  allows,
  applyWrites,
  clear,
  counterpartyOf,
  hasRoomFor,
} from './custody.ts';
import type { Block, Counterparty, PendingGrant } from './custody-state.ts';
import {
  BLOCKS_MAX,
  DONORS_MAX,
  GRANT_COUNT_MAX,
  TERM_MAX,
  UNASKED_BLOCKS_MAX,
  smallestBlockLog2,
} from './limits.ts';
import type { Conflict, ConflictReason } from './outcomes.ts';
import type { PeerId } from '../mesh/peer-id.ts';
import type { CustodyWrite } from './writes.ts';

/** What follows from one record: grants that its writer has accepted, and then what it grants us. */
export interface Heard {
  readonly cleared: readonly CustodyWrite[];
  readonly accepted: readonly CustodyWrite[];
  readonly conflict: Conflict | undefined;
}

interface Acceptance {
  readonly writes: readonly CustodyWrite[];
  readonly conflict: Conflict | undefined;
}

export interface Taker {
  readonly self: PeerId;
  readonly universe: readonly Cidr[];
  /** Whether space of the family is needed. Asked only where it decides. */
  readonly isShort: (family: Family) => boolean;
  /** Whether pods of ours have addresses of the block, from before. */
  readonly isWanted: (cidr: Cidr) => boolean;
}

/** A grant that is looked at, and those of the same record that are to be accepted before it. */
interface Candidate {
  readonly block: Block;
  readonly from: Other;
  readonly taken: readonly Block[];
}

/** Level-triggered, and harmless for a record that was heard before, or is our own. */
export function hear(state: CustodyState, from: Other, taker: Taker): Heard {
  if (from.peer === taker.self) return { cleared: [], accepted: [], conflict: undefined };
  const cleared = clear(state, from, taker.self);
  const { writes, conflict } = accept(applyWrites(state, cleared), from, taker);
  return { cleared, accepted: writes, conflict };
}

/**
 * Accepts what an allowed peer shows as granted to us, in the order of its counters: exactly once,
 * however often or late its record comes. Stops at the first grant that can't be ours, or for
 * which there is no room. That one stays pending at its donor, where nobody uses it, and is looked
 * at again with every record: so a refusal never makes a block vanish, or be in two places.
 */
function accept(state: CustodyState, from: Other, taker: Taker): Acceptance {
  if (!allows(state, from.peer, from.custody.registeredRev))
    return { writes: [], conflict: undefined };
  const before = counterpartyOf(state, from.peer);
  const taken: Block[] = [];
  for (const { block } of grantsTo(from, { self: taker.self, after: before.accepted })) {
    const candidate = { block, from, taken };
    const reason =
      findFault(block, taker.universe) ??
      findOverlap(state, candidate) ??
      findLackOfRoom(state, candidate, taker);
    if (reason !== undefined) {
      const conflict = { peer: from.peer, cidr: block.cidr, reason };
      return { writes: acceptWrites(taken, before), conflict };
    }
    taken.push(block);
  }
  return { writes: acceptWrites(taken, before), conflict: undefined };
}

/** What is wrong with a block, whatever we hold. */
function findFault({ cidr, term }: Block, universe: readonly Cidr[]): ConflictReason | undefined {
  const around = universe.find((range) => contains(range, cidr));
  if (around === undefined) return 'outside-universe';
  if (sizeLog2(cidr) < smallestBlockLog2(around)) return 'too-small';
  return term > TERM_MAX ? 'term-too-high' : undefined;
}

function findOverlap(
  { hold, pending }: CustodyState,
  { block, taken }: Candidate,
): ConflictReason | undefined {
  const ours = [...hold, ...pending.map((grant) => grant.block), ...taken];
  return ours.some(({ cidr }) => overlaps(cidr, block.cidr)) ? 'ours-already' : undefined;
}

/**
 * Whether block and donor fit into what we keep. Without need a part of that is left for what we
 * shall need; in need blocks above that part are taken one at a time, until we are not any more.
 */
function findLackOfRoom(
  state: CustodyState,
  { block, from, taken }: Candidate,
  { isShort, isWanted }: Taker,
): ConflictReason | undefined {
  const blocks = state.hold.length + taken.length;
  const { cidr } = block;
  const isNeeded = (): boolean => (taken.length === 0 && isShort(cidr.family)) || isWanted(cidr);
  if (blocks >= BLOCKS_MAX) return 'too-many-blocks';
  if (blocks >= UNASKED_BLOCKS_MAX && !isNeeded()) return 'too-many-blocks';
  if (state.counterparties.has(from.peer)) return undefined;
  if (!hasRoomFor(state, from.peer)) return 'too-many-donors';
  return countDonors(state) >= DONORS_MAX && !isNeeded() ? 'too-many-donors' : undefined;
}

function countDonors({ counterparties }: CustodyState): number {
  return [...counterparties.values()].filter(({ granted }) => granted === 0).length;
}

/** Consecutive grants to `self` behind the last accepted one. A gap ends them: it can't be ours. */
function grantsTo(
  from: Other,
  { self, after }: { readonly self: PeerId; readonly after: number },
): readonly PendingGrant[] {
  const ours = from.custody.pending.filter(
    ({ to, n }) => to === self && n > after && n <= GRANT_COUNT_MAX,
  );
  ours.sort((a, b) => a.n - b.n);
  return ours.filter(({ n }, i) => n === after + 1 + i);
}

function acceptWrites(taken: readonly Block[], before: Counterparty): readonly CustodyWrite[] {
  if (taken.length === 0) return [];
  const counterparty = { ...before, accepted: before.accepted + taken.length };
  const holds = taken.map((block) => ({ type: 'hold-block', block }) as const);
  return [...holds, { type: 'set-counterparty', counterparty }];
}
