/** Bounds of the transport. */

/** One WebSocket message. The largest is a page of the arbiter's log (see its LOG_PAGE_MAX). */
export const FRAME_BYTES_MAX = 2 * 1024 * 1024;
/** All that the other end may send before it has proved itself: Hello and Auth are below 700. */
export const HANDSHAKE_BYTES_MAX = 16 * 1024;
/** Admitted Hellos that are remembered, to tell a recording from a relay: both are refused. */
export const HELLOS_SEEN_MAX = 1_024;
/** From TCP to the proof, of who dials us; of who answers us, from the WebSocket on. */
export const HANDSHAKE_TIMEOUT_MS = 5_000;
/** TCP, TLS and WebSocket together; the handshake above them has its own. */
export const DIAL_TIMEOUT_MS = 2_000;
/**
 * Dials in flight in one process, from TCP to the proof: as one takes 2.5 ms of its event loop, all
 * of these are through in a tenth of a second. More than the mesh of one peer has in flight.
 */
export const PROCESS_DIALS_IN_FLIGHT_MAX = 16;

/**
 * TCP connections to our control port: more than the largest --connection-limit, which bounds
 * links, and the strangers beside them.
 */
export const CONNECTIONS_MAX = 1_536;
/**
 * Of these, how many may be without proof at the same time, from TCP on: of addresses of members, and
 * as many of all others. Accepting one takes 2 ms, so a rush of so many is through in a seventh of a
 * second.
 */
export const HANDSHAKES_MAX = 64;
/** Beside these, of addresses that were not here lately: as many get in while strangers keep coming. */
export const NEWCOMER_HANDSHAKES_MAX = 32;
/**
 * How often an address counts as one that was not here lately. Whoever wants all those places, which
 * he keeps for HANDSHAKE_OVERDUE_MS, needs 640 addresses: more than a /24 has. A peer that was
 * dropped dials again within DIAL_BACKOFF_MAX_MS, so one of its next dials counts again.
 */
export const NEWCOMER_RATE = { burst: 1, perSecond: 0.1 };
/**
 * Who has not proved itself by then makes room for another when all these places are taken: five
 * round trips of a tenth of a second. Strangers can't hold a place for longer.
 */
export const HANDSHAKE_OVERDUE_MS = 500;
/**
 * Of these, how many of one address: one stranger must not take all. An honest peer needs one. One
 * that is overdue makes room for the next, and at a member's address the oldest does in any case: the
 * member is through before so many others come, which wait for nothing.
 */
export const HANDSHAKES_PER_ADDRESS_MAX = 4;
/** Connections that one address may open, or one /64 of IPv6 where no member is known. A peer behind the same address as others needs the burst. */
export const ADDRESS_RATE = { burst: 30, perSecond: 10 };
/**
 * The same where a member is known, of which it needs next to nothing itself: the rest is there for
 * what comes from its address without proof, such as its node's pods, so that they don't use up what
 * it dials with. As handshakes of TLS it is a tenth of a core.
 */
export const MEMBER_ADDRESS_RATE = { burst: 100, perSecond: 50 };
/** How often an address gets back what it took, by proving itself: a member that comes again and again pays. */
export const GIVEN_BACK_RATE = { burst: 30, perSecond: 10 };
/** Addresses whose rates, and whose proofs, are remembered. */
export const ADDRESSES_MAX = 4_096;
/** Addresses at which members are reached: one each, of twice as many as a cluster has. */
export const MEMBER_ADDRESSES_MAX = 20_000;
/** How old what is known of them may be: reading 10,000 takes some milliseconds. */
export const MEMBER_ADDRESSES_READ_MS = 1_000;

/** How often links are compared with the cluster keys. */
export const KEYS_CHECK_MS = 1_000;
/**
 * How long a link lasts whose cluster key was taken away: whoever dialled it reads its own keys in
 * two seconds and dials anew, with time for another try.
 */
export const REMOVED_KEY_GRACE_MS = 10_000;

/** Unsent bytes at which a link counts as congested, and below which it is well again. */
export const SEND_BUFFER_HIGH_BYTES = 1024 * 1024;
export const SEND_BUFFER_LOW_BYTES = 128 * 1024;
/**
 * Unsent bytes at which a link is closed: nobody who reads lets them grow to so much. The last
 * resort for what does not heed congestion, such as answers to questions.
 */
export const SEND_BUFFER_MAX_BYTES = 8 * 1024 * 1024;

/** Endpoints of which it is remembered which peer answered there: seeds, asked by their address. */
export const RESOLVED_MAX = 256;
/** Endpoints whose refusals are told to the operator, and for how long after the last one. */
export const TURNED_AWAY_MAX = 64;
export const TURNED_AWAY_MS = 60_000;

export const ANSWER_TIMEOUT_MS = 3_000;
/** Questions on one link that wait for an answer, in either direction. */
export const QUESTIONS_MAX = 64;
/** How long a link may take to say farewell before it is cut. */
export const FAREWELL_MS = 500;
