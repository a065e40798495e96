/**
 * The mesh: one function of events. Composes the directory, links, dials, flood, pulls and
 * reconciliation; everything that it does to the world is in the effects it returns. The same
 * code runs in the daemon and in the simulator.
 */
import { Dials } from './dials.ts';
import { Directory, type PeerRecord } from './directory.ts';
import type { LinkId, LinkUp, MeshEffect, MeshEvent, Refusal } from './effect.ts';
import { Flood } from './flood.ts';
import type { BucketEntries, Heartbeat, MeshFrame } from './frame.ts';
import { DIRECTORY_RECORDS_MAX, PAUSE_MS } from './limits.ts';
import { type Closing, type Link, Links } from './links.ts';
import { downPeers } from './liveness.ts';
import type { PeerId } from './peer-id.ts';
import { Pulls } from './pulls.ts';
import { Reconcile, isConsistent } from './reconcile.ts';
import {
  type DirectoryRecord,
  type Endpoint,
  type RecordBody,
  type RecordContent,
  type SignedRecord,
  recordId,
} from './record.ts';
import { Topology } from './topology.ts';
import { UnreachableNotice } from './unreachable-notice.ts';
import { WriterBudget } from './writer-budget.ts';

/** Cryptography and encoding, as pure functions: the core has none of its own. */
export interface RecordCodec {
  /** Encodes and signs a body of our own. */
  seal(body: RecordBody): DirectoryRecord;
  /** What the bytes say, unverified; undefined for bytes that are no record. */
  parse(signed: SignedRecord): DirectoryRecord | undefined;
  /** Whether the writer's signature holds. By far the most expensive of the three. */
  verify(record: DirectoryRecord): boolean;
}

export interface MeshOptions {
  readonly self: PeerId;
  /** Greater than in any earlier run of this identity. */
  readonly epoch: number;
  readonly codec: RecordCodec;
  /** Links above which a peer that isn't wanted is sent elsewhere. */
  readonly linksMax: number;
  /** Where to join: dialled until the peers behind them are known. */
  readonly bootstrap: readonly Endpoint[];
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Those whose writers the arbiter, as far as we know, has not removed or replaced. */
  readonly members: (records: readonly PeerRecord[]) => readonly PeerRecord[];
}

export class Mesh {
  readonly directory = new Directory();
  readonly #options: MeshOptions;
  readonly #links: Links;
  readonly #dials: Dials;
  readonly #flood = new Flood(this.directory);
  readonly #pulls = new Pulls(this.directory);
  readonly #reconcile = new Reconcile(this.directory);
  readonly #budget = new WriterBudget();
  #seq = 0;
  /** When nextAt() promised the next step; later than that means that we were paused. */
  #expectedAt = Number.POSITIVE_INFINITY;
  readonly #notice = new UnreachableNotice();
  readonly #topology: Topology;

