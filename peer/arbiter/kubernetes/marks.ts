/**
 * Marks of the history that the Leases have, by which it is known again when etcd was restored from a
 * backup. One is appended after a change of who is a member or executor was read; whoever was told
 * a list keeps the newest mark that was there, and publishes it. A history that lacks it lacks what
 * came before it, too. Which marks there are, and what each history has of them; asks nobody. Pure.
 *
 * A mark is one number of 128 bits: its place, counted from 1, and below it 64 random bits, so that
 * those which a restored history appends are others. By size they are in the order of their making.
 */
import type { PeerId } from '../../mesh/peer-id.ts';
import { ArbiterUnavailable } from '../arbiter.ts';
import type { Lease, LeaseContent } from './lease-store.ts';

/** The Lease that has them. */
export const HISTORY = 'history';

/**
 * Marks that are kept, the newest: 10 KB of an annotation, which may have 256. Of an older one it
 * can't be told whether this history ever had it.
 */
export const MARKS_MAX = 256;

/** Each peer may have appended one that is lost, and ours may not be the newest of them. */
const ACCEPT_MARGIN = 10_000n;

/**
 * No history lacks so many marks of another's: whoever says to have a later one made it up. What an
 * operator accepts stays far from the places that PLACE_PATTERN has no digits for.
 */
const LOST_MAX = 10n ** 12n;

const TOKEN_BITS = 64n;
const TOKEN_DIGITS = 16;

/** The revision that was read before the newest mark, and the marks, each PLACE-TOKEN. */
const MARKS_PATTERN = /^(\d{1,20}) (\d{1,19}-[0-9a-f]{16}(?:,\d{1,19}-[0-9a-f]{16})*)$/;
const REVISION_PATTERN = /^\d{1,20}$/;
const PLACE_PATTERN = /^\d{1,18}$/;

export interface Marks {
  /** Revision of the list that had been read when the newest one was appended. */
  readonly rev: bigint;
  /** Oldest first. */
  readonly all: readonly bigint[];
  /** The operator's word: up to this place nobody needs to be told of what is lost. */
  readonly accepted: bigint;
}

/** A mark, and who has it: undefined for ourselves. */
export interface Witness {
  readonly mark: bigint;
  readonly peer: PeerId | undefined;
}

/** `lease`: undefined where nobody has made it yet. Throws ArbiterUnavailable. */
export function readMarks(lease: Lease | undefined): Marks {
  const accepted = readAccepted(lease?.accepted);
  if (lease?.marks === undefined) return { rev: 0n, all: [], accepted };
  const [, rev, marks] = MARKS_PATTERN.exec(lease.marks) ?? [];
  if (rev === undefined || marks === undefined) throw damaged('weft/marks', lease.marks);
  return { rev: BigInt(rev), all: marks.split(',').map(parseMark), accepted };
}

/** What the Lease becomes by another mark, which is made after a list of revision `rev` was read. */
export function appendMark(
  marks: Marks,
  { rev, token }: { readonly rev: bigint; readonly token: bigint },
): LeaseContent {
  const all = [...marks.all, nextMark(marks, token)].slice(-MARKS_MAX);
  const text = `${rev} ${all.map(formatMark).join(',')}`;
  return { holder: undefined, node: undefined, retired: undefined, marks: text };
}

/** After all there are, and after what was accepted, so that the same can't be lost twice. */
export function nextMark(marks: Marks, token: bigint): bigint {
  return ((lastPlaceOf(marks) + 1n) << TOKEN_BITS) | token;
}

function lastPlaceOf(marks: Marks): bigint {
  const last = placeOf(newestMark(marks));
  return last > marks.accepted ? last : marks.accepted;
}

/** 0 without any. */
export function newestMark({ all }: Marks): bigint {
  return all.at(-1) ?? 0n;
}

/**
 * Whether all that is in the list was there before the newest mark: a registry that was changed later,
 * by the revision of a Lease of it, needs another. So does one that was accepted.
 */
export function isMarked(marks: Marks, registry: readonly Lease[], listRev: bigint): boolean {
  if (placeOf(newestMark(marks)) <= marks.accepted || marks.rev > listRev) return false;
  return registry.every(({ resourceVersion }) => {
    return REVISION_PATTERN.test(resourceVersion) && BigInt(resourceVersion) <= marks.rev;
  });
}

/** What of a mark there is in a history: it, or nothing and so the history went back. */
export type Trace = 'there' | 'accepted' | 'too-old' | 'lost';

export function traceOf(marks: Marks, mark: bigint): Trace {
  if (mark === 0n || marks.all.includes(mark)) return 'there';
  if (placeOf(mark) <= marks.accepted) return 'accepted';
  const [oldest] = marks.all;
  const isFull = marks.all.length >= MARKS_MAX;
  return isFull && oldest !== undefined && placeOf(mark) < placeOf(oldest) ? 'too-old' : 'lost';
}

/** The newest mark that this history lacks, of those that are known. */
export function findLost(marks: Marks, known: Iterable<Witness>): Witness | undefined {
  const there = new Set(marks.all);
  const placeMax = lastPlaceOf(marks) + LOST_MAX;
  let lost: Witness | undefined;
  for (const witness of known) {
    if (witness.peer !== undefined && placeOf(witness.mark) > placeMax) continue;
    if (there.has(witness.mark) || witness.mark <= (lost?.mark ?? 0n)) continue;
    if (traceOf(marks, witness.mark) === 'lost') lost = witness;
  }
  return lost;
}

export function describeLost(marks: Marks, { mark, peer }: Witness): string {
  const last = placeOf(newestMark(marks));
  const witness = peer === undefined ? 'this peer has been told' : `the peer ${peer} says to know`;
  return (
    `the API server's history went back: it is at mark ${last}, and lacks the mark ` +
    `${formatMark(mark)} that ${witness}, so etcd was restored from a backup or is another one; ` +
    'who joined or was removed since is not in its list, and nothing is decided by it. See that ' +
    'each node has the Lease it should have and no other has one, then say so to all peers: ' +
    `kubectl annotate lease ${HISTORY} weft/accepted=${placeOf(mark) + ACCEPT_MARGIN} ` +
    "--overwrite, in weft's namespace"
  );
}

function placeOf(mark: bigint): bigint {
  return mark >> TOKEN_BITS;
}

function formatMark(mark: bigint): string {
  const token = BigInt.asUintN(Number(TOKEN_BITS), mark);
  return `${placeOf(mark)}-${token.toString(16).padStart(TOKEN_DIGITS, '0')}`;
}

/** Of what MARKS_PATTERN lets through. */
function parseMark(text: string): bigint {
  const [place = '', token = ''] = text.split('-');
  return (BigInt(place) << TOKEN_BITS) | BigInt(`0x${token}`);
}

function readAccepted(text: string | undefined): bigint {
  if (text === undefined) return 0n;
  if (!PLACE_PATTERN.test(text)) throw damaged('weft/accepted', text);
  return BigInt(text);
}

function damaged(annotation: string, text: string): ArbiterUnavailable {
  return new ArbiterUnavailable(
    `the annotation ${annotation} of the Lease "${HISTORY}" can't be read: "${text.slice(0, 80)}"; ` +
      'put it back as it was, or take it away',
    { reachable: [] },
  );
}
