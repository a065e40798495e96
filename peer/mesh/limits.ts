/**
 * Every bound and interval of the mesh. Figures and their reasons come from the protocol's design
 * (docs/ARCHITECTURE.md, "The mesh"); relations that must hold are asserted where they matter.
 */

/** Hashed orders of the directory; each gives a peer a successor and a predecessor. */
export const RING_COUNT = 4;
/** Rings whose links get records at once even when busy; the others are announced to. */
export const EAGER_RING_COUNT = 2;
/** Up to so many peers everybody links to everybody. */
export const FULL_MESH_PEERS_MAX = 9;
/** How far a ring is walked past neighbours that can't be reached. */
export const RING_WALK_MAX = 8;
/**
 * Peers in one `links` record: those whom its writer wants and can't reach. On each side of each ring
 * a walk passes the nearest ones, and as many of those that are listed.
 */
export const DOWN_MAX = 2 * RING_COUNT * 2 * RING_WALK_MAX;

export const DIALS_IN_FLIGHT_MAX = 8;
/**
 * Of these, so many stay free of dials to identities that no list has, while one to a listed peer
 * waits: who makes identities up that nobody can reach keeps no member from being dialled.
 */
export const DIALS_KEPT_FOR_LISTED = 2;
/** Endpoints that are tried of who is not listed: a peer has one of an address family. */
export const CLAIM_ENDPOINTS_MAX = 2;
export const DIAL_BACKOFF_MIN_MS = 250;
export const DIAL_BACKOFF_MAX_MS = 15_000;
/** The higher id waits this much longer, for the lower one to dial, so that both rarely do. */
export const DIAL_DEFERENCE_MS = 1_000;
/**
 * Who is wanted is dialled after so long: while thousands start, nearer ones come in between, and a
 * link that is not made costs neither end a handshake.
 */
export const DIAL_SETTLE_MS = 100;
/** Who has no link to anybody whom it wants dials so many of these at once, and more by and by. */
export const WAYS_IN = 2;
/** Endpoints to join at are dialled so long after each other, but for those that fail: as long as a dial may take. */
export const DIAL_TURN_MS = 2_000;
/**
 * A dial that is answered within this was quick. When they take longer, so does all that is waited for
 * before a dial, up to so many times, and fewer are in flight: else everybody's machine is busy with
 * handshakes that are of no use any more when they are done.
 */
export const DIAL_QUICK_MS = 100;
export const DIAL_SLOWNESS_MAX = 4;
/** A link that its other end closed as soon as it came counts as so many dials that failed. */
export const SHORT_LINK_ATTEMPTS = 3;
/** What comes after this is no such end. */
export const SHORT_LINK_MS = 1_000;
/**
 * Endpoints that were found for peers that aren't known yet; the oldest make room. Twice as many as
 * are looked up at a time: those of the round before may still be on their way.
 */
export const FOUND_ENDPOINTS_MAX = 16;
/** A link that neither end wants is closed after this. */
export const UNWANTED_LINK_MS = 15_000;

/**
 * A link that is younger than this does not make room for another. Its end is told at once who its
 * neighbours are (a referral); it needs the link for as long as that takes to be read, and no longer:
 * thousands that start together come by the same three seeds.
 */
export const LINK_AGE_MIN_MS = 20;

export const HEARTBEAT_MS = 1_000;
/** Heartbeats are spread by this share of the interval, so that they don't fall into step. */
export const HEARTBEAT_JITTER = 0.1;
/** Silence after which a link is dead: three heartbeats and some. */
export const LINK_SILENCE_MS = 3_500;
/**
 * A step that comes late means that we were not running, not that others were silent. Of what a link's
 * silence lasted the longest lateness is not held against it, however long it was (a process may be
 * stopped for minutes), and of all others so much: who is always late still notices a dead link.
 */
export const LATENESS_FORGIVEN_MAX_MS = 3_500;
/** Steps that come less late are every machine's: what came in between is read in the next moment. */
export const LATENESS_MIN_MS = 50;

