/**
 * Ownership as the mesh machine drives it: custody and the addresses in use, in one state that
 * never contradicts itself. Every step is synchronous, takes the time where it matters, and answers
 * the writes that must be on disk before its answer or a new record may leave. Nothing is published
 * here and nothing is asked of the arbiter: its answers are handed in.
 */
import { assert } from '../assert.ts';
import type { PeerId } from '../mesh/peer-id.ts';
import { Addresses } from './addresses.ts';
import type { Attachment, AttachmentKey } from './attachment.ts';
import {
  type Address,
  type Cidr,
  type Family,
  compareCidrs,
  containsAddress,
  formatCidr,
} from './cidr.ts';
import { Claims, carriedOverOf } from './claims.ts';
import { hear } from './acceptance.ts';
import { Askers } from './askers.ts';
import type { Census } from './census.ts';
import { cidrsOf } from './blocks.ts';
import * as custody from './custody.ts';
import type { Custody, HashView, View } from './custody-state.ts';
import type { Durable } from './durable.ts';
import { type Refused, choosePart, findBound, holdingsOf, refuse } from './giving.ts';
import {
  type Space,
  chooseDonors,
  countPoolHolders,
  floorLog2,
  isShort,
  needOf,
} from './growth.ts';
import { type Inheritance, type Known, findBequests, findInheritances } from './heirs.ts';
import { COUNTERPARTIES_MAX } from './limits.ts';
import type * as outcomes from './outcomes.ts';
import { type Executor, mayGrant, passOn, reclaimFor } from './reclaim.ts';
import { RestingBlocks } from './resting-blocks.ts';
import { chooseKeeper, findSurplus } from './returning.ts';
import { checkUniverse } from './universe-changed.ts';
import type { CustodyWrite } from './writes.ts';

export interface IpamOptions {
  readonly self: PeerId;
  /** At most one range of each family. */
  readonly universe: readonly Cidr[];
  readonly durable: Durable;
  /** Monotonic, milliseconds, as everywhere here. */
  readonly now: number;
  /** What of a list is published. */
  readonly hashView: HashView;
}

export class Ipam {
  readonly self: PeerId;
  readonly universe: readonly Cidr[];
  /** When this run began. */
  readonly startedAt: number;
  readonly hashView: HashView;
  readonly #addresses: Addresses;
  readonly #askers = new Askers();
  readonly #rests = new RestingBlocks();
  readonly #claims: Claims;
  #state: custody.CustodyState;

