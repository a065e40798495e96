/**
 * The pure core of a peer: the mesh and ownership in one function of events. It has no clock, no
 * randomness and no I/O of its own; the daemon drives it, and so does the simulator.
 *
 * Ownership is level-triggered: whatever event came, accepts, clears and questions for space are
 * derived anew from the directory and the durable state. What it publishes goes through a commit.
 */
import { BootGate } from './boot-gate.ts';
import type { CoreBound, CoreEffect, CoreEvent } from './core-event.ts';
import { answer, attached, boundHit, refuse } from './core-replies.ts';
import { COPIED, JUST_STARTED, REMOVED } from './core-reasons.ts';
import { Membership, custodiesOf, knownOf } from './membership.ts';
import type { Custody, View } from '../ipam/custody-state.ts';
import type { Ipam } from '../ipam/ipam.ts';
import type { Conflict } from '../ipam/outcomes.ts';
import { isBehind } from '../ipam/rollback.ts';
import type { Write } from '../ipam/writes.ts';
import { type PeerRecord, isPeerRecord } from '../mesh/directory.ts';
import type { MeshEffect, MeshEvent } from '../mesh/effect.ts';
import { Mesh, type MeshOptions } from '../mesh/mesh.ts';
import type { PeerId } from '../mesh/peer-id.ts';
import type { DirectoryRecord, PeerContent, Profile } from '../mesh/record.ts';
import type { ReclaimState } from './reclaiming.ts';
import { Returns } from './returns.ts';
import { SpaceQuestions } from './space-questions.ts';
import { ToldList } from './told-list.ts';
import { Unseen } from './unseen.ts';
import {
  ALLOCATION_WAIT_MS,
  type AskedAllocation,
  type WaitingAllocation,
  WaitingAllocations,
} from './waiting-allocations.ts';

export interface CoreOptions extends Omit<MeshOptions, 'members' | 'isListed' | 'isNamed'> {
  readonly ipam: Ipam;
  /** Without overlay addresses: those come out of the holding. */
  readonly profile: Profile;
  /** 64 random bits of this run: by them a copy of our identity that runs elsewhere is known. */
  readonly instance: bigint;
}

export class Core {
  readonly mesh: Mesh;
  readonly ipam: Ipam;
  readonly told = new ToldList();
  readonly #options: CoreOptions;
  readonly #questions: SpaceQuestions;
  readonly #waiting = new WaitingAllocations();
  readonly #membership: Membership;
  readonly #gate: BootGate;
  readonly #returns: Returns;
  readonly #unseen = new Unseen();
  #conflicts: ReadonlyMap<PeerId, Conflict> = new Map();
  /** What we would have published at the start; undefined for who was no member then. */
  readonly #started: Custody | undefined;
  /** Told to be the founder, or told a list, while our disk may still be a copy. */
  #toldFounder: PeerId | undefined;
  #isListTold = false;
  /** Why nothing is done any more: the process is about to end. */
  #fencedFor: string | undefined;

  constructor(options: CoreOptions) {
    this.#options = options;
    this.ipam = options.ipam;
    this.#questions = new SpaceQuestions(options.random);
    this.mesh = new Mesh({
      ...options,
      members: (records) => this.members(records),
      isListed: (peer) => this.ipam.isListed(peer),
      isNamed: (peer) => this.ipam.view().members.has(peer),
    });
    const { ipam, mesh } = this;
    const members = () => this.members(mesh.directory.peers());
    this.#membership = new Membership({ ...options, mesh, now: ipam.startedAt, members });
    this.#gate = new BootGate(ipam.startedAt, { isNew: options.epoch === 1 });
    this.#started = ipam.phase() === 'member' ? ipam.custody() : undefined;
    this.#returns = new Returns(ipam.startedAt);
  }

  get self(): PeerId {
    return this.#options.self;
  }