/**
 * A link that got nothing for this long takes a record at once: but where we come late to our turns
 * every link looks idle by the clock, so the lateness is added.
 */
export const IDLE_LINK_MS = 10;
/** For so long a step that came late tells of a machine that has too much to do. */
export const LATENESS_MEMORY_MS = 250;
export const BATCH_MS = 10;
export const ANNOUNCE_MS = 50;
/** How long an announcer that was asked may send nothing before the next one is asked. */
export const PULL_TIMEOUT_MS = 100;
/** Others that are remembered to have announced the same version. */
export const PULL_ANNOUNCERS_MAX = 4;
/** Versions that are asked for or are to be: the whole directory. */
export const PULLS_MAX = 20_000;
/**
 * Versions that one link is asked for at a time: an answer of them takes milliseconds, so that other
 * links get their share, and fits ANSWER_BYTES_MAX. The next are asked for when half of them came.
 */
export const PULL_WINDOW = 256;
/**
 * The longest wait before a link is asked again that sent nothing of what it was asked for: not much
 * more than a machine that has too much to do is silent.
 */
export const PULL_BACKOFF_MAX_MS = 5_000;
/** For so long a peer is not asked again for a version that it brought and we refused. */
export const QUARANTINE_MS = 60_000;
/** Versions that were refused and are remembered; the oldest make room. */
export const QUARANTINE_MAX = 1_024;

/** Bytes of records in one frame, before the last one is added. */
export const RECORDS_FRAME_BYTES = 64 * 1024;
/**
 * Bytes of records in the answer to one frame, before the last one is added: half of what congests a
 * link. The rest the other end gets by asking again.
 */
export const ANSWER_BYTES_MAX = 512 * 1024;
/**
 * Bytes of records that one link gets by asking: at once the directory of 10,000 peers, twice over,
 * then what costs a few hundredths of a core. Else a member that reads fast could keep a peer
 * encoding the same records for it without end.
 */
export const ANSWER_RATE = { burstBytes: 16 * 1024 * 1024, bytesPerSecond: 4 * 1024 * 1024 };
/**
 * Ids in one frame: 24 bytes each stay well below the transport's frame limit. And records in the
 * answer to one: no honest end asks for more.
 */
export const IDS_PER_FRAME = 2_000;
export const RECORD_BODY_BYTES_MAX = 16 * 1024;

/** Directory entries; two records a peer, 10,000 peers. */
export const DIRECTORY_RECORDS_MAX = 20_000;
export const BUCKET_COUNT = 256;
/** An exchange of digests that brought nothing by then may be started anew. */
export const RECONCILE_TIMEOUT_MS = 2_000;
/**
 * Digests that are answered to one link: a peer begins one exchange in RECONCILE_TIMEOUT_MS with us,
 * and of two one may have been on its way for longer. Each costs a walk over the directory.
 */
export const DIGESTS_RATE = { burst: 2, perSecond: 1_000 / RECONCILE_TIMEOUT_MS };
/**
 * Frames of entries that one exchange takes, each of which costs a walk over the directory. Two that
 * follow each other hold more than IDS_PER_FRAME together, for else they would be one.
 */
export const ENTRIES_FRAMES_MAX = 1 + (2 * DIRECTORY_RECORDS_MAX) / IDS_PER_FRAME;
/** The longest wait before the next exchange with a link whose last ones brought nothing. */
export const RECONCILE_WAIT_MAX_MS = 60_000;
/** Exchanges that a peer starts at the same time. */
export const RECONCILES_MAX = 2;
/**
 * While something new came within this, and four times our lateness, directories differ by what is on
 * its way: a heartbeat that differs then counts for nothing, up to so many in a row. Not before
 * anything was compared at all, and on a link over which nothing was the lateness alone counts.
 */
