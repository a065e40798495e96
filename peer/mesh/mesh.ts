/**
 * The mesh: one function of events. Composes the directory, links, dials, flood, pulls and
 * reconciliation; everything that it does to the world is in the effects it returns. The same
 * code runs in the daemon and in the simulator.
 */
import { Agreement } from './agreement.ts';
import { Answers } from './answers.ts';
import { BoundHits } from './bound-hits.ts';
import { Dials } from './dials.ts';
import { Directory, isPeerRecord } from './directory.ts';
import type { LinkId, LinkUp, MeshEffect, MeshEvent } from './effect.ts';
import { Flood, type News } from './flood.ts';
import type { BucketEntries, Heartbeat, MeshFrame } from './frame.ts';
import { sendHeartbeats } from './heartbeats.ts';
import { Intake } from './intake.ts';
import { introduce, refer, tellOfItself } from './introduction.ts';
import { NO_EFFECTS, joinEffects } from './join-effects.ts';
import { Lateness } from './lateness.ts';
import { type Closing, type Link, Links } from './links.ts';
import { findDown } from './liveness.ts';
import type { MeshOptions } from './mesh-options.ts';
import { Patience } from './patience.ts';
import type { PeerId } from './peer-id.ts';
import { Pulls } from './pulls.ts';
import { chooseRecalled } from './recalled.ts';
import { type Exchanging, Reconcile, isConsistent } from './reconcile.ts';
import { Repeats } from './repeats.ts';
import type { DirectoryRecord, RecordContent, RecordId, SignedRecord } from './record.ts';
import { recordId } from './record.ts';
import type { Neighbours } from './rings.ts';
import { Topology } from './topology.ts';
import { UnreachableNotice } from './unreachable-notice.ts';

export type { MeshOptions, RecordCodec } from './mesh-options.ts';

