/** Ownership as the core drives it: custody and addresses together. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { REST_MS } from '#peer/ipam/allocator.ts';
import { formatAddress, formatCidr } from '#peer/ipam/cidr.ts';
import type { Custody } from '#peer/ipam/custody-state.ts';
import { EMPTY_DURABLE } from '#peer/ipam/durable.ts';
import { Ipam } from '#peer/ipam/ipam.ts';
import { parseCidr } from '#peer/ipam/parse.ts';
import type { PeerId } from '#peer/mesh/peer-id.ts';
import { hashView } from '#peer/wire/view-hash.ts';
import { createMember, custodyOf, peerId, requestOf, viewOf } from './builders.ts';

const [A, B, C] = [peerId(1), peerId(2), peerId(3)];
const VIEW = viewOf(3n, [A, B, C]);
const DUAL = [parseCidr('10.32.0.0/16'), parseCidr('fd00::/48')];

function createPair(universe = DUAL) {
  const donor = createMember({ self: A, view: VIEW, founder: A, universe });
  const asker = createMember({ self: B, view: VIEW, founder: A, universe });
  return { donor: donor.ipam, asker: asker.ipam };
}

function grantTo(donor: Ipam, to: PeerId, wantLog2 = 8) {
  return donor.grant(0, { to, registeredRev: 3n, family: 4, wantLog2, minLog2: 4 });
}

test('an identity goes from unregistered over unfounded to member, and ends removed', () => {
  const ipam = new Ipam({ self: A, universe: DUAL, durable: EMPTY_DURABLE, now: 0, hashView });
  assert.equal(ipam.phase(), 'unregistered');
  assert.equal(ipam.register(viewOf(1n, [B])).type, 'refused');
  ipam.register(viewOf(1n, [A]));
  assert.equal(ipam.phase(), 'unfounded');
  ipam.found(A);
  assert.equal(ipam.phase(), 'member');
  assert.deepEqual(ipam.found(B), { type: 'conflict', known: A });
  assert.equal(ipam.adoptView(viewOf(2n, [B])).removed, true);
  assert.equal(ipam.phase(), 'removed');
  assert.equal(ipam.allocate(0, requestOf(1)).type, 'exhausted');
});

test('the founder holds the universe with term 1, and once only', () => {
  const { ipam } = createMember({ self: A, view: VIEW, founder: A, universe: DUAL });
  const holds = ipam.custody().hold.map(({ cidr, term }) => `${formatCidr(cidr)} ${term}`);
  assert.deepEqual(holds, ['10.32.0.0/16 1', 'fd00::/48 1']);
  assert.deepEqual(ipam.found(A), { type: 'founded', writes: [] });
});

test('an attachment gets one address of each family, the same when asked again', () => {
  const { donor } = createPair();
  const outcome = donor.allocate(0, requestOf(1));
  assert.ok(outcome.type === 'allocated');
  const { addresses, podMac } = outcome.attachment;
  assert.deepEqual(addresses.map(formatAddress), ['10.32.0.1', 'fd00::1']);
  assert.equal(podMac, '0a:58:00:00:00:02');
  const again = donor.allocate(0, requestOf(1));
  assert.deepEqual(again, { type: 'exists', attachment: outcome.attachment });
});

test('when one family is out of addresses, none of the other is lost', () => {
  const { asker } = createPair();
  const outcome = asker.allocate(0, requestOf(1));
  assert.ok(outcome.type === 'exhausted');
  assert.match(outcome.reason, /holds no IPv4 addresses yet: try again/);
  const founder = createPair([parseCidr('10.32.0.0/29'), parseCidr('fd00::/64')]).donor;
  for (let n = 0; n < 6; n++) assert.equal(founder.allocate(0, requestOf(n)).type, 'allocated');
  const last = founder.allocate(0, requestOf(6));
  assert.ok(last.type === 'exhausted');
  assert.match(last.reason, /all 6 IPv4 addresses of 10.32.0.0\/29 are in use/);
  assert.deepEqual(
    founder.holdings().map(({ used }) => used),
    [6, 6],
  );
});

test('a released address rests, and what was not there is absent', () => {
  const { donor } = createPair();
  donor.allocate(0, requestOf(1));
  assert.equal(donor.release(0, requestOf(1).key).type, 'released');
  assert.equal(donor.release(0, requestOf(1).key).type, 'absent');
  const soon = donor.allocate(1, requestOf(2));
  assert.ok(soon.type === 'allocated' && soon.attachment.addresses[0] !== undefined);
  assert.equal(formatAddress(soon.attachment.addresses[0]), '10.32.0.2');
  const later = donor.allocate(REST_MS, requestOf(3));
  assert.ok(later.type === 'allocated' && later.attachment.addresses[0] !== undefined);
  assert.equal(formatAddress(later.attachment.addresses[0]), '10.32.0.1');
});

test("the peer's own overlay addresses are made once and survive a restart", () => {
  const { ipam, store } = createMember({ self: A, view: VIEW, founder: A, universe: DUAL });
  const made = ipam.allocateVtep(0);
  store.commit(made.writes);
  assert.deepEqual(made.addresses.map(formatAddress), ['10.32.0.1', 'fd00::1']);
  const restarted = new Ipam({ self: A, universe: DUAL, durable: store.durable, now: 9, hashView });
  assert.deepEqual(restarted.allocateVtep(9), { addresses: made.addresses, writes: [] });
  const pod = restarted.allocate(9, requestOf(1));
  assert.ok(pod.type === 'allocated');
  assert.deepEqual(pod.attachment.addresses.map(formatAddress), ['10.32.0.2', 'fd00::2']);
});

test('a grant moves from donor to asker in three steps', () => {
  const { donor, asker } = createPair();
  const granted = grantTo(donor, B);
  assert.ok(granted.type === 'granted');
  assert.equal(formatCidr(granted.block.cidr), '10.32.255.0/24');
  assert.equal(granted.block.term, 2);
  const accepted = asker.look(new Map([[A, donor.custody()]]));
  assert.ok(accepted.changed);
  assert.deepEqual(asker.custody().hold, [granted.block]);
  const cleared = donor.look(new Map([[B, asker.custody()]]));
  assert.ok(cleared.changed);
  assert.deepEqual(donor.custody().pending, []);
  assert.equal(donor.look(new Map([[B, asker.custody()]])).changed, false);
  assert.equal(asker.look(new Map([[A, donor.custody()]])).changed, false);
});

test('an asker whose grant is on its way is told the same one again', () => {
  const { donor } = createPair();
  const first = grantTo(donor, B);
  const again = grantTo(donor, B, 6);
  assert.ok(first.type === 'granted' && again.type === 'granted');
  assert.deepEqual(again, { type: 'granted', block: first.block, writes: [] });
});

test('a block with an address in use, or one that has not rested, is not granted', () => {
  const { donor } = createPair([parseCidr('10.32.0.0/25')]);
  const ask = (now: number, to: PeerId) => {
    const outcome = donor.grant(now, { ...NEED, to, registeredRev: 4n });
    return outcome.type === 'granted' ? formatCidr(outcome.block.cidr) : outcome.reason;
  };
  for (let n = 1; n <= 40; n++) donor.allocate(0, requestOf(n));
  for (let n = 32; n <= 40; n++) donor.release(5, requestOf(n).key);
  assert.equal(ask(6, B), '10.32.0.48/28');
  assert.equal(ask(REST_MS + 4, C), '10.32.0.112/28');
  assert.equal(ask(REST_MS + 5, peerId(4)), '10.32.0.96/28');
  assert.equal(ask(REST_MS + 5, peerId(5)), '10.32.0.32/28');
});

test('only members and those newer than our view get grants, and are accepted from', () => {
  const { donor, asker } = createPair();
  const [old, newer] = [peerId(8), peerId(9)];
  assert.equal(donor.grant(0, { ...NEED, to: old, registeredRev: 2n }).type, 'refused');
  assert.equal(donor.grant(0, { ...NEED, to: newer, registeredRev: 4n }).type, 'granted');
  assert.equal(donor.grant(0, { ...NEED, to: A, registeredRev: 3n }).type, 'refused');
  grantTo(donor, B);
  asker.adoptView(viewOf(4n, [B, C]));
  assert.equal(asker.look(new Map([[A, donor.custody()]])).changed, false);
});

test('the list tells who is vouched for, once it names anybody else', () => {
  const { ipam } = createMember({ self: A, view: viewOf(1n, [A]), founder: A });
  assert.deepEqual([ipam.isListed(B), ipam.isListed(C)], [true, true]);
  ipam.adoptView(viewOf(2n, [A, B]));
  assert.deepEqual([ipam.isListed(B), ipam.isListed(C)], [true, false]);
  assert.equal(ipam.allows(C, 3n), true, 'who registered after the list is a member all the same');
});

const NEED = { family: 4, wantLog2: 4, minLog2: 4 } as const;

test('a newer view ends grants to peers that it lost, not to those that came after it', () => {
  const { donor } = createPair();
  const newer = peerId(9);
  grantTo(donor, B);
  donor.grant(0, { ...NEED, to: newer, registeredRev: 6n });
  const adopted = donor.adoptView(viewOf(5n, [A, C]));
  assert.equal(adopted.removed, false);
  const { pending, counterparties } = donor.custody();
  assert.deepEqual(
    pending.map(({ to }) => to),
    [newer],
  );
  assert.ok(!counterparties.some(({ peer }) => peer === B), 'what was granted to it is forgotten');
  assert.deepEqual(donor.adoptView(viewOf(4n, [A, B])).writes, []);
});

test('a grant is accepted once, however late its record comes again, when the block has gone on', () => {
  const { donor, asker } = createPair([parseCidr('10.32.0.0/16')]);
  grantTo(donor, B);
  const early = donor.custody();
  asker.look(new Map([[A, early]]));
  const [block] = asker.custody().hold;
  assert.ok(block !== undefined);
  const universe = asker.universe[0] ?? block.cidr;
  const keeper = custodyOf({ hold: [{ cidr: universe, term: 1 }], registeredRev: 3n });
  assert.notDeepEqual(
    asker.giveBack(block.cidr, new Map([[C, keeper]]), () => 0),
    [],
  );
  asker.look(new Map([[C, custodyOf({ ...keeper, counterparties: [accepted(B, 1)] })]]));
  assert.deepEqual([asker.custody().hold, asker.custody().pending], [[], []]);
  asker.look(new Map([[A, early]]));
  assert.deepEqual(asker.custody().hold, []);
});

test('a taker that shows to have accepted more than it was granted clears no more than that', () => {
  const { donor } = createPair();
  grantTo(donor, B);
  donor.look(new Map([[B, custodyOf({ registeredRev: 3n, counterparties: [accepted(A, 9)] })]]));
  const { counterparties } = donor.custody();
  assert.deepEqual(counterparties, [{ peer: B, granted: 1, cleared: 1, accepted: 0 }]);
});

test('a newer view forgets nothing of who registered after it, and all of who had before', () => {
  for (const [registeredRev, isKept] of [
    [6n, true],
    [5n, false],
  ] as const) {
    const { donor } = createPair();
    const newer = peerId(9);
    donor.grant(0, { ...NEED, to: newer, registeredRev });
    const records = new Map([
      [newer, custodyOf({ registeredRev, counterparties: [accepted(A, 1)] })],
    ]);
    donor.look(records);
    donor.adoptView(viewOf(5n, [A, B, C]), records);
    const { counterparties } = donor.custody();
    assert.equal(
      counterparties.some(({ peer }) => peer === newer),
      isKept,
    );
  }
});

/** What a peer shows that has accepted so many grants of another. */
function accepted(peer: PeerId, count: number) {
  return { peer, granted: 0, cleared: 0, accepted: count };
}