export const NEWS_SPREAD_MS = 250;
export const NEWS_HEARTBEATS_MAX = 5;
/** Heartbeats in a row that have to differ before records that are on their way count as missing. */
export const MISMATCHES_BEFORE_RECONCILE = 2;

/** Records of one writer that are accepted: a mad writer melts nothing. */
export const WRITER_RATE = { burst: 25, perSecond: 5 };

/**
 * Records with a false signature, or that are none, that one peer may bring, and frames of entries that
 * nobody asked for. An honest peer examines before it passes on, so these come from it alone. Who has
 * spent it is not linked with again before all of it is earned back.
 */
export const MISBEHAVIOUR_RATE = { burst: 20, perSecond: 1 };
/**
 * Bytes that one peer may bring of what is of no use here: records that are known already or refused,
 * and as below. At once the directory of 10,000 peers, three times over: an honest link brings it after a
 * cut, or what it was flooded with; while a thousand start it is some 15 KB. Then what costs a quarter of
 * a core: twice what the worst link would bring while 10,000 peers tell of flapping links as fast as they
 * may, reckoned from 100 that all publish. Whatever comes above that is misbehaviour.
 */
export const REPEATS_RATE = { burstBytes: 24 * 1024 * 1024, bytesPerSecond: 1024 * 1024 };
/** What any frame counts for, to take it is more work than its bytes tell: a thousand a second. */
export const FRAME_COST_BYTES = 512;
/** And each id that is announced or asked for: those are cheap. */
export const ID_COST_BYTES = 24;
/** Peers whose misbehaviour is remembered; the oldest make room. */
export const MISBEHAVING_PEERS_MAX = 1_024;

/** Writers that the arbiter has removed and whose records are kept, two of each: a day of a busy cluster. */
export const REMOVED_WRITERS_MAX = 1_000;
/**
 * Of the DIRECTORY_RECORDS_MAX, records of all others that the arbiter's list does not name: with those
 * who were removed they have half, and the listed the other half.
 */
export const UNLISTED_RECORDS_MAX = DIRECTORY_RECORDS_MAX / 2 - 2 * REMOVED_WRITERS_MAX;
/**
 * What one token of the rates below pays for, begun ones too: a record of who has just registered. An
 * identity that somebody made up may be told by one of RECORD_BODY_BYTES_MAX.
 */
export const UNLISTED_COST_BYTES = 512;
/**
 * New records of unlisted writers that one peer may bring, and all that are unlisted themselves
 * together: at once those of 5,000 that start together and come by one link before any list has them;
 * then as slowly as a cluster may grow without a list, for who goes on was not honest.
 */
export const UNLISTED_RATE = { burst: 6_000, perSecond: 5 };
/**
 * Further versions of records of unlisted writers that one peer may bring, its own aside: else each
 * made-up writer has a rate of its own. At once two of each of 5,000 that start together, and what one
 * link is refused another may bring.
 */
export const UNLISTED_UPDATES_RATE = { burst: 10_000, perSecond: 20 };
/**
 * Of both, by all bringers together. Whatever is taken here is brought to others, to whom it may be of no
 * use: with this an honest peer stays below their REPEATS_RATE, whoever floods it with identities. And one
 * bringer that spends all of its own leaves something to the others.
 */
export const UNLISTED_TOTAL_RATE = { burst: 18_000, perSecond: 50 };
/** Further versions that an unlisted writer brings itself: no slim ones are refused that WRITER_RATE takes. */
export const UNLISTED_OWN_RATE = { burst: 64, perSecond: 10 };

/**
 * For so long after its start a peer tells nobody whom it can't reach: in a cluster that starts as a
 * whole others may be yet to come. As long as it takes to find a link dead.
 */
export const UNREACHABLE_GRACE_MS = 3_500;
/** A rack that vanishes is told in one record, not in one for each of its peers. */
export const UNREACHABLE_NOTICE_DELAY_MS = 100;
/** A flapping link is told at this rate. */
export const UNREACHABLE_NOTICE_RATE = { burst: 4, perSecond: 0.2 };
