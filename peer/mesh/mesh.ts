/**
 * The mesh: one function of events. Composes the directory, links, dials, flood, pulls and
 * reconciliation; everything that it does to the world is in the effects it returns. The same
 * code runs in the daemon and in the simulator.
 */
import { type DialTarget, Dials, endpointKey } from './dials.ts';
import { Directory, type PeerRecord } from './directory.ts';
import type { LinkId, LinkUp, MeshEffect, MeshEvent, Refusal } from './effect.ts';
import { Flood } from './flood.ts';
import type { BucketEntries, Heartbeat, MeshFrame } from './frame.ts';
import {
  DIRECTORY_RECORDS_MAX,
  LINKS_RECORD_DELAY_MS,
  LINKS_RECORD_RATE,
  PAUSE_MS,
} from './limits.ts';
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
import { type Neighbours, type Rings, buildRings, neighbours } from './rings.ts';
import { TokenBucket } from '../token-bucket.ts';
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
  readonly #linksRecords = new TokenBucket(LINKS_RECORD_RATE);
  /** When to tell whom we can't reach; infinite while others know. */
  #linksRecordAt = Number.POSITIVE_INFINITY;
  /** Others have one of an earlier run. */
  #isLinksRecordOwed = false;
  /** Which peer answered at an address that we were told to join at. */
  readonly #resolved = new Map<string, PeerId>();
  /** Derived from the directory's members; undefined after these changed. */
  #rings: Rings | undefined;
  /** Derived from rings, links and failed dials; undefined after one of them changed. */
  #neighbours: Neighbours | undefined;
  #targetsAreStale = true;

  constructor(options: MeshOptions) {
    this.#options = options;
    this.#links = new Links(options);
    this.#dials = new Dials(options.self, options.random);
  }

  /** Handles one event at `now` (milliseconds of a clock that never goes back). */
  step(now: number, event: MeshEvent): readonly MeshEffect[] {
    this.#forgivePause(now);
    const effects = [...this.#handle(now, event), ...this.#settle(now)];
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
      this.#linksRecordAt,
    );
  }

  links(): readonly Link[] {
    return this.#links.all();
  }

  isWanted(peer: PeerId): boolean {
    return this.#neighboursNow().wanted.includes(peer);
  }

  /** Whether our directory has equalled another's since the start. */
  isSynced(): boolean {
    return this.#reconcile.hasMatched;
  }

  /** Peers that are down by what their observers say. */
  down(): ReadonlySet<PeerId> {
    const linked = this.#links.all().map((link) => link.peer);
    return downPeers(this.directory, this.#ringsNow(), new Set([this.#options.self, ...linked]));
  }

  #handle(now: number, event: MeshEvent): readonly MeshEffect[] {
    switch (event.type) {
      case 'link-up':
        return this.#linkUp(now, event);
      case 'link-down':
        return this.#linkDown(event.link);
      case 'dial-failed':
        this.#dials.failed(now, event.endpoint);
        this.#staleNeighbours();
        return [];
      case 'frame':
        return this.#frame(now, event.link, event.frame);
      case 'congested':
        this.#flood.congested(event.link);
        return [];
      case 'drained':
        this.#flood.drained(event.link);
        this.#reconcile.up(event.link);
        return [];
      case 'publish':
        return this.#publish(now, event.content);
      case 'recall':
        return this.#recall(event.records);
      case 'members-changed':
        this.#staleRings();
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
        for (const endpoint of this.#endpointsOf(peer)) this.#dials.lost(now, { endpoint, peer });
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
    if (this.#targetsAreStale) this.#dials.retarget(now, this.#targets());
    this.#targetsAreStale = false;
    return this.#dials.take(now).map((endpoint) => ({ type: 'dial', endpoint }));
  }

  #linkUp(now: number, event: LinkUp): readonly MeshEffect[] {
    if (event.initiator === 'us') {
      this.#dials.succeeded(event.endpoint);
      this.#resolved.set(endpointKey(event.endpoint), event.peer);
    }
    const closing = this.#links.up(now, event, (peer) => this.isWanted(peer));
    if (this.#links.get(event.link) !== undefined) {
      this.#flood.up(event.link);
      this.#reconcile.up(event.link);
    }
    this.#staleNeighbours();
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
    this.#staleNeighbours();
  }

  #frame(now: number, id: LinkId, frame: MeshFrame): readonly MeshEffect[] {
    const link = this.#links.get(id);
    if (link === undefined) return [];
    link.heardAt = now;
    switch (frame.type) {
      case 'heartbeat':
        return this.#heard(now, link, frame);
      case 'records':
        return this.#records(now, id, frame.records);
      case 'have':
        this.#flood.heard(id, frame.ids);
        return this.#pulls.announced(now, id, frame.ids);
      case 'want':
        return this.#flood.sendRecords(id, frame.ids);
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
      ...this.#flood.sendRecords(link, difference.surplus),
      ...this.#pulls.announced(now, link, difference.missing),
    ];
  }

  #records(now: number, from: LinkId, records: readonly SignedRecord[]): readonly MeshEffect[] {
    const refused: MeshEffect[] = [];
    const fresh = records.flatMap((signed) => {
      const outcome = this.#examine(now, signed);
      if (typeof outcome === 'string') refused.push({ type: 'refused', reason: outcome });
      return typeof outcome === 'object' ? [outcome] : [];
    });
    return [...refused, ...this.#learn(now, fresh, from)];
  }

  /** The record if it is new and sound; why not; or undefined for one that is known already. */
  #examine(now: number, signed: SignedRecord): DirectoryRecord | Refusal | undefined {
    const record = this.#options.codec.parse(signed);
    if (record === undefined) return 'bad-record';
    if (this.directory.has(recordId(record))) return undefined;
    if (record.peer === this.#options.self) return this.#noteOwn(record);
    if (!this.#options.codec.verify(record)) return 'bad-signature';
    if (!this.#budget.spend(now, record.peer)) return 'writer-budget';
    const known = this.directory.get(recordId(record)) !== undefined;
    if (!known && this.directory.size >= DIRECTORY_RECORDS_MAX) return 'directory-full';
    return record;
  }

  /**
   * A record of ours that we don't have: of an earlier run, which a new version has to supersede,
   * or of a run that is yet to come: then our disk was set back, or another peer has our identity.
   */
  #noteOwn(record: DirectoryRecord): Refusal | undefined {
    if (record.epoch >= this.#options.epoch) return 'own-record-from-elsewhere';
    if (record.content.type === 'links') this.#isLinksRecordOwed = true;
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
    if (this.directory.peerIds() !== before) this.#staleRings();
    if (applied.length > 0) this.#targetsAreStale = true;
    return applied;
  }

  #publish(now: number, content: RecordContent): readonly MeshEffect[] {
    this.#seq++;
    const { self, epoch, codec } = this.#options;
    return this.#learn(now, [codec.seal({ peer: self, epoch, seq: this.#seq, content })]);
  }

  /** Tells others whom we can't reach, a little after that changed. */
  #publishUnreachable(now: number): readonly MeshEffect[] {
    const down = this.#neighboursNow().wanted.filter((peer) => this.#isUnreachable(peer));
    const told = this.directory.down(this.#options.self);
    const isSame = down.length === told.length && down.every((peer, i) => peer === told[i]);
    if (isSame && !this.#isLinksRecordOwed) {
      this.#linksRecordAt = Number.POSITIVE_INFINITY;
      return [];
    }
    this.#linksRecordAt = Math.min(this.#linksRecordAt, now + LINKS_RECORD_DELAY_MS);
    if (now < this.#linksRecordAt) return [];
    if (!this.#linksRecords.spend(now)) {
      this.#linksRecordAt = this.#linksRecords.nextAt(now);
      return [];
    }
    this.#linksRecordAt = Number.POSITIVE_INFINITY;
    this.#isLinksRecordOwed = false;
    return this.#publish(now, { type: 'links', down });
  }

  #heartbeat(link: Link): MeshEffect {
    const wanted = this.isWanted(link.peer);
    const frame: Heartbeat = { type: 'heartbeat', setHash: this.directory.setHash, wanted };
    return { type: 'send', link: link.id, frame };
  }

  #targets(): readonly DialTarget[] {
    const wanted = this.#neighboursNow().wanted.filter(
      (peer) => this.#links.to(peer) === undefined,
    );
    return [
      ...this.#unresolvedBootstrap().map((endpoint) => ({ endpoint })),
      ...wanted.flatMap((peer) => this.#endpointsOf(peer).map((endpoint) => ({ endpoint, peer }))),
    ];
  }

  /** Where to join, but for ourselves, those we have a link to, and those the rings take care of. */
  #unresolvedBootstrap(): readonly Endpoint[] {
    const open = this.#options.bootstrap.filter((endpoint) => {
      const peer = this.#resolved.get(endpointKey(endpoint));
      return peer !== this.#options.self && (peer === undefined || !this.#links.to(peer));
    });
    if (open.length === 0) return [];
    const ids = this.directory.peerIds();
    const known = new Set(ids.flatMap((id) => this.#endpointsOf(id).map(endpointKey)));
    return open.filter((endpoint) => !known.has(endpointKey(endpoint)));
  }

  #staleRings(): void {
    this.#rings = undefined;
    this.#staleNeighbours();
  }

  #staleNeighbours(): void {
    this.#neighbours = undefined;
    this.#targetsAreStale = true;
  }

  #ringsNow(): Rings {
    this.#rings ??= this.#buildRings();
    return this.#rings;
  }

  #buildRings(): Rings {
    const members = this.#options.members(this.directory.peers());
    const ids = new Set([...members.map((record) => record.peer), this.#options.self]);
    return buildRings([...ids].sort());
  }

  #neighboursNow(): Neighbours {
    this.#neighbours ??= neighbours(this.#ringsNow(), this.#options.self, (peer) =>
      this.#isUnreachable(peer),
    );
    return this.#neighbours;
  }

  /** No link, and every endpoint of it was dialled in vain. */
  #isUnreachable(peer: PeerId): boolean {
    if (this.#links.to(peer) !== undefined) return false;
    const endpoints = this.#endpointsOf(peer);
    const isFailing = (endpoint: Endpoint): boolean => this.#dials.isFailing(endpoint);
    return endpoints.length > 0 && endpoints.every(isFailing);
  }

  #endpointsOf(peer: PeerId): readonly Endpoint[] {
    return this.directory.peer(peer)?.content.profile.endpoints ?? [];
  }

  #isEager(id: LinkId): boolean {
    const link = this.#links.get(id);
    return link !== undefined && this.#neighboursNow().eager.has(link.peer);
  }

  #forgivePause(now: number): void {
    const pausedMs = now - this.#expectedAt;
    if (pausedMs > PAUSE_MS) this.#links.forgivePause(pausedMs);
  }
}
