/**
 * What one seed asks another and what it is answered, as plain JSON-able objects. Only seeds may
 * send these: whoever carries them checks that. Peers ask seeds by ArbiterRequest (request.ts).
 */
import { BATCH_ENTRIES_MAX, type Batch, type Entry } from '../log.ts';
import { fieldsOf, parseEntry } from '../request.ts';

/**
 * The number of a proposal: compared by round, then seed, then run. A seed's run is counted durably
 * at each start and it uses a round once in a run, so no two proposals share a ballot.
 */
export interface Ballot {
  readonly round: number;
  readonly seed: number;
  readonly run: number;
}

export interface Proposal {
  readonly ballot: Ballot;
  readonly batch: Batch;
}

/** `index` counts the decisions of the log from 0. */
export type SeedRequest =
  | { readonly type: 'prepare'; readonly index: number; readonly ballot: Ballot }
  | ({ readonly type: 'accept'; readonly index: number } & Proposal)
  /** Tells a decision. */
  | { readonly type: 'learn'; readonly index: number; readonly batch: Batch }
  /** Asks for decisions from `from` on. */
  | { readonly type: 'read'; readonly from: number }
  /** Says which votes are those of `seed` now: it asks this before it votes with them. */
  | { readonly type: 'enrol'; readonly seed: number; readonly store: string };

export type SeedReply =
  | { readonly type: 'promised'; readonly accepted?: Proposal }
  | { readonly type: 'accepted' }
  /** A higher ballot was promised. */
  | { readonly type: 'outbid'; readonly ballot: Ballot }
  /** The index was decided before; nothing was promised or accepted. */
  | { readonly type: 'decided'; readonly batch: Batch }
  | { readonly type: 'learned' }
  /** This seed may not vote there; it counts as one that did not answer. */
  | { readonly type: 'abstained' }
  | ({
      readonly type: 'enrolled';
      /** Which votes are the answering seed's own. */
      readonly store: string;
      /** One more than the highest index that it has touched by now. */
      readonly touched: number;
      readonly isWhole: boolean;
    } & Omit<Enrolled, 'store'>)
  | {
      readonly type: 'log';
      /** Consecutive decisions from the index that was asked for; at most LOG_PAGE_MAX. */
      readonly batches: readonly Batch[];
      /** One more than the highest index at which this seed knows a decision or accepted one. */
      readonly end: number;
    };

/** What one seed has told another, whose votes are `store`; it tells the same each time. */
export interface Enrolled {
  readonly store: string;
  /** One more than the highest index that was touched when the asking seed was first heard of. */
  readonly floor: number;
  /** Whether other votes were the asking seed's before. */
  readonly replaces: boolean;
}

/** Decisions in one reply: with full batches of long names, about 1.5 MB of JSON. */
export const LOG_PAGE_MAX = 16;

export function compareBallots(a: Ballot, b: Ballot): number {
  return a.round - b.round || a.seed - b.seed || a.run - b.run;
}

/** Checks what came over the wire; undefined for anything that is no request. */
export function parseSeedRequest(value: unknown): SeedRequest | undefined {
  const fields = fieldsOf(value);
  const { type, index, from, seed, store } = fields;
  if (type === 'read') return isCount(from) ? { type, from } : undefined;
  if (type === 'enrol') {
    return isCount(seed) && isStoreName(store) ? { type, seed, store } : undefined;
  }
  if (!isCount(index)) return undefined;
  const ballot = parseBallot(fields['ballot']);
  if (type === 'prepare') return ballot === undefined ? undefined : { type, index, ballot };
  const batch = parseBatch(fields['batch']);
  if (batch === undefined) return undefined;
  if (type === 'learn') return { type, index, batch };
  if (type !== 'accept' || ballot === undefined) return undefined;
  return { type, index, ballot, batch };
}

/** Checks what came over the wire; undefined for anything that is no reply. */
export function parseSeedReply(value: unknown): SeedReply | undefined {
  const fields = fieldsOf(value);
  switch (fields['type']) {
    case 'accepted':
      return { type: 'accepted' };
    case 'learned':
      return { type: 'learned' };
    case 'abstained':
      return { type: 'abstained' };
    case 'enrolled':
      return parseEnrolled(fields);
    case 'promised':
      return parsePromised(fields['accepted']);
    case 'outbid': {
      const ballot = parseBallot(fields['ballot']);
      return ballot === undefined ? undefined : { type: 'outbid', ballot };
    }
    case 'decided': {
      const batch = parseBatch(fields['batch']);
      return batch === undefined ? undefined : { type: 'decided', batch };
    }
    case 'log':
      return parseLog(fields['batches'], fields['end']);
    default:
      return undefined;
  }
}

export function parseBatch(value: unknown): Batch | undefined {
  if (!Array.isArray(value) || value.length > BATCH_ENTRIES_MAX) return undefined;
  const entries: Entry[] = [];
  for (const item of value) {
    const entry = parseEntry(item);
    if (entry === undefined) return undefined;
    entries.push(entry);
  }
  return entries;
}

export function parseBallot(value: unknown): Ballot | undefined {
  const { round, seed, run } = fieldsOf(value);
  return isCount(round) && isCount(seed) && isCount(run) ? { round, seed, run } : undefined;
}

export function parseProposal(value: unknown): Proposal | undefined {
  const fields = fieldsOf(value);
  const ballot = parseBallot(fields['ballot']);
  const batch = parseBatch(fields['batch']);
  return ballot === undefined || batch === undefined ? undefined : { ballot, batch };
}

function parsePromised(accepted: unknown): SeedReply | undefined {
  if (accepted === undefined) return { type: 'promised' };
  const proposal = parseProposal(accepted);
  return proposal === undefined ? undefined : { type: 'promised', accepted: proposal };
}

function parseEnrolled(fields: Readonly<Record<string, unknown>>): SeedReply | undefined {
  const { store, floor, touched, replaces, isWhole } = fields;
  if (!isStoreName(store) || !isCount(floor) || !isCount(touched)) return undefined;
  if (typeof replaces !== 'boolean' || typeof isWhole !== 'boolean') return undefined;
  return { type: 'enrolled', store, floor, touched, replaces, isWhole };
}

function parseLog(batches: unknown, end: unknown): SeedReply | undefined {
  if (!Array.isArray(batches) || batches.length > LOG_PAGE_MAX || !isCount(end)) return undefined;
  const parsed = batches.map(parseBatch);
  const whole = parsed.filter((batch) => batch !== undefined);
  return whole.length === parsed.length ? { type: 'log', batches: whole, end } : undefined;
}

/** 128 random bits in hexadecimal. */
function isStoreName(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{32}$/.test(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