  /** Throws UniverseChanged. */
  constructor({ self, universe, durable, now, hashView }: IpamOptions) {
    this.self = self;
    this.hashView = hashView;
    this.startedAt = now;
    this.universe = [...universe].sort(compareCidrs);
    this.#claims = new Claims(this.universe);
    this.#state = custody.custodyState(durable.custody);
    const held = cidrsOf(this.#state.hold);
    checkUniverse(this.universe, [...held, ...this.#state.pending.map(({ block }) => block.cidr)]);
    this.#addresses = new Addresses({ universe: this.universe, held, durable, now });
  }

  phase(): outcomes.Phase {
    return custody.phaseOf(this.#state, this.self);
  }

  /** `view`: the arbiter's answer to the registration of this identity. */
  register(view: View): outcomes.RegisterOutcome {
    if (!view.members.has(this.self)) {
      const found = `the arbiter's list of revision ${view.rev} doesn't have ${this.self}`;
      const reason = `${found}: it was replaced or removed, start as a new one`;
      return { type: 'refused', reason };
    }
    if (this.#state.registeredRev !== 0n) return { type: 'registered', writes: [] };
    return { type: 'registered', writes: this.#apply(custody.register(view)) };
  }

  /** `founder`: the arbiter's answer to who founded the cluster. Only after registration. */
  found(founder: PeerId): outcomes.FoundOutcome {
    const known = this.#state.founder;
    if (known !== undefined && known !== founder) return { type: 'conflict', known };
    if (known !== undefined) return { type: 'founded', writes: [] };
    const universe = founder === this.self ? this.universe : [];
    return { type: 'founded', writes: this.#apply(custody.found(founder, universe)) };
  }

  /** One address of each family of the universe. */
  allocate(now: number, request: outcomes.AllocateRequest): outcomes.AllocateOutcome {
    const phase = this.phase();
    if (phase === 'removed') {
      const found = 'this peer was removed from the cluster and gives out no more addresses';
      const reason = `${found}: it has to start again as a new identity`;
      return { type: 'exhausted', reason, bound: undefined };
    }
    return this.#addresses.allocate(now, request);
  }

  /** The peer's own overlay addresses, made for each family as soon as it holds space of it. */
  allocateVtep(now: number): outcomes.VtepOutcome {
    if (this.phase() !== 'member') return { addresses: this.vtep(), writes: [] };
    return this.#addresses.allocateVtep(now);
  }

  release(now: number, key: AttachmentKey): outcomes.ReleaseOutcome {
    const outcome = this.#addresses.release(now, key);
    if (!this.#claims.isEmpty()) this.#setHeld();
    return outcome;
  }

  /** In the order of their making. */
  attachments(): readonly Attachment[] {
    return this.#addresses.attachments();
  }

  find(key: AttachmentKey): Attachment | undefined {
    return this.#addresses.find(key);
  }

  /** IPv4 first; empty until allocateVtep. */
  vtep(): readonly Address[] {
    return this.#addresses.vtep();
  }

  /** Gives another peer a part of the holding. Asked again before it is accepted, tells the same. */
  grant(now: number, request: outcomes.GrantRequest): outcomes.GrantOutcome {
    const earlier = custody.findPending(this.#state, request);
    if (earlier !== undefined) return { type: 'granted', block: earlier.block, writes: [] };
    const refusal = this.#refusal(request) ?? findBound(this.#state, request.to);
    if (refusal !== undefined) return refusal;
    const donor = { state: this.#state, universe: this.universe, addresses: this.#addresses };
    const part = choosePart(donor, now, request);
    if (part === undefined) return refuse(`no IPv${request.family} space to spare`);
    if (!custody.canSplitOff(this.#state, part))
      return refuse('what would be left is more blocks than a peer keeps', 'too-many-blocks');
    if (!this.#askers.spend(now, request.to))
      return refuse(`${request.to} was granted enough for now`, 'grant-budget');
    const writes = this.#apply(custody.grant(this.#state, part, request));
    const made = custody.findPending(this.#state, request);
    assert(made !== undefined, `the grant of ${formatCidr(part)} is not pending`);
    return { type: 'granted', block: made.block, writes };
  }

  /**
   * Level-triggered: accepts and clears what the given peers' records show, compared with what is
   * known here. Any part of the directory may be given; all of it after a view was adopted, and
   * with each look the records of those with whom there was a conflict at the last.
   */
  look(peers: ReadonlyMap<PeerId, Custody>): outcomes.LookOutcome {
    if (this.phase() !== 'member') return { writes: [], changed: false, conflicts: [] };
    const writes: CustodyWrite[] = [];
    const conflicts: outcomes.Conflict[] = [];
    for (const other of custody.inOrder(peers)) {
      const heard = hear(this.#state, other, {
        self: this.self,
        universe: this.universe,
        isShort: (family) => this.#isShortOf(family),
        isWanted: (cidr) => this.#outside().some((address) => containsAddress(cidr, address)),
      });
      writes.push(...this.#apply([...heard.cleared, ...heard.accepted]));
      if (heard.conflict !== undefined) conflicts.push(heard.conflict);
    }
    writes.push(...this.#apply(custody.mergeBuddies(this.#state)));
    return { writes, changed: writes.length > 0, conflicts };
  }

  /**
   * Adopts a list of the arbiter's if it is newer than ours. `peers`: all of the directory, also
   * those that are no members any more.
   */
  adoptView(view: View, peers: ReadonlyMap<PeerId, Custody> = new Map()): outcomes.AdoptOutcome {
    if (this.#state.registeredRev === 0n) return { writes: [], removed: false };
    const registeredRevOf = (peer: PeerId) => peers.get(peer)?.registeredRev;
    const writes = this.#apply(custody.adoptView(this.#state, view, registeredRevOf));
    this.#claims.adopted(this.#state.view);
    return { writes, removed: this.phase() === 'removed' };
  }

  view(): View {
    return this.#state.view;
  }

  /** The newest mark of the arbiter's history that was kept; 0 for none. */
  historyMark(): bigint {
    return this.#state.historyMark;
  }

  /** `mark` came with a list of the arbiter's, or stands for a history that went back. */
  keepHistoryMark(mark: bigint): readonly CustodyWrite[] {
    return this.#apply(custody.keepHistoryMark(this.#state, mark));
  }

  /** Whether grants from and to this peer count: a member, or newer than our view. */
  allows(peer: PeerId, registeredRev: bigint): boolean {
    return custody.allows(this.#state, peer, registeredRev);
  }

  /**
   * Whether the list of the arbiter's that we have has it. One that names nobody else, as before
   * our registration or of whoever founds the cluster, tells nobody from anybody: all count then.
   */
  isListed(peer: PeerId): boolean {
    return custody.isListed(this.#state, this.self, peer);
  }

  /** Whether anything is to be asked for now. */
  isShort(): boolean {
    return this.phase() === 'member' && this.#spaces().some(isShort);
  }

  /** What to ask other peers for now, a family at most once. `peers`: the directory. */
  needs(peers: ReadonlyMap<PeerId, Custody>): readonly outcomes.Need[] {
    if (this.phase() !== 'member') return [];
    return this.#spaces().flatMap(
      (space) => needOf(space, countPoolHolders(space.universe, peers.values())) ?? [],
    );
  }

  /** Whom to ask, best first; few of them. `random` answers numbers in [0, 1). */
  chooseDonors(
    need: outcomes.Need,
    peers: ReadonlyMap<PeerId, Custody>,
    random: () => number,
  ): readonly PeerId[] {
    const donors = [...peers].filter(
      ([peer, { registeredRev }]) => peer !== this.self && this.allows(peer, registeredRev),
    );
    return chooseDonors(need, new Map(donors), random);
  }

  /** Takes what the census found. `known`: everybody that is known, with the node's name. */
  reclaim(
    now: number,
    { orphans, term }: Extract<Census, { type: 'orphans' }>,
    known: readonly Known[],
  ): readonly CustodyWrite[] {
    const { view } = this.#state;
    const bequests = findBequests({ orphans, view, known, universe: this.universe });
    const inheritances = findInheritances(bequests, view, known);
    const reclaimed = reclaimFor(this.#executor(now), { orphans, term, inheritances });
    this.#rests.add(now, reclaimed.rests, bequests);
    return [...this.#apply(reclaimed.writes), ...this.#apply(custody.mergeBuddies(this.#state))];
  }

  /** Hands over what others' pods have, and what late heirs inherit. `known`: whose records came. */
  passOn(now: number, known: readonly Known[]): readonly CustodyWrite[] {
    if (this.#claims.heard(known, this.#state.view)) this.#setHeld();
    const late = findInheritances(this.#rests.bequests(), this.#state.view, known);
    const executor = this.#executor(now);
    // Who makes claims up gets no more of us than by asking.
    const isPaid = (one: Inheritance) => mayGrant(executor, one) && this.#askers.spend(now, one.to);
    const wanted = this.#claims.wanted().filter(isPaid);
    return this.#apply(passOn(executor, [...late, ...wanted]));
  }

  #executor(now: number): Executor {
    return {
      self: this.self,
      state: this.#state,
      used: (family) => this.#addresses.taken(family, now),
      claims: this.#claims,
    };
  }

  /** Ends the rest of what was reclaimed a while ago; says whether there is more space now. */
  endRests(now: number): boolean {
    if (!this.#rests.end(now)) return false;
    this.#setHeld();
    return true;
  }

  /** Of `endRests`. */
  nextAt(): number {
    return this.#rests.nextAt();
  }

  /** What could be given back: blocks that are not needed, or more than are well kept. */
  surplus(now: number): readonly Cidr[] {
    if (this.phase() !== 'member') return [];
    const { hold, pending } = this.#state;
    const awake = hold.filter(({ cidr }) => this.#withoutWithheld([cidr])[0] === cidr);
    return this.universe.flatMap((universe) => {
      const { family } = universe;
      const used = this.#addresses.heldCount(family) - this.#addresses.freeCount(family);
      const taken = this.#addresses.taken(family, now);
      return findSurplus({ universe, hold: awake, pending, used, taken });
    });
  }

  /** Gives a block back that is wholly free; nothing where nobody is to take it. `peers`: who is up. */
  giveBack(
    cidr: Cidr,
    peers: ReadonlyMap<PeerId, Custody>,
    random: () => number,
  ): readonly CustodyWrite[] {
    const returned = { cidr, universe: this.universe, self: this.self, state: this.#state };
    const keeper = chooseKeeper(peers, returned, random);
    if (keeper === undefined || !this.allows(keeper.to, keeper.registeredRev)) return [];
    if (findBound(this.#state, keeper.to) !== undefined) return [];
    return this.#apply(custody.grant(this.#state, cidr, keeper));
  }

  /** Who founded the cluster, once that is known. */
  founder(): PeerId | undefined {
    return this.#state.founder;
  }

  /** Addresses that can be given out now. */
  freeCount(family: Family): bigint {
    return this.#addresses.freeCount(family);
  }

  /** Attachments with an address that lies in no block of ours, as those of a lost state have. */
  carriedOver(): readonly Attachment[] {
    return this.#addresses.carriedOver();
  }

  /** What to publish, once all writes so far are on disk. Not before this peer is a `member`. */
  custody(): Custody {
    return custody.publishedOf(this.#state, {
      viewHash: this.hashView(this.#state.view),
      freeLog2: { v4: this.#giveableLog2(4), v6: this.#giveableLog2(6) },
      carriedOver: carriedOverOf(this.#outside(), this.universe),
    });
  }

  /** In use, and in no block of ours: what only rests here is ours. */
  #outside(): readonly Address[] {
    return custody.outsideOf(this.#state, this.#addresses.usedOutside());
  }

  /** Every held block and how full it is, for the report. */
  holdings(): readonly outcomes.Holding[] {
    return holdingsOf(this.#state.hold, this.#addresses.ranges());
  }

  /** Why nothing is granted whatever space there is. */
  #refusal({ to, registeredRev }: outcomes.GrantRequest): Refused | undefined {
    if (this.phase() !== 'member') return refuse('this peer is no member yet');
    if (to === this.self) return refuse('a peer grants nothing to itself');
    if (this.allows(to, registeredRev)) return undefined;
    return refuse(`${to} is not in the arbiter's list of revision ${this.#state.view.rev}`);
  }

  #isShortOf(family: Family): boolean {
    return this.#spaces().some((space) => space.universe.family === family && isShort(space));
  }

  /** How much there is of each family. */
  #spaces(): readonly Space[] {
    return this.universe.map((universe) => ({
      universe,
      held: this.#addresses.heldCount(universe.family),
      free: this.#addresses.freeCount(universe.family),
    }));
  }

  /** The hint for who looks for a donor: nothing when whoever is new would be refused anyway. */
  #giveableLog2(family: Family): number {
    const isFull = this.#state.counterparties.size >= COUNTERPARTIES_MAX;
    return isFull ? 0 : floorLog2(this.#addresses.freeCount(family));
  }

  #apply(writes: readonly CustodyWrite[]): readonly CustodyWrite[] {
    const { hold } = this.#state;
    this.#state = custody.applyWrites(this.#state, writes);
    if (this.#state.hold !== hold) this.#setHeld();
    return writes;
  }

  /** What rests is held and not in use; nor is what others' pods have. */
  #withoutWithheld(held: readonly Cidr[]): readonly Cidr[] {
    return this.#claims.without(this.#rests.without(held), this.#addresses);
  }

  #setHeld(): void {
    this.#addresses.setHeld(this.#withoutWithheld(cidrsOf(this.#state.hold)));
  }
}