test('what another peer claims of ours is refused and told, whatever it says', () => {
  const { donor, asker } = createPair();
  const claim = (text: string): Custody => ({
    ...asker.custody(),
    pending: [{ block: { cidr: parseCidr(text), term: 9 }, to: A, n: 1 }],
  });
  const reasons = { '10.32.1.0/24': 'ours-already', '192.168.0.0/24': 'outside-universe' };
  for (const [text, reason] of Object.entries(reasons)) {
    const { writes, conflicts } = donor.look(new Map([[B, claim(text)]]));
    assert.deepEqual(writes, []);
    assert.deepEqual(conflicts, [{ peer: B, cidr: parseCidr(text), reason }]);
  }
  const absurd = {
    ...asker.custody(),
    counterparties: [{ peer: A, granted: 0, cleared: 0, accepted: 99 }],
  };
  assert.equal(donor.look(new Map([[B, absurd]])).changed, false);
});

test('halves that come together are one block, with a term above both', () => {
  const { donor, asker } = createPair();
  const first = grantTo(donor, B, 6);
  asker.look(new Map([[A, donor.custody()]]));
  donor.look(new Map([[B, asker.custody()]]));
  const second = grantTo(donor, B, 6);
  asker.look(new Map([[A, donor.custody()]]));
  assert.ok(first.type === 'granted' && second.type === 'granted');
  const [block, none] = asker.custody().hold;
  assert.ok(block !== undefined && none === undefined);
  assert.equal(formatCidr(block.cidr), '10.32.255.128/25');
  assert.equal(block.term, Math.max(first.block.term, second.block.term) + 1);
});

