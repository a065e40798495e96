/**
 * The pure core of a peer: the mesh and ownership in one function of events. It has no clock, no
 * randomness and no I/O of its own; the daemon drives it, and so does the simulator.
 *
 * Ownership is level-triggered: whatever event came, accepts, clears and questions for space are
 * derived anew from the directory and the durable state. What it publishes goes through a commit.
 */
import type { CoreBound, CoreEffect, CoreEvent, CoreReply, ReplyId } from './core-event.ts';
import type { Attachment } from '../ipam/attachment.ts';
import type { Custody, View } from '../ipam/custody-state.ts';
import type { Ipam } from '../ipam/ipam.ts';
import type { Conflict } from '../ipam/outcomes.ts';
import type { Write } from '../ipam/writes.ts';
import type { PeerRecord } from '../mesh/directory.ts';
import type { MeshEvent } from '../mesh/effect.ts';
import { Mesh, type MeshOptions } from '../mesh/mesh.ts';
import type { PeerId } from '../mesh/peer-id.ts';
import type { PeerContent, Profile } from '../mesh/record.ts';
import { Namesakes } from './namesakes.ts';
import { SpaceQuestions } from './space-questions.ts';
import {
  ALLOCATION_WAIT_MS,
  type AskedAllocation,
  type WaitingAllocation,
  WaitingAllocations,
} from './waiting-allocations.ts';

/** How often the arbiter is asked who was removed, while there is no room to count another peer. */
const ROOM_ASK_MS = 10_000;

export interface CoreOptions extends Omit<MeshOptions, 'members' | 'isListed'> {
  readonly ipam: Ipam;
  /** Without overlay addresses: those come out of the holding. */
  readonly profile: Profile;
}

export class Core {
  readonly mesh: Mesh;
  readonly ipam: Ipam;
  readonly #options: CoreOptions;
  readonly #questions: SpaceQuestions;
  readonly #waiting = new WaitingAllocations();
  readonly #namesakes: Namesakes;
  /** Whose records have come since ownership was derived from them. */
  #unseen: Set<PeerId> | 'all' = 'all';
  #conflicts: ReadonlyMap<PeerId, Conflict> = new Map();
  /** Not before this for want of room. */
  #askViewAt = Number.NEGATIVE_INFINITY;

  constructor(options: CoreOptions) {
    this.#options = options;
    this.ipam = options.ipam;
    this.#questions = new SpaceQuestions(options.random);
    this.#namesakes = new Namesakes(options.random);
    this.mesh = new Mesh({
      ...options,
      members: (records) => this.members(records),
      isListed: (peer) => this.ipam.isListed(peer),
    });
  }

  get self(): PeerId {
    return this.#options.self;
  }

  /** Handles one event at `now` (milliseconds of a clock that never goes back). */
  step(now: number, event: CoreEvent): readonly CoreEffect[] {
    const effects = this.#handle(now, event);
    return [...effects, ...this.#settle(now)];
  }

  /** When the next `time` event is due. */
  nextAt(): number {
    return Math.min(
      this.mesh.nextAt(),
      this.#questions.nextAt(),
      this.#waiting.nextAt(),
      this.#namesakes.nextAt(),
    );
  }

  /** What to publish at the start of an identity that is a member already. */
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

  /** Grants to us that are not accepted, one of each peer at most. */
  conflicts(): readonly Conflict[] {
    return [...this.#conflicts.values()];
  }

  #handle(now: number, event: CoreEvent): readonly CoreEffect[] {
    switch (event.type) {
      case 'registered':
        return this.#registered(now, event.view);
      case 'founded':
        return this.#founded(event.founder);
      case 'view':
        return this.#view(now, event.view);
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
    const expired = this.#waiting.expired(now);
    const refusals = expired.map(({ reply, reason }) => answer(reply, { type: 'refused', reason }));
    if (this.ipam.phase() !== 'member') return refusals;
    return [
      ...this.#look(now),
      ...refusals,
      ...this.#askForSpace(now),
      ...this.#namesakes.due(now, () => this.members(this.mesh.directory.peers())),
    ];
  }

  #mesh(now: number, event: MeshEvent): readonly CoreEffect[] {
    const effects = this.mesh.step(now, event);
    const learned = effects.flatMap((effect) => (effect.type === 'learned' ? effect.records : []));
    if (learned.length === 0) return effects;
    if (this.#unseen !== 'all') for (const { peer } of learned) this.#unseen.add(peer);
    this.#questions.wake();
    return [...effects, { type: 'look-again' }];
  }

  #registered(now: number, view: View): readonly CoreEffect[] {
    const outcome = this.ipam.register(view);
    if (outcome.type === 'refused') return [{ type: 'fence', reason: outcome.reason }];
    // Our first list: of those whose records came before it, not all are members.
    const effects = this.#mesh(now, { type: 'members-changed' });
    return [...this.#commit(outcome.writes), ...effects];
  }

  #founded(founder: PeerId): readonly CoreEffect[] {
    const outcome = this.ipam.found(founder);
    if (outcome.type === 'founded') return this.#commit(outcome.writes);
    const reason = `the arbiter says that ${founder} founded the cluster, and said ${outcome.known} before`;
    return [{ type: 'fence', reason }];
  }

  #view(now: number, view: View): readonly CoreEffect[] {
    const custodies = custodiesOf(this.mesh.directory.peers());
    const { writes, removed } = this.ipam.adoptView(view, custodies);
    const reason = 'this peer was removed from the cluster, or another took its name';
    if (removed) return this.#after(writes, [{ type: 'fence', reason }]);
    if (writes.length === 0) return [];
    this.#unseen = 'all';
    return [...this.#commit(writes), ...this.#mesh(now, { type: 'members-changed' })];
  }

  #allocate(now: number, asked: AskedAllocation): readonly CoreEffect[] {
    const { request, reply } = asked;
    this.#questions.wake();
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
    return [
      boundHit(bound ?? 'too-many-waiting-allocations'),
      answer(reply, { type: 'refused', reason }),
    ];
  }