  constructor(options: MeshOptions) {
    this.#options = options;
    this.#links = new Links(options);
    this.#dials = new Dials(options.self, options.random);
    this.#topology = new Topology({
      ...options,
      directory: this.directory,
      links: this.#links,
      dials: this.#dials,
    });
  }

  /** Handles one event at `now` (milliseconds of a clock that never goes back). */
  step(now: number, event: MeshEvent): readonly MeshEffect[] {
    this.#forgivePause(now);
    const effects = [...this.#handle(now, event), ...this.#settle(now)].filter((effect) =>
      this.#mayGo(effect),
    );
    this.#expectedAt = this.nextAt();
    return effects;
  }

  /** When the next `time` event is due. */
  nextAt(): number {
    return Math.min(
      this.#links.nextAt(),
      this.#dials.nextAt(),
      this.#flood.nextAt(),
      this.#pulls.nextAt(),
      this.#notice.nextAt(),
    );
  }

  links(): readonly Link[] {
    return this.#links.all();
  }

  isWanted(peer: PeerId): boolean {
    return this.#topology.neighbours().wanted.includes(peer);
  }

  /** Whether our directory has equalled another's since the start. */
  isSynced(): boolean {
    return this.#reconcile.hasMatched;
  }

  /** Peers that are down by what their observers say. */
  down(): ReadonlySet<PeerId> {
    const linked = this.#links.all().map((link) => link.peer);
    return downPeers(
      this.directory,
      this.#topology.rings(),
      new Set([this.#options.self, ...linked]),
    );
  }

  #handle(now: number, event: MeshEvent): readonly MeshEffect[] {
    switch (event.type) {
      case 'link-up':
        return this.#linkUp(now, event);
      case 'link-down':
        return this.#linkDown(event.link);
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
        return [];
      case 'time':
        return [];
    }
  }

  /** What is due now, after every event: the state decides, and not which event came. */
  #settle(now: number): readonly MeshEffect[] {
    this.#links.noteWanted(now, (peer) => this.isWanted(peer));
    return [
      ...this.#closeDue(now),
      ...this.#heartbeats(now),
      ...this.#flood.due(now),
      ...this.#pulls.due(now),
      ...this.#publishUnreachable(now),
      ...this.#dial(now),
    ];
  }

  #closeDue(now: number): readonly MeshEffect[] {
    return this.#links.due(now).flatMap((closing) => {
      const { peer } = closing.link;
      const effects = this.#close(closing);
      if (closing.reason === 'silent') {
        for (const endpoint of this.#topology.endpointsOf(peer))
          this.#dials.lost(now, { endpoint, peer });
      }
      return effects;
    });
  }

  #heartbeats(now: number): readonly MeshEffect[] {
    const due = this.#links.takeHeartbeats(now);
    if (due.length > 0) this.#budget.sweep(now);
    return due.map((link) => this.#heartbeat(link));
  }

  #dial(now: number): readonly MeshEffect[] {
    const targets = this.#topology.takeNewTargets();
    if (targets !== undefined) this.#dials.retarget(now, targets);
    return this.#dials.take(now).map((endpoint) => ({ type: 'dial', endpoint }));
  }

  #linkUp(now: number, event: LinkUp): readonly MeshEffect[] {
    if (event.initiator === 'us') {
      this.#dials.answered(now, event.endpoint, event.peer);
      this.#topology.resolved(event.endpoint, event.peer);
    }
    const closing = this.#links.up(now, event, (peer) => this.isWanted(peer));
    if (this.#links.get(event.link) !== undefined) {
      this.#flood.up(event.link);
      this.#reconcile.up(event.link);
    }
    this.#topology.reachChanged();
    return closing === undefined ? [] : this.#close(closing);
  }

  #linkDown(id: LinkId): readonly MeshEffect[] {
    if (this.#links.down(id) === undefined) return [];
    this.#forget(id);
    return [];
  }

  #close({ link, reason }: Closing): readonly MeshEffect[] {
    this.#links.down(link.id);
    this.#forget(link.id);
    return [{ type: 'close', link: link.id, reason }];
  }

  #forget(id: LinkId): void {
    this.#flood.down(id);
    this.#pulls.down(id);
    this.#reconcile.down(id);
    this.#topology.reachChanged();
  }

  #frame(now: number, id: LinkId, frame: MeshFrame): readonly MeshEffect[] {
    const link = this.#links.get(id);
    if (link === undefined) return [];
    link.heardAt = now;
    switch (frame.type) {
      case 'heartbeat':
        return this.#heard(now, link, frame);
      case 'records':
        return this.#records(now, link, frame.records);
      case 'have':
        this.#flood.heard(id, frame.ids);
        return this.#pulls.announced(now, id, frame.ids);
      case 'want':
        return this.#flood.answer(id, frame.ids);
      case 'bucket-digests':
        return this.#reconcile.digests(id, frame);
      case 'bucket-entries':
        return this.#entries(now, id, frame);
    }
  }

  #heard(now: number, link: Link, frame: Heartbeat): readonly MeshEffect[] {
    link.wantedByThem = frame.wanted;
    return this.#reconcile.heartbeat(now, link.id, frame.setHash);
  }

  #entries(now: number, link: LinkId, frame: BucketEntries): readonly MeshEffect[] {
    const difference = isConsistent(frame) ? this.#reconcile.entries(now, link, frame) : undefined;
    if (difference === undefined) return [{ type: 'refused', reason: 'unasked-entries' }];
    return [
      ...this.#flood.answer(link, difference.surplus),
      ...this.#pulls.announced(now, link, difference.missing),
    ];
  }

  #records(now: number, from: Link, records: readonly SignedRecord[]): readonly MeshEffect[] {
    const refused: MeshEffect[] = [];
    const fresh: DirectoryRecord[] = [];
    for (const signed of records) {
      const outcome = this.#examine(now, signed, fresh.length);
      if (typeof outcome === 'string') refused.push({ type: 'refused', reason: outcome });
      else if (outcome !== undefined) fresh.push(outcome);
      if (outcome === 'bad-signature' && !from.patience.spend(now)) {
        return [...refused, ...this.#close({ link: from, reason: 'misbehaved' })];
      }
    }
    return [...refused, ...this.#learn(now, fresh, from.id)];
  }

  /**
   * The record if it is new and sound; why not; or undefined for one that is known already.
   * `freshCount`: those of the same frame that are to be taken before it.
   */
  #examine(
    now: number,
    signed: SignedRecord,
    freshCount: number,
  ): DirectoryRecord | Refusal | undefined {
    const record = this.#options.codec.parse(signed);
    if (record === undefined) return 'bad-record';
    if (this.directory.has(recordId(record))) return undefined;
    if (record.peer === this.#options.self) return this.#noteOwn(record);
    // Looked at before the verification, which is what costs, and spent after it: else whoever
    // forges records of another could spend the other's budget.
    if (this.#budget.isSpent(now, record.peer)) return 'writer-budget';
    if (!this.#options.codec.verify(record)) return 'bad-signature';
    this.#budget.spend(now, record.peer);
    const known = this.directory.get(recordId(record)) !== undefined;
    if (!known && this.directory.size + freshCount >= DIRECTORY_RECORDS_MAX)
      return 'directory-full';
    return record;
  }

  /**
   * A record of ours that we don't have: of an earlier run, which a new version has to supersede,
   * or of a run that is yet to come: then our disk was set back, or another peer has our identity.
   */
  #noteOwn(record: DirectoryRecord): Refusal | undefined {
    if (record.epoch >= this.#options.epoch) return 'own-record-from-elsewhere';
    if (record.content.type === 'links') this.#notice.owe();
    return undefined;
  }

  /** Takes new records into the directory and passes them on. */
  #learn(now: number, records: readonly DirectoryRecord[], from?: LinkId): readonly MeshEffect[] {
    const learned = this.#apply(records);
    if (learned.length === 0) return [];
    for (const record of learned) this.#pulls.learned(recordId(record));
    const announceOnly = from !== undefined && this.#reconcile.isBusy(now, from);
    const spread = { records: learned, from, announceOnly };
    return [
      { type: 'learned', records: learned },
      ...this.#flood.spread(now, spread, (link) => this.#isEager(link)),
    ];
  }

  #recall(records: readonly DirectoryRecord[]): readonly MeshEffect[] {
    const others = records.filter((record) => record.peer !== this.#options.self);
    const recalled = this.#apply(others);
    return recalled.length === 0 ? [] : [{ type: 'learned', records: recalled }];
  }

  #apply(records: readonly DirectoryRecord[]): readonly DirectoryRecord[] {
    const before = this.directory.peerIds();
    const applied = records.filter((record) => this.directory.apply(record));
    if (this.directory.peerIds() !== before) this.#topology.membersChanged();
    if (applied.length > 0) this.#topology.endpointsChanged();
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
    if (this.directory.peer(this.#options.self) === undefined) return [];
    const down = this.#topology.unreachable();
    const told = this.directory.down(this.#options.self);
    return this.#notice.isDue(now, down, told) ? this.#publish(now, { type: 'links', down }) : [];
  }

  #heartbeat(link: Link): MeshEffect {
    const wanted = this.isWanted(link.peer);
    const frame: Heartbeat = { type: 'heartbeat', setHash: this.directory.setHash, wanted };
    return { type: 'send', link: link.id, frame };
  }

  /** Only heartbeats go out by a congested link; whoever waits for more asks again in a while. */
  #mayGo(effect: MeshEffect): boolean {
    if (effect.type !== 'send' || effect.frame.type === 'heartbeat') return true;
    return !this.#flood.isCongested(effect.link);
  }

  #isEager(id: LinkId): boolean {
    const link = this.#links.get(id);
    return link !== undefined && this.#topology.neighbours().eager.has(link.peer);
  }

  #forgivePause(now: number): void {
    const pausedMs = now - this.#expectedAt;
    if (pausedMs > PAUSE_MS) this.#links.forgivePause(pausedMs);
  }
}
