/**
 * Every bound of ownership on what others can make a peer keep. What custody keeps is in the peer's
 * own record, which nobody takes any more above RECORD_BODY_BYTES_MAX: so the bounds together must
 * fit into it, whatever the others grant (a property test holds the sum against the encoding).
 */
import { type Cidr, sizeLog2 } from './cidr.ts';

/** A /28: smaller blocks only make more routes. Less is neither asked for, granted nor accepted. */
export const SMALLEST_BLOCK_LOG2 = 4;

/**
 * Blocks of one holding, 28 bytes each in the record. An IPv6 /48 that one /120 was split off is 72
 * blocks, an IPv4 /12 is 16; joining buddies brings a holding back to few.
 */
export const BLOCKS_MAX = 160;

/**
 * Blocks that are taken from others without need. Above it one is only accepted by who is short of
 * space: so whoever gives away crumbs can't use up the blocks that are needed to split our own.
 */
export const UNASKED_BLOCKS_MAX = 32;

/** Blocks up to which reclaim fills a holding: the rest is for what is asked for, and to split blocks. */
export const RECLAIMED_BLOCKS_MAX = BLOCKS_MAX - UNASKED_BLOCKS_MAX;

/**
 * Grants on their way at one time, 53 bytes each in the record. One takes two rounds of records; an
 * asker whose grant is not accepted yet is told that one again, so only many askers come near it.
 */
export const PENDING_GRANTS_MAX = 64;

/**
 * Peers that blocks were granted to or accepted from, 35 bytes each in the record. They are kept
 * for as long as they are members, because their counters make acceptance exactly-once: 10,000
 * peers that get their blocks from 64 donors are 157 for each.
 */
export const COUNTERPARTIES_MAX = 192;

/**
 * Of these, peers that only ever gave us something. More than a peer can need, and few enough that
 * made-up donors can't keep us from granting to others.
 */
export const DONORS_MAX = 32;

/**
 * Smallest blocks in which a peer says that its pods have addresses from before it lost its state, 18
 * bytes each in the record at most. Addresses are given out densely: 512 lie in so many.
 * Others leave these alone and hand them over, so it is also what a mad member can lay its hand on at
 * a time.
 */
export const CARRIED_OVER_MAX = 32;

/**
 * Peers that our list does not have yet, of whom that counts. A member can make as many up as it likes;
 * of honest ones few lost their state since the list, which is at most ten minutes old.
 */
export const UNLISTED_CLAIMANTS_MAX = 16;

/**
 * The highest term. Terms come from others, grow by one at each change of hands, and are 32 bits on
 * the wire, where a larger one would wrap to the oldest: a block of this term stays where it is.
 */
export const TERM_MAX = 2 ** 28 - 1;

/**
 * Buddies join only when their terms are this near. A term from elsewhere that is absurdly high so
 * stays with its block, instead of spreading to all that is next to it. Honest terms are small.
 */
export const JOINED_TERMS_APART_MAX = 64;

/**
 * Reclaimed blocks begin above the terms that were said of them, but for terms from here on: honest
 * ones never come near, and one removed liar must not freeze what is reclaimed for all time.
 */
export const RECLAIMED_TERM_MAX = 2 ** 27;

/** Grants to one peer, and from one: as terms, the counters are 32 bits on the wire. */
export const GRANT_COUNT_MAX = 2 ** 28 - 1;

/**
 * Grants of one donor to one asker. The burst takes an honest one through a start of all the pods
 * that a node can have; a mad one drains a donor at this rate and not at that of its questions.
 */
export const GRANT_RATE = { burst: 8, perSecond: 0.1 };

/** Askers whose rate is remembered; above, all others share one. */
export const ASKERS_MAX = 1_024;

/** The smallest block of this universe that moves, as an exponent of two: all of a tiny universe. */
export function smallestBlockLog2(universe: Cidr): number {
  return Math.min(SMALLEST_BLOCK_LOG2, sizeLog2(universe));
}
