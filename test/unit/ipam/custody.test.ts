/**
 * The theorem of ownership without reclaim (mesh protocol 3.3 A) as a model: peers that publish,
 * hear each other late, twice, in any order or never, crash with and without their disk, and are
 * removed while they run. No block has two holders and none vanishes but with a lost disk.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { type Cidr, overlaps, size } from '#peer/ipam/cidr.ts';
import type { Custody, View } from '#peer/ipam/custody-state.ts';
import { describeDamage } from '#peer/ipam/durable-check.ts';
import { Ipam } from '#peer/ipam/ipam.ts';
import { parseCidr } from '#peer/ipam/parse.ts';
import type { PeerId } from '#peer/mesh/peer-id.ts';
import { hashView } from '#peer/wire/view-hash.ts';
import { propertyOptions } from '#test/support/property-options.ts';
import { createMember, peerId, requestOf, viewOf } from './builders.ts';
import type { MemoryStore } from './memory-store.ts';

/** So small that blocks run out; /28s are the smallest that move. */
const UNIVERSE = [parseCidr('10.32.0.0/23'), parseCidr('fd00::/119')];
const ADDRESSES = UNIVERSE.reduce((sum, range) => sum + size(range), 0n);
const FOUNDER = peerId(1);

interface Peer {
  readonly self: PeerId;
  readonly store: MemoryStore;
  ipam: Ipam;
  /** The versions that it has heard, as indexes into what the others published. */
  heard: Map<PeerId, number>;
}

type Action =
  | 'publish'
  | 'hear'
  | 'grant'
  | 'allocate'
  | 'release'
  | 'crash'
  | 'lose'
  | 'remove'
  | 'adopt';

interface Step {
  readonly action: Action;
  readonly a: number;
  readonly b: number;
  readonly n: number;
}

class Model {
  readonly #peers: Peer[] = [];
  /**
   * Grants that a peer ever accepted of another, by `to from`: of those that are lost, too, and of
   * removed ones, whose counters are forgotten.
   */
  readonly #accepted = new Map<string, number>();
  /** Every record that was ever published: any of them may arrive at any time. */
  readonly #published = new Map<PeerId, Custody[]>();
  #view: View = viewOf(0n, []);
  #nextId = 1;
  #now = 0;
  #isWhole = true;
  grants = 0;
  accepts = 0;

  constructor(count: number) {
    for (let i = 0; i < count; i++) this.#join();
  }

  step({ action, a, b, n }: Step): void {
    const peer = this.#peers[a % this.#peers.length];
    const other = this.#peers[b % this.#peers.length];
    assert.ok(peer !== undefined && other !== undefined);
    this.#now += n * 10;
    this.#act(action, { peer, other, n });
    this.#check();
  }

