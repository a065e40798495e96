/**
 * How lists of members spread without everybody asking the arbiter: whoever has a newer one says so
 * in its signed record, by revision and hash. When two members of our list say the same (or all there
 * are beside us, if fewer), one of them is asked for the difference, and taken at its word if the list
 * hashes to that. When one alone says so, the arbiter is asked after a while, which makes the second.
 * So it is when they know less of the arbiter's history than we do, by their marks: theirs may be the
 * list of one that went back, which our arbiter's questions are no more answered by.
 * So where there are two others or more, one that lies makes nobody believe a list: no honest one signs
 * for the hash of the liar's, and for the hash that an honest one signs for there is no other list.
 *
 * A list that lacks ourselves is never taken from others: only the arbiter's own word fences. What
 * the arbiter does not confirm costs its writers their credit, for longer each time.
 */
import type { CoreEffect } from './core-event.ts';
import type { HashView, View } from '../ipam/custody-state.ts';
import { type ViewUpdate, updatedView } from '../ipam/view-update.ts';
import type { PeerRecord } from '../mesh/directory.ts';
import type { PeerId } from '../mesh/peer-id.ts';

/** Of those that say the same, apart from us: one of them is honest while no two lie in concert. */
const WITNESSES = 2;
/** A question that has no answer by then goes to another witness. */
const ANSWER_TIMEOUT_MS = 5_000;
/** So that of all who lack a second witness only a few ask the arbiter: one each 20 ms, about. */
const ASK_SPREAD_MS_PER_MEMBER = 20;
const ASK_SPREAD_MS = { least: 200, most: 60_000 };
/** The arbiter may be away: asked again, for as long as somebody is said to have a newer list. */
const ASK_AGAIN_MS = 10_000;
/** How long the testimony of a member counts for nothing after one that the arbiter did not confirm. */
const DISTRUST_MS = { least: 10_000, most: 3_600_000 };

/** A list that members say to have. */
interface Testimony {
  readonly rev: bigint;
  readonly hash: bigint;
  /** The newest of the arbiter's marks that it was told. */
  readonly mark: bigint;
}

interface Distrust {
  readonly until: number;
  readonly forMs: number;
}

/** Who reads others' testimony, and with which list. */
export interface Reader {
  readonly self: PeerId;
  readonly view: View;
  /** The newest of the arbiter's marks that we were told. */
  readonly historyMark: bigint;
}

export interface Audience extends Reader {
  readonly linked: () => ReadonlySet<PeerId>;
}

export class ViewSpreading {
  readonly #random: () => number;
  readonly #hashView: HashView;
  /** Newer lists, by the member, or the newcomer, that says to have it. */
  readonly #testimonies = new Map<PeerId, Testimony>();
  readonly #distrusted = new Map<PeerId, Distrust>();
  /** Witnesses whose answer was of no use, since we have our list. */
  readonly #useless = new Set<PeerId>();
  #asked: { readonly peer: PeerId; readonly until: number } | undefined;
  #askArbiterAt = Number.POSITIVE_INFINITY;
  /** What was claimed when the arbiter was asked, until it has answered. */
  #doubted: ReadonlyMap<PeerId, Testimony> | undefined;

  constructor(random: () => number, hashView: HashView) {
    this.#random = random;
    this.#hashView = hashView;
  }

  /** Records have come. */
  learned(records: Iterable<PeerRecord>, { self, view }: Reader): void {
    for (const { peer, content } of records) {
      const { viewRev, viewHash, registeredRev, historyMark } = content.custody;
      // Who registered after our list is no witness, but once it has a further one a reason to ask.
      const isNewcomer = registeredRev > view.rev && viewRev > registeredRev;
      const counts = peer !== self && (view.members.has(peer) || isNewcomer);
      if (counts && viewRev > view.rev)
        this.#testimonies.set(peer, { rev: viewRev, hash: viewHash, mark: historyMark });
      else this.#testimonies.delete(peer);
    }
  }

