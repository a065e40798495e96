/** What the simulation is to reach. */

/** Of the time until all have a record, by that of the shortest paths; at every size. */
export const SPREAD_RATIO_MAX = 1.6;
/** From the publication of a record until the last one has it, while thousands start within a second. */
export const START_LAST_LAG_MS = 150;
/** Of what a peer sends, by the bytes of every record once. */
export const START_BYTES_RATIO_MAX = 3;
/** Of the simulator itself, at every size. */
export const EVENTS_PER_SECOND_MIN = 300_000;