  /** Handles one event at `now` (milliseconds of a clock that never goes back). */
  step(now: number, event: CoreEvent): readonly CoreEffect[] {
    if (this.#fencedFor !== undefined)
      return 'reply' in event ? [refuse(event.reply, this.#fencedFor)] : [];
    const isTold = this.told.note(event);
    const effects = this.#handle(now, event);
    if (this.#fencedFor !== undefined) return effects;
    return [...effects, ...this.#settle(now), ...(isTold ? [{ type: 'look-again' } as const] : [])];
  }

  /** When the next `time` event is due. */
  nextAt(): number {
    const always = Math.min(this.mesh.nextAt(), this.#questions.nextAt(), this.#waiting.nextAt());
    if (!this.#gate.isOpen()) return Math.min(always, this.#gate.nextAt());
    if (this.ipam.phase() !== 'member') return always;
    return Math.min(always, this.ipam.nextAt(), this.#membership.nextAt(), this.#returns.nextAt());
  }

  /** What to publish at the start, if anything. */
  start(now: number): readonly CoreEffect[] {
    const content = this.#content();
    if (content === undefined) return this.#mesh(now, { type: 'time' });
    return [...this.step(now, { type: 'publish', content })];
  }

  /** The records whose writers the arbiter, as far as we know, has neither removed nor replaced. */
  members(records: readonly PeerRecord[]): readonly PeerRecord[] {
    return records.filter(({ peer, content }) =>
      this.ipam.allows(peer, content.custody.registeredRev),
    );
  }

  /** The other peers that are members, in order of their ids. */
  others(): readonly PeerRecord[] {
    const members = this.members(this.mesh.directory.peers());
    return members.filter((record) => record.peer !== this.#options.self);
  }

  /** What reclaim waits for, if there is anything to reclaim. */
  reclaimState(): ReclaimState {
    return this.#membership.reclaimState();
  }

  /** Grants to us that are not accepted, one of each peer. */
  conflicts(): readonly Conflict[] {
    return [...this.#conflicts.values()];
  }

  #handle(now: number, event: CoreEvent): readonly CoreEffect[] {
    switch (event.type) {
      case 'registered':
        return this.#registered(now, event.view);
      case 'founded':
        return this.#founded(event.founder);
      case 'history-told':
        return this.#commit(this.ipam.keepHistoryMark(event.mark));
      case 'view':
      case 'executor-told':
      case 'view-answered':
        return this.#adopt(now, this.#membership.told(now, event));
      case 'view-asked':
        return this.#viewAsked(event);
      case 'allocate':
        return this.#allocate(now, { ...event, until: now + ALLOCATION_WAIT_MS });
      case 'release':
        return this.#release(now, event);
      case 'space-asked':
        return this.#spaceAsked(now, event);
      case 'space-answered':
        this.#questions.answered(now, event.need.family, event.granted);
        return [];
      default:
        return this.#mesh(now, event);
    }
  }

  /** What follows from the state, whatever event it was. */
  #settle(now: number): readonly CoreEffect[] {
    const refusals = this.#waiting.expired(now).map(({ reply, reason }) => refuse(reply, reason));
    const { isSynced, isConfirmed } = this.mesh.agreement;
    const look = { isSynced, isConfirmed, isAlone: this.told.isAlone() };
    const { toPublish, toOpen } = this.#gate.look(now, look);
    const published = toPublish ? this.#commit([]) : [];
    const before = [...refusals, ...published, ...(toOpen ? this.#catchUp() : [])];
    if (this.#fencedFor !== undefined || !this.#gate.isOpen()) return before;
    if (this.ipam.phase() !== 'member') return before;
    const isFreed = this.ipam.endRests(now);
    return [
      ...before,
      ...this.#look(now),
      ...(toOpen || isFreed ? this.#retryWaiting(now) : []),
      ...(isFreed ? this.#commit([]) : []),
      ...this.#questions.due(now, this.ipam, () => this.#upCustodies()),
      ...this.#tend(now),
    ];
  }

  /** What is to be done about members, and about space that nobody needs. */
  #tend(now: number): readonly CoreEffect[] {
    const { effects, found } = this.#membership.due(now);
    const surplus = this.#returns.due(now, this.ipam);
    const up = surplus.length === 0 ? new Map() : this.#upCustodies();
    const returned = surplus.flatMap((cidr) => this.ipam.giveBack(cidr, up, this.#options.random));
    const known = found === undefined ? [] : this.mesh.directory.peers().map(knownOf);
    const reclaimed = found === undefined ? [] : this.ipam.reclaim(now, found, known);
    const stuck = found === undefined ? [] : this.#membership.reclaimed(now, reclaimed.length);
    const all = [...returned, ...reclaimed];
    return [...effects, ...stuck, ...(all.length === 0 ? [] : this.#commit(all))];
  }

  #mesh(now: number, event: MeshEvent): readonly CoreEffect[] {
    const wasSynced = this.mesh.agreement.isSynced;
    const effects = this.mesh.step(now, event);
    if (effects.some((effect) => this.#isOfCopy(effect))) return this.#fence(COPIED);
    const kept = effects.filter((effect) => effect.type !== 'own-record');
    const learned = kept.flatMap((effect) => (effect.type === 'learned' ? effect.records : []));
    if (learned.length > 0) this.#learned(learned);
    // What was left alone until another peer knew what we know may be taken away now.
    const isLookDue = learned.length > 0 || wasSynced !== this.mesh.agreement.isSynced;
    return isLookDue ? [...kept, { type: 'look-again' }] : kept;
  }

  #learned(records: readonly DirectoryRecord[]): void {
    this.#unseen.add(records);
    this.#membership.learned(records.filter(isPeerRecord));
    this.#questions.wake();
  }

  /** Whether it tells that we, with this identity, have published what this disk knows nothing of. */
  #isOfCopy(effect: MeshEffect): boolean {
    if (effect.type === 'refused') return effect.reason === 'own-record-from-elsewhere';
    if (effect.type !== 'own-record') return false;
    // Whoever was no member yet had published nothing.
    return this.#started === undefined || isBehind(this.#started, effect.content.custody);
  }

  /** Ends this identity: noted on disk first, so that the next start begins as another. */
  #fence(reason: string, writes: readonly Write[] = []): readonly CoreEffect[] {
    this.#fencedFor = reason;
    return this.#after([...writes, { type: 'set-fenced', reason }], [{ type: 'fence', reason }]);
  }

  #registered(now: number, view: View): readonly CoreEffect[] {
    const before = this.ipam.view();
    const outcome = this.ipam.register(view);
    if (outcome.type === 'refused') return this.#fence(outcome.reason);
    if (outcome.writes.length > 0) this.#membership.adopted(now, before);
    // Our first list: of those whose records came before it, not all are members.
    const effects = this.#mesh(now, { type: 'members-changed' });
    return [...this.#commit(outcome.writes), ...effects];
  }

  /** The universe is not taken twice: who may be the founder with an old disk waits as all do. */
  #founded(founder: PeerId): readonly CoreEffect[] {
    if (founder === this.self && !this.#gate.isOpen()) {
      this.#toldFounder = founder;
      return [];
    }
    const outcome = this.ipam.found(founder);
    if (outcome.type === 'founded') return this.#commit(outcome.writes);
    // Another arbiter than before, by a mistake of somebody's: our identity is as good as ever.
    const reason = `the arbiter says that ${founder} founded the cluster, and said ${outcome.known} before`;
    this.#fencedFor = reason;
    return [{ type: 'fence', reason }];
  }

  /** About what we were told while the gate was shut. */
  #catchUp(): readonly CoreEffect[] {
    const founded = this.#toldFounder === undefined ? [] : this.#founded(this.#toldFounder);
    const isAsking = this.#isListTold && this.#fencedFor === undefined;
    return isAsking ? [...founded, ...this.#membership.wantList()] : founded;
  }

  /**
   * Not before the gate is open: with a newer list than ours on it, our disk would seem newer at the
   * next start than it is. The arbiter is asked for it again then, as by what others tell us meanwhile
   * it may be of a history that went back. That we are removed counts at once.
   */
  #adopt(now: number, view: View | undefined): readonly CoreEffect[] {
    if (view === undefined) return [];
    if (!this.#gate.isOpen() && view.members.has(this.self)) {
      this.#isListTold = true;
      return [];
    }
    const before = this.ipam.view();
    const { writes, removed } = this.ipam.adoptView(view, custodiesOf(this.mesh.directory.peers()));
    if (removed) return this.#fence(REMOVED, writes);
    if (writes.length === 0) return [];
    this.#unseen.addAll();
    this.#membership.adopted(now, before);
    return [...this.#commit(writes), ...this.#mesh(now, { type: 'members-changed' })];
  }

  #viewAsked({ since, reply }: Extract<CoreEvent, { type: 'view-asked' }>): readonly CoreEffect[] {
    const update = this.#membership.updateSince(since);
    if (update === undefined) return [refuse(reply, 'there is no newer list here')];
    return this.#after([], [answer(reply, { type: 'view', update })]);
  }

  #allocate(now: number, asked: AskedAllocation): readonly CoreEffect[] {
    const { request, reply } = asked;
    this.#questions.wake();
    if (this.ipam.phase() === 'member' && !this.#gate.isOpen())
      return this.#wait({ ...asked, reason: JUST_STARTED }, undefined);
    const outcome = this.ipam.allocate(now, request);
    switch (outcome.type) {
      case 'exists':
        return this.#after([], [attached(reply, outcome.attachment)]);
      case 'allocated':
        return this.#after(outcome.writes, [attached(reply, outcome.attachment)]);
      case 'exhausted':
        return this.#wait({ ...asked, reason: outcome.reason }, outcome.bound);
    }
  }

  /** What waits for other attachments to go would wait in vain: only space comes by itself. */
  #wait(asked: WaitingAllocation, bound: CoreBound | undefined): readonly CoreEffect[] {
    const isWaiting = bound === undefined && this.#waiting.add(asked);
    if (isWaiting) return [];
    const { reply, reason } = asked;
    return [boundHit(bound ?? 'too-many-waiting-allocations'), refuse(reply, reason)];
  }

  #release(
    now: number,
    { key, reply }: Extract<CoreEvent, { type: 'release' }>,
  ): readonly CoreEffect[] {
    const isCarrying = this.ipam.carriedOver().length > 0;
    const outcome = this.ipam.release(now, key);
    const writes = outcome.type === 'released' ? outcome.writes : [];
    const done = [answer(reply, { type: 'done' })];
    // Whoever leaves its address alone has to hear that it need not any more.
    return isCarrying ? this.#commit(writes, done) : this.#after(writes, done);
  }

  #spaceAsked(
    now: number,
    { from, need, reply }: Extract<CoreEvent, { type: 'space-asked' }>,
  ): readonly CoreEffect[] {
    const asker = this.mesh.directory.peer(from);
    if (asker === undefined) return [refuse(reply, 'its record is not known here yet')];
    if (!this.#gate.isOpen()) return [refuse(reply, JUST_STARTED)];
    const { registeredRev } = asker.content.custody;
    const outcome = this.ipam.grant(now, { ...need, to: from, registeredRev });
    if (outcome.type === 'refused') {
      const refusal = refuse(reply, outcome.reason);
      return outcome.bound === undefined
        ? [refusal]
        : [refusal, boundHit(outcome.bound), ...this.#membership.makeRoom(now, outcome.bound)];
    }
    return this.#commit(outcome.writes, [answer(reply, { type: 'done' })]);
  }

  /** Accepts and clears what records show, and takes overlay addresses once there are some. */
  #look(now: number): readonly CoreEffect[] {
    const isHungry = this.#conflicts.size > 0 && this.ipam.isShort();
    if (this.#unseen.isEmpty() && !isHungry) return [];
    const records = this.#takeUnseen();
    const inherited = this.ipam.passOn(now, records.map(knownOf));
    const { writes, changed, conflicts } = this.ipam.look(custodiesOf(records));
    this.#conflicts = new Map(conflicts.map((conflict) => [conflict.peer, conflict]));
    const vtep = this.ipam.allocateVtep(now);
    const all = [...inherited, ...writes, ...vtep.writes];
    if (changed) {
      this.#questions.accepted();
      this.#membership.changed();
    }
    const allocated = changed ? this.#retryWaiting(now) : [];
    if (all.length === 0) return allocated;
    const publishes = changed || inherited.length > 0 || vtep.writes.length > 0;
    return [...(publishes ? this.#commit(all) : this.#after(all, [])), ...allocated];
  }

  /** The members' records that something may follow from: those that came, and of a conflict, which may be over. */
  #takeUnseen(): readonly PeerRecord[] {
    const unseen = this.#unseen.take();
    if (unseen === 'all') return this.others();
    const peers = [...new Set([...unseen, ...this.#conflicts.keys()])];
    const records = peers.flatMap((peer) => this.mesh.directory.peer(peer) ?? []);
    return this.members(records).filter(({ peer }) => peer !== this.#options.self);
  }

  #retryWaiting(now: number): readonly CoreEffect[] {
    return this.#waiting.takeAll().flatMap((asked) => this.#allocate(now, asked));
  }

  /** Of the other members that are not down. */
  #upCustodies(): ReadonlyMap<PeerId, Custody> {
    const down = this.mesh.down();
    return custodiesOf(this.others().filter(({ peer }) => !down.has(peer)));
  }

  /** Writes that change what we publish: commit, then publish the state as it is now. */
  #commit(writes: readonly Write[], then: readonly CoreEffect[] = []): readonly CoreEffect[] {
    this.#questions.wake();
    const content = this.#content();
    const publish: CoreEffect[] = content === undefined ? [] : [{ type: 'publish', content }];
    return this.#after(writes, [...publish, ...then]);
  }

  /**
   * Even without writes of its own an answer waits for the commits before it: it may tell of
   * something that is not on disk yet.
   */
  #after(writes: readonly Write[], then: readonly CoreEffect[]): readonly CoreEffect[] {
    return [{ type: 'commit', writes, then: [...then, { type: 'look-again' }] }];
  }

  /** What we publish; undefined before the arbiter has said that we are a member. */
  #content(): PeerContent | undefined {
    if (this.ipam.phase() !== 'member' || !this.#gate.mayPublish()) return undefined;
    const { profile, instance } = this.#options;
    const vtep = { ...profile.vtep, overlay: this.ipam.vtep() };
    return { type: 'peer', profile: { ...profile, vtep }, custody: this.ipam.custody(), instance };
  }
}