export class Mesh {
  readonly directory = new Directory();
  readonly #options: MeshOptions;
  readonly #hits = new BoundHits();
  readonly #links: Links;
  readonly #dials: Dials;
  readonly #topology: Topology;
  readonly #intake: Intake;
  readonly #lateness = new Lateness();
  readonly #flood = new Flood(this.directory, this.#lateness);
  readonly #answers = new Answers(this.directory, this.#hits, (link) =>
    this.#flood.isCongested(link),
  );
  readonly #pulls = new Pulls(this.directory, this.#hits, this.#lateness);
  readonly #reconcile = new Reconcile(this.directory, this.#hits, this.#lateness);
  readonly #patience = new Patience(this.#hits);
  readonly #repeats = new Repeats(this.#hits, (now, by) => this.#patience.spend(now, by));
  readonly #notice = new UnreachableNotice();
  readonly #exchanging: Exchanging = {
    isWanted: (id) => {
      const link = this.#links.get(id);
      return link !== undefined && this.#isWantedOrWayIn(link.peer);
    },
    isIdle: (link) => this.#pulls.isIdle(link),
  };
  #seq = 0;
  /** When nextAt() promised the next step; one that comes later means that we were not running. */
  #expectedAt = Number.POSITIVE_INFINITY;
  readonly #agreement: Agreement;
  /** Whom we wanted when the links were told last. */
  #notedFor: Neighbours | undefined;

  constructor(options: MeshOptions) {
    this.#options = options;
    this.#links = new Links(options);
    this.#dials = new Dials(options.self, options.random);
    this.#intake = new Intake({ ...options, directory: this.directory, hits: this.#hits });
    this.#topology = new Topology({
      ...options,
      directory: this.directory,
      links: this.#links,
      dials: this.#dials,
      hits: this.#hits,
      isShunned: (peer) => this.#patience.isShunned(peer),
    });
    const counts = (peer: PeerId): boolean =>
      this.#topology.isMember(peer) && this.#topology.isListed(peer);
    this.#agreement = new Agreement({ ...options, directory: this.directory, counts });
  }

  /** Handles one event at `now` (milliseconds of a clock that never goes back). */
  step(now: number, event: MeshEvent): readonly MeshEffect[] {
    const lateMs = now - this.#expectedAt;
    this.#links.forgive(now, lateMs);
    this.#lateness.note(now, lateMs);
    const handled = this.#handle(now, event);
    const effects = joinEffects(handled, this.#settle(now));
    this.#expectedAt = this.nextAt();
    return this.#flood.withoutCongested(effects);
  }

  /** When the next `time` event is due. */
  nextAt(): number {
    return Math.min(
      this.#links.nextAt(),
      this.#dials.nextAt(),
      this.#flood.nextAt(),
      this.#pulls.nextAt(),
      this.#notice.nextAt(),
      this.#patience.nextAt(),
    );
  }

  links(): readonly Link[] {
    return this.#links.all();
  }

  isWanted(peer: PeerId): boolean {
    return this.#topology.isWanted(peer);
  }

  /** How far others know what we know. */
  get agreement(): Pick<Agreement, 'isSynced' | 'isConfirmed'> {
    return this.#agreement;
  }

  /** Peers that are down by what their observers say. */
  down(): ReadonlySet<PeerId> {
    return findDown(this.directory, () => this.#topology.rings(), this.#topology.standing());
  }

  #handle(now: number, event: MeshEvent): readonly MeshEffect[] {
    switch (event.type) {
      case 'link-up':
        return this.#linkUp(now, event);
      case 'link-down':
        return this.#linkDown(now, event.link);
      case 'dial-failed':
        this.#dials.failed(now, event.endpoint);
        this.#topology.reachChanged();
        return [];
      case 'frame':
        return this.#frame(now, event.link, event.frame);
      case 'congested':
        this.#flood.congested(event.link);
        this.#reconcile.congested(event.link);
        return [];
      case 'drained':
        this.#flood.drained(event.link);
        this.#reconcile.drained(event.link);
        return [];
      case 'publish':
        return this.#publish(now, event.content);
      case 'recall':
        return this.#recall(event.records);
      case 'endpoints-found':
        this.#topology.found(event.endpoints);
        return [];
      case 'members-changed':
        this.#topology.membersChanged();
        this.#intake.membersChanged();
        this.#reconcile.membersChanged();
        return [];
      case 'time':
        return [];
    }
  }

  /** What is due now, after every event: the state decides, and not which event came. */
  #settle(now: number): readonly MeshEffect[] {
    if (this.#patience.recover(now)) this.#topology.reachChanged();
    return joinEffects(
      this.#closeDue(now),
      this.#heartbeats(now),
      this.#flood.due(now),
      this.#reconcile.due(now, this.#exchanging),
      this.#pulls.due(now),
      this.#publishUnreachable(now),
      this.#dial(now),
      this.#hits.take(),
    );
  }

  #closeDue(now: number): readonly MeshEffect[] {
    const closings = this.#links.due(now);
    if (closings.length === 0) return NO_EFFECTS;
    return closings.flatMap((closing) => {
      if (closing.reason === 'silent') this.#topology.lost(now, closing.link.peer);
      return this.#close(closing);
    });
  }

  #heartbeats(now: number): readonly MeshEffect[] {
    if (this.#notedFor !== this.#topology.neighbours() || now >= this.#links.nextAt()) {
      this.#notedFor = this.#topology.neighbours();
      this.#links.noteWanted(now, (peer) => this.#isWantedOrWayIn(peer));
    }
    const due = this.#links.takeHeartbeats(now);
    return sendHeartbeats(due, this.directory.setHash, (peer) => this.#isWantedOrWayIn(peer));
  }

  /** While nobody whom we want is linked, whomever we have is our way in. */
  #isWantedOrWayIn(peer: PeerId): boolean {
    return this.isWanted(peer) || this.#topology.isJoining();
  }

  #dial(now: number): readonly MeshEffect[] {
    const targets = this.#topology.takeNewTargets();
    if (targets !== undefined) this.#dials.retarget(now, targets);
    const due = this.#dials.take(now);
    if (due.length === 0) return NO_EFFECTS;
    return due.map((endpoint) => ({ type: 'dial', endpoint }));
  }

  #linkUp(now: number, event: LinkUp): readonly MeshEffect[] {
    if (event.initiator === 'us') {
      this.#dials.answered(now, event.endpoint, event.peer);
      this.#topology.answered(event.endpoint, event.peer);
    }
    this.#topology.reachChanged();
    if (this.#patience.isShunned(event.peer))
      return [{ type: 'close', link: event.link, reason: 'misbehaved' }];
    const closing = this.#links.up(now, event, (peer) => this.isWanted(peer));
    const link = this.#links.get(event.link);
    this.#topology.reachChanged();
    const closed = closing === undefined ? [] : this.#close(closing);
    if (link === undefined) {
      if (closing?.reason === 'duplicate')
        return [...tellOfItself(this.directory, event), ...closed];
      const isCrowdedOut = closing?.reason === 'link-limit' && event.initiator === 'them';
      return isCrowdedOut ? [...this.#refer(event.link, event.peer), ...closed] : closed;
    }
    link.isToBeReferred = event.initiator === 'them' && !this.#topology.isMember(event.peer);
    this.#flood.up(event.link);
    this.#reconcile.up(event.link, event.initiator);
    return [...closed, ...introduce(this.directory, this.#options.self, link)];
  }

  /** The other end closed it, or it broke. */
  #linkDown(now: number, id: LinkId): readonly MeshEffect[] {
    const link = this.#links.down(id);
    if (link === undefined) return [];
    this.#forget(id);
    this.#topology.broken(now, link);
    return [];
  }

  /** Sends the peer where it belongs. */
  #refer(link: LinkId, peer: PeerId): readonly MeshEffect[] {
    const ids = [this.#options.self, ...this.#topology.adjacentTo(peer)];
    return refer(this.directory, { link, peer, ids });
  }

  #close({ link, reason }: Closing): readonly MeshEffect[] {
    this.#links.down(link.id);
    this.#forget(link.id);
    return [{ type: 'close', link: link.id, reason }];
  }

  #forget(id: LinkId): void {
    this.#flood.down(id);
    this.#answers.down(id);
    this.#pulls.down(id);
    this.#reconcile.down(id);
    this.#topology.reachChanged();
  }

  #frame(now: number, id: LinkId, frame: MeshFrame): readonly MeshEffect[] {
    const link = this.#links.get(id);
    if (link === undefined) return [];
    this.#links.heard(now, link);
    if (!this.#repeats.spendOn(now, link.peer, frame))
      return this.#close({ link, reason: 'misbehaved' });
    switch (frame.type) {
      case 'heartbeat':
        return this.#heard(now, link, frame);
      case 'records':
        return this.#records(now, link, frame.records);
      case 'have':
        this.#flood.heard(id, frame.ids);
        return this.#pull(now, { link, ids: frame.ids, isSync: false });
      case 'want':
        return this.#answers.answer(now, id, frame.ids);
      case 'bucket-digests':
        return this.#reconcile.digests(now, id, frame);
      case 'bucket-entries':
        return this.#entries(now, link, frame);
    }
  }

  #heard(now: number, link: Link, frame: Heartbeat): readonly MeshEffect[] {
    link.wantedByThem = frame.wanted;
    if (frame.wanted) link.unwantedSince = undefined;
    const isEqual = this.#reconcile.heartbeat(now, link.id, frame.setHash);
    const { peer } = link;
    if (isEqual) this.#agreement.note(peer);
    const isReferred = link.isToBeReferred && !this.isWanted(peer);
    link.isToBeReferred = false;
    return isReferred ? this.#refer(link.id, peer) : [];
  }

  #entries(now: number, link: Link, frame: BucketEntries): readonly MeshEffect[] {
    const { id } = link;
    const mayBeHonest = this.#reconcile.countEntries(id) && isConsistent(frame);
    const difference = mayBeHonest ? this.#reconcile.entries(now, id, frame) : undefined;
    if (difference === undefined) {
      const isBorne = mayBeHonest || this.#patience.spend(now, link.peer);
      const closed = isBorne ? [] : this.#close({ link, reason: 'misbehaved' });
      return [{ type: 'refused', reason: 'unasked-entries' }, ...closed];
    }
    this.#flood.heard(id, frame.entries);
    return [
      ...this.#answers.offer(id, difference.surplus),
      ...this.#pull(now, { link, ids: difference.missing, isSync: true }),
    ];
  }

  #pull(
    now: number,
    announced: { readonly link: Link; readonly ids: readonly RecordId[]; readonly isSync: boolean },
  ): readonly MeshEffect[] {
    const { link, isSync } = announced;
    const ids = this.#intake.askable(now, announced.ids, link.peer);
    return this.#pulls.announced(now, { link: link.id, ids, isSync });
  }

  #records(now: number, from: Link, records: readonly SignedRecord[]): readonly MeshEffect[] {
    const { peer } = from;
    const mayErr = (): boolean => this.#patience.spend(now, peer);
    const mayRepeat = (bytes: number): boolean => this.#repeats.spend(now, peer, bytes);
    const taken = this.#intake.take(now, records, { peer, mayErr, mayRepeat });
    if (taken.isTooBad)
      return [...taken.refused, ...this.#close({ link: from, reason: 'misbehaved' })];
    this.#flood.heard(from.id, taken.known);
    this.#pulls.repeated(now, taken.known, from.id);
    this.#pulls.declined(now, taken.declined, from.id);
    const own = taken.own.map((content) => ({ type: 'own-record', content }) as const);
    return joinEffects(taken.refused, own, this.#learn(now, taken.fresh, from.id));
  }

  /** Takes new records into the directory and passes them on. */
  #learn(now: number, records: readonly DirectoryRecord[], from?: LinkId): readonly MeshEffect[] {
    const learned = this.#apply(records);
    if (learned.length === 0) return NO_EFFECTS;
    if (from !== undefined) this.#reconcile.learned(now, from);
    const news: News[] = [];
    for (const record of learned) {
      const pulled = this.#pulls.learned(now, recordId(record), from);
      const knownTo = [...(from === undefined ? [] : [from]), ...(pulled?.announcers ?? [])];
      if (pulled?.isSync === true) this.#announceSynced(now, { record, knownTo });
      else news.push({ record, knownTo });
    }
    return [
      { type: 'learned', records: learned },
      ...(news.length === 0
        ? []
        : this.#flood.spread(now, news, (link) => this.#topology.shareOf(link))),
    ];
  }

  /** What came up in an exchange most others have; and those that wait for an exchange get it there. */
  #announceSynced(now: number, { record, knownTo }: News): void {
    for (const { id } of this.#links.all()) {
      const isTold = this.#topology.shareOf(id) !== 'none' && this.#reconcile.isLevel(id);
      if (isTold && !knownTo.includes(id)) this.#flood.announce(now, id, [record]);
    }
  }

  #recall(records: readonly DirectoryRecord[]): readonly MeshEffect[] {
    const applied = this.#apply(chooseRecalled(records, this.#options));
    // The others have put away who was removed too long ago by the list that we have, too.
    this.#intake.membersChanged();
    const kept = applied.filter((record) => this.directory.has(recordId(record)));
    return kept.length === 0 ? [] : [{ type: 'learned', records: kept }];
  }

  #apply(records: readonly DirectoryRecord[]): readonly DirectoryRecord[] {
    const applied = records.filter((record) => {
      const earlier = this.directory.peer(record.peer);
      if (!this.directory.apply(record)) return false;
      if (isPeerRecord(record)) this.#topology.learned(record, earlier);
      return true;
    });
    this.#intake.settle();
    return applied;
  }

  #publish(now: number, content: RecordContent): readonly MeshEffect[] {
    this.#seq++;
    const { self, epoch, codec } = this.#options;
    return this.#learn(now, [codec.seal({ peer: self, epoch, seq: this.#seq, content })]);
  }

  /** Tells others whom we can't reach, a little after that changed. */
  #publishUnreachable(now: number): readonly MeshEffect[] {
    // Who is no member yet publishes nothing: it may never become one, and records stay.
    if (!this.#agreement.hasPublished()) return NO_EFFECTS;
    const down = this.#topology.unreachable();
    const told = this.directory.down(this.#options.self);
    return this.#notice.isDue(now, down, told)
      ? this.#publish(now, { type: 'links', down })
      : NO_EFFECTS;
  }
}