  #release(
    now: number,
    { key, reply }: Extract<CoreEvent, { type: 'release' }>,
  ): readonly CoreEffect[] {
    const outcome = this.ipam.release(now, key);
    const writes = outcome.type === 'released' ? outcome.writes : [];
    return this.#after(writes, [answer(reply, { type: 'done' })]);
  }

  #spaceAsked(
    now: number,
    { from, need, reply }: Extract<CoreEvent, { type: 'space-asked' }>,
  ): readonly CoreEffect[] {
    const asker = this.mesh.directory.peer(from);
    const reason = 'its record is not known here yet';
    if (asker === undefined) return [answer(reply, { type: 'refused', reason })];
    const { registeredRev } = asker.content.custody;
    const outcome = this.ipam.grant(now, { ...need, to: from, registeredRev });
    if (outcome.type === 'refused') {
      const refusal = answer(reply, { type: 'refused', reason: outcome.reason });
      return outcome.bound === undefined
        ? [refusal]
        : [refusal, boundHit(outcome.bound), ...this.#makeRoom(now, outcome.bound)];
    }
    return this.#commit(outcome.writes, [answer(reply, { type: 'done' })]);
  }

  /** Some of the peers that are counted may be removed, which only the arbiter's list can tell. */
  #makeRoom(now: number, bound: CoreBound): readonly CoreEffect[] {
    if (bound !== 'too-many-counterparties' || now < this.#askViewAt) return [];
    this.#askViewAt = now + ROOM_ASK_MS;
    return [{ type: 'ask-view' }];
  }

  /** Accepts and clears what records show, and takes overlay addresses once there are some. */
  #look(now: number): readonly CoreEffect[] {
    const isHungry = this.#conflicts.size > 0 && this.ipam.isShort();
    if (this.#unseen !== 'all' && this.#unseen.size === 0 && !isHungry) return [];
    if (this.#unseen === 'all') this.#namesakes.changed();
    const records = this.#takeUnseen();
    this.#namesakes.came(records);
    const { writes, changed, conflicts } = this.ipam.look(custodiesOf(records));
    this.#conflicts = new Map(conflicts.map((conflict) => [conflict.peer, conflict]));
    const vtep = this.ipam.allocateVtep(now);
    const all = [...writes, ...vtep.writes];
    if (changed) this.#questions.accepted();
    const allocated = changed ? this.#retryWaiting(now) : [];
    if (all.length === 0) return allocated;
    const publishes = changed || vtep.writes.length > 0;
    return [...(publishes ? this.#commit(all) : this.#after(all, [])), ...allocated];
  }

  /**
   * The members' records that something may follow from: those that came, and those of a conflict,
   * which may be over. What follows from any other is what followed at the last look, until our
   * view of the members is another one: then all are looked at again.
   */
  #takeUnseen(): readonly PeerRecord[] {
    const unseen = this.#unseen;
    this.#unseen = new Set();
    if (unseen === 'all') return this.others();
    const peers = [...new Set([...unseen, ...this.#conflicts.keys()])];
    const records = peers.flatMap((peer) => this.mesh.directory.peer(peer) ?? []);
    return this.members(records).filter(({ peer }) => peer !== this.#options.self);
  }

  #retryWaiting(now: number): readonly CoreEffect[] {
    return this.#waiting.takeAll().flatMap((asked) => this.#allocate(now, asked));
  }

  #askForSpace(now: number): readonly CoreEffect[] {
    if (!this.#questions.isDue(now) || !this.ipam.isShort()) return [];
    const down = this.mesh.down();
    const peers = custodiesOf(this.others().filter(({ peer }) => !down.has(peer)));
    const open = this.ipam.needs(peers).filter((need) => this.#questions.mayAsk(now, need.family));
    return open.flatMap((need): readonly CoreEffect[] => {
      const donors = this.ipam.chooseDonors(need, peers, this.#options.random);
      this.#questions.asked(now, need.family, { donorCount: donors.length });
      return donors.length === 0 ? [] : [{ type: 'ask-space', donors, need }];
    });
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
    if (this.ipam.phase() !== 'member') return undefined;
    const { profile } = this.#options;
    const vtep = { ...profile.vtep, overlay: this.ipam.vtep() };
    return { type: 'peer', profile: { ...profile, vtep }, custody: this.ipam.custody() };
  }
}

function custodiesOf(records: readonly PeerRecord[]): ReadonlyMap<PeerId, Custody> {
  return new Map(records.map(({ peer, content }) => [peer, content.custody]));
}

function answer(to: ReplyId, value: CoreReply): CoreEffect {
  return { type: 'reply', to, value };
}

function boundHit(bound: CoreBound): CoreEffect {
  return { type: 'bound-hit', bound };
}

function attached(to: ReplyId, attachment: Attachment): CoreEffect {
  return answer(to, { type: 'attached', attachment });
}