  #act(action: Action, { peer, other, n }: { peer: Peer; other: Peer; n: number }): void {
    if (action === 'publish') this.#published.get(peer.self)?.push(peer.ipam.custody());
    if (action === 'hear') this.#hear(peer, other, n);
    if (action === 'grant') this.#grant(peer, other, n);
    if (action === 'allocate') this.#allocate(peer, n);
    if (action === 'release') this.#release(peer, n);
    if (action === 'crash') this.#restart(peer);
    if (action === 'lose' && n % 4 === 0) this.#lose(peer);
    if (action === 'remove' && n % 4 === 0) this.#remove(peer);
    if (action === 'adopt') this.#adopt(peer);
  }

  /** A new identity registers, and reads the list and who founded the cluster. */
  #join(): void {
    const self = peerId(this.#nextId++);
    const members = [...this.#view.members.keys(), self];
    this.#view = viewOf(this.#view.rev + 1n, members);
    const member = { self, view: this.#view, founder: FOUNDER, universe: UNIVERSE };
    this.#peers.push({ self, ...createMember(member), heard: new Map() });
    this.#published.set(self, []);
  }

  /** Any version may arrive; one that is older than what is known is dropped. */
  #hear(peer: Peer, other: Peer, n: number): void {
    const versions = this.#published.get(other.self) ?? [];
    if (versions.length === 0) return;
    const version = n % 3 === 0 ? n % versions.length : versions.length - 1;
    peer.heard.set(other.self, Math.max(version, peer.heard.get(other.self) ?? 0));
    const { writes, conflicts } = peer.ipam.look(this.#directoryOf(peer));
    assert.deepEqual(conflicts, []);
    this.accepts += writes.filter(({ type }) => type === 'hold-block').length;
    peer.store.commit(writes);
    for (const { peer: from, accepted } of peer.ipam.custody().counterparties)
      this.#accepted.set(`${peer.self} ${from}`, accepted);
  }

  #grant(peer: Peer, other: Peer, n: number): void {
    const { registeredRev } = other.ipam.custody();
    const family = n % 2 === 0 ? 4 : 6;
    const request = { to: other.self, registeredRev, family, wantLog2: n % 9, minLog2: 0 } as const;
    const outcome = peer.ipam.grant(this.#now, request);
    if (outcome.type !== 'granted') return;
    this.grants += outcome.writes.length > 0 ? 1 : 0;
    peer.store.commit(outcome.writes);
  }

  #allocate(peer: Peer, n: number): void {
    const outcome = peer.ipam.allocate(this.#now, requestOf(n));
    if (outcome.type === 'allocated') peer.store.commit(outcome.writes);
    peer.store.commit(peer.ipam.allocateVtep(this.#now).writes);
  }

  #release(peer: Peer, n: number): void {
    const attachments = peer.ipam.attachments();
    const attachment = attachments[n % Math.max(attachments.length, 1)];
    if (attachment === undefined) return;
    const outcome = peer.ipam.release(this.#now, attachment);
    if (outcome.type === 'released') peer.store.commit(outcome.writes);
  }

  /** With its state; what it had heard is gone. */
  #restart(peer: Peer): void {
    const before = peer.ipam.custody();
    const { self } = peer;
    assert.equal(describeDamage(peer.store.durable), undefined);
    peer.ipam = new Ipam({
      self,
      universe: UNIVERSE,
      durable: peer.store.durable,
      now: this.#now,
      hashView,
    });
    peer.heard = new Map();
    assert.deepEqual(peer.ipam.custody(), before);
  }

  /** Its disk is gone: what it held is, too, and it comes back as another. */
  #lose(peer: Peer): void {
    this.#remove(peer);
    this.#peers.splice(this.#peers.indexOf(peer), 1);
    this.#isWhole = false;
    this.#join();
  }

  /** The arbiter's list loses it; it runs on, for it may not have heard. */
  #remove(peer: Peer): void {
    const members = [...this.#view.members.keys()].filter((member) => member !== peer.self);
    this.#view = viewOf(this.#view.rev + 1n, members);
    this.#isWhole = false;
  }

  #adopt(peer: Peer): void {
    peer.store.commit(peer.ipam.adoptView(this.#view, this.#directoryOf(peer)).writes);
  }

  #directoryOf(peer: Peer): ReadonlyMap<PeerId, Custody> {
    const directory = new Map<PeerId, Custody>();
    for (const [other, version] of peer.heard) {
      const custody = this.#published.get(other)?.[version];
      if (custody !== undefined) directory.set(other, custody);
    }
    return directory;
  }

  #check(): void {
    const held = this.#peers.flatMap(({ ipam }) => ipam.custody().hold.map(({ cidr }) => cidr));
    const all = [...held, ...this.#onTheWay()];
    for (const [i, cidr] of all.entries()) {
      assert.ok(!all.slice(i + 1).some((other) => overlaps(cidr, other)), 'a block is held twice');
    }
    const total = all.reduce((sum, cidr) => sum + size(cidr), 0n);
    if (this.#isWhole) assert.equal(total, ADDRESSES, 'a block vanished');
    const addresses = this.#peers.flatMap(({ ipam }) => [
      ...ipam.vtep(),
      ...ipam.attachments().flatMap((attachment) => attachment.addresses),
    ]);
    const distinct = new Set(addresses.map(({ family, value }) => `${family} ${value}`));
    assert.equal(distinct.size, addresses.length, 'an address is in use twice');
  }

  /**
   * Grants that their grantee has not accepted. One that a lost peer accepted is not on its way,
   * even if the granter never hears of it: no other identity can accept it, and parts of the block
   * may be others' by now.
   */
  #onTheWay(): readonly Cidr[] {
    return this.#peers.flatMap(({ self, ipam }) =>
      ipam
        .custody()
        .pending.filter(({ to, n }) => n > (this.#accepted.get(`${to} ${self}`) ?? 0))
        .map(({ block }) => block.cidr),
    );
  }
}

const ACTIONS: readonly Action[] = [
  ...(['publish', 'hear', 'grant', 'allocate', 'release', 'crash'] as const),
  ...(['publish', 'hear', 'hear', 'grant', 'lose', 'remove', 'adopt'] as const),
];

/**
 * Seeds that failed once, which run for ever, and which of their runs it was. -489980303: the model
 * took a block that a lost peer had accepted and given on for one that is on its way to it.
 */
const KEPT_SEEDS = [{ seed: -489980303, run: 151 }];

/** Holds the model to the property; answers how much was granted and accepted in all its runs. */
function assertHolds(options: fc.Parameters<[number, Step[]]>): {
  grants: number;
  accepts: number;
} {
  const step = fc.record<Step>({
    action: fc.constantFrom(...ACTIONS),
    a: fc.nat(3),
    b: fc.nat(3),
    n: fc.nat(1_000),
  });
  const steps = fc.array(step, { minLength: 20, maxLength: 200, size: 'max' });
  const reached = { grants: 0, accepts: 0 };
  const property = fc.property(fc.integer({ min: 2, max: 4 }), steps, (count, taken) => {
    const model = new Model(count);
    for (const step of taken) model.step(step);
    reached.grants += model.grants;
    reached.accepts += model.accepts;
  });
  fc.assert(property, options);
  return reached;
}

test('no block has two holders and no address two users, whatever is heard and lost', () => {
  const reached = assertHolds(propertyOptions(300));
  assert.ok(reached.grants > 0 && reached.accepts > 0, JSON.stringify(reached));
});

for (const { seed, run } of KEPT_SEEDS) {
  test(`the same holds with the seed ${seed}, which failed once`, () => {
    const { reporter } = propertyOptions<[number, Step[]]>(1);
    assertHolds({ seed, numRuns: run + 1, ...(reporter && { reporter }) });
  });
}