  /** We have another list: all records are to be looked at anew. */
  adopted(records: Iterable<PeerRecord>, audience: Reader): void {
    this.#testimonies.clear();
    this.#useless.clear();
    this.#asked = undefined;
    this.#askArbiterAt = Number.POSITIVE_INFINITY;
    for (const peer of this.#distrusted.keys())
      if (!audience.view.members.has(peer)) this.#distrusted.delete(peer);
    this.learned(records, audience);
  }

  /** Whether a list that the arbiter tells now was asked for because others have a newer one. */
  isDoubting(): boolean {
    return this.#doubted !== undefined;
  }

  /** The arbiter has told its list: whoever had said to have a newer one before that was wrong. */
  told(now: number, rev: bigint): void {
    for (const [peer, testimony] of this.#doubted ?? [])
      if (testimony.rev > rev) this.#distrust(now, peer);
    if (this.#doubted !== undefined) this.#askArbiterAt = Number.POSITIVE_INFINITY;
    this.#doubted = undefined;
  }

  /** What the witness that we asked has answered, if it is a list that enough witnesses sign for. */
  answered(
    now: number,
    { from, update }: { readonly from: PeerId; readonly update: ViewUpdate | undefined },
    reader: Reader,
  ): View | undefined {
    if (this.#asked?.peer !== from) return undefined;
    this.#asked = undefined;
    const told = update === undefined ? undefined : updatedView(reader.view, update);
    const isOurs = told?.members.has(reader.self) === true;
    if (told !== undefined && isOurs && this.#isWitnessed(now, told, reader)) return told;
    this.#useless.add(from);
    return undefined;
  }

  /** Whom to ask now. */
  due(now: number, audience: Audience): readonly CoreEffect[] {
    if (this.#testimonies.size === 0) return [];
    if (this.#asked !== undefined && now < this.#asked.until) return [];
    if (this.#asked !== undefined) this.#useless.add(this.#asked.peer);
    this.#asked = undefined;
    const witness = this.#chooseWitness(now, audience);
    if (witness === undefined) return this.#askArbiter(now, audience);
    this.#asked = { peer: witness, until: now + ANSWER_TIMEOUT_MS };
    return [{ type: 'ask-peer-view', peer: witness, since: audience.view.rev }];
  }

  nextAt(): number {
    if (this.#testimonies.size === 0) return Number.POSITIVE_INFINITY;
    return this.#asked?.until ?? this.#askArbiterAt;
  }

  #askArbiter(now: number, { view }: Audience): readonly CoreEffect[] {
    const testimonies = new Map(
      [...this.#testimonies].filter(([peer]) => this.#isTrusted(now, peer)),
    );
    if (testimonies.size === 0) return this.#waitForTrust();
    if (this.#askArbiterAt === Number.POSITIVE_INFINITY)
      this.#askArbiterAt = now + this.#random() * spreadOf(view);
    if (now < this.#askArbiterAt) return [];
    this.#askArbiterAt = now + ASK_AGAIN_MS;
    this.#doubted = testimonies;
    return [{ type: 'ask-view' }];
  }

  /** Nobody's testimony counts now: looked at again when somebody's do. */
  #waitForTrust(): readonly CoreEffect[] {
    const until = [...this.#testimonies.keys()].map(
      (peer) => this.#distrusted.get(peer)?.until ?? 0,
    );
    this.#askArbiterAt = Math.min(...until);
    return [];
  }

  /** One of those that have the newest list which enough of them have; best one that is linked. */
  #chooseWitness(now: number, audience: Audience): PeerId | undefined {
    const witnesses = this.#newestWitnessed(now, audience);
    const askable = witnesses.filter((peer) => !this.#useless.has(peer)).sort();
    const links = askable.length === 0 ? new Set<PeerId>() : audience.linked();
    const near = askable.filter((peer) => links.has(peer));
    const from = near.length > 0 ? near : askable;
    return from[Math.floor(this.#random() * from.length)];
  }

  #newestWitnessed(now: number, reader: Reader): readonly PeerId[] {
    const byTestimony = new Map<string, { readonly rev: bigint; readonly peers: PeerId[] }>();
    for (const [peer, { rev, hash }] of this.#witnesses(now, reader)) {
      const key = `${rev} ${hash}`;
      const same = byTestimony.get(key) ?? { rev, peers: [] };
      same.peers.push(peer);
      byTestimony.set(key, same);
    }
    const enough = [...byTestimony.values()].filter(
      ({ peers }) => peers.length >= witnessesOf(reader.view),
    );
    return enough.sort((a, b) => (a.rev > b.rev ? -1 : 1))[0]?.peers ?? [];
  }

  #isWitnessed(now: number, told: View, reader: Reader): boolean {
    const hash = this.#hashView(told);
    const same = this.#witnesses(now, reader).filter(
      ([, testimony]) => testimony.rev === told.rev && testimony.hash === hash,
    );
    return same.length >= witnessesOf(reader.view);
  }

  /** The testimonies that count: of members that are trusted, and that know of all that we were told. */
  #witnesses(now: number, { view, historyMark }: Reader): readonly [PeerId, Testimony][] {
    return [...this.#testimonies].filter(
      ([peer, { mark }]) =>
        mark >= historyMark && view.members.has(peer) && this.#isTrusted(now, peer),
    );
  }

  #isTrusted(now: number, peer: PeerId): boolean {
    return now >= (this.#distrusted.get(peer)?.until ?? Number.NEGATIVE_INFINITY);
  }

  #distrust(now: number, peer: PeerId): void {
    const before = this.#distrusted.get(peer)?.forMs ?? DISTRUST_MS.least / 2;
    const forMs = Math.min(before * 2, DISTRUST_MS.most);
    this.#distrusted.set(peer, { until: now + forMs, forMs });
  }
}

/** All there are beside us, if those are fewer. */
function witnessesOf({ members }: View): number {
  return Math.min(WITNESSES, Math.max(members.size - 1, 1));
}

function spreadOf({ members }: View): number {
  const { least, most } = ASK_SPREAD_MS;
  return Math.min(Math.max(members.size * ASK_SPREAD_MS_PER_MEMBER, least), most);
}