test('a donor keeps half, down to the last block', () => {
  const { donor } = createPair([parseCidr('10.32.0.0/26')]);
  let to = 100;
  const ask = () => donor.grant(0, { ...NEED, wantLog2: 8, to: peerId(to++), registeredRev: 4n });
  while (ask().type === 'granted');
  assert.ok(donor.allocate(0, requestOf(1)).type === 'allocated');
});

test('a peer that holds nothing has a need of each family; the founder has none', () => {
  const { donor, asker } = createPair();
  const peers = new Map([[A, donor.custody()]]);
  assert.deepEqual(
    asker.needs(peers).map(({ family }) => family),
    [4, 6],
  );
  assert.deepEqual(donor.needs(new Map()), []);
  const [need] = asker.needs(peers);
  assert.ok(need !== undefined);
  assert.deepEqual(
    asker.chooseDonors(need, peers, () => 0),
    [A],
  );
});

test('a universe that does not hold what the peer holds is an error that names both', () => {
  const { store } = createMember({ self: A, view: VIEW, founder: A, universe: DUAL });
  const universe = [parseCidr('10.48.0.0/16'), parseCidr('fd00::/48')];
  assert.throws(() => new Ipam({ self: A, universe, durable: store.durable, now: 0, hashView }), {
    name: 'UniverseChanged',
    message: /10\.32\.0\.0\/16.*10\.48\.0\.0\/16/,
  });
});
