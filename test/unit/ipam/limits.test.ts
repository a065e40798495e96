/** What others can make a peer keep: each bound is hit, and told; none of it makes a record too large. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { ATTACHMENTS_MAX } from '#peer/ipam/addresses.ts';
import { Askers } from '#peer/ipam/askers.ts';
import { findMerge } from '#peer/ipam/blocks.ts';
import { formatCidr, sizeLog2 } from '#peer/ipam/cidr.ts';
import type { Block, Custody } from '#peer/ipam/custody-state.ts';
import {
  ASKERS_MAX,
  BLOCKS_MAX,
  CARRIED_OVER_MAX,
  COUNTERPARTIES_MAX,
  DONORS_MAX,
  GRANT_COUNT_MAX,
  GRANT_RATE,
  JOINED_TERMS_APART_MAX,
  PENDING_GRANTS_MAX,
  SMALLEST_BLOCK_LOG2,
  TERM_MAX,
  UNASKED_BLOCKS_MAX,
} from '#peer/ipam/limits.ts';
import { Ipam } from '#peer/ipam/ipam.ts';
import type { GrantOutcome } from '#peer/ipam/outcomes.ts';
import { parseCidr } from '#peer/ipam/parse.ts';
import { RECORD_BODY_BYTES_MAX } from '#peer/mesh/limits.ts';
import type { PeerId } from '#peer/mesh/peer-id.ts';
import { ENDPOINTS_MAX } from '#peer/wire/values.ts';
import { hashView } from '#peer/wire/view-hash.ts';
import { propertyOptions } from '#test/support/property-options.ts';
import { EMPTY_CUSTODY, testCodec, testIdentity, testProfile } from '#test/support/records.ts';
import { createMember, peerId, requestOf, viewOf } from './builders.ts';

const [SELF, FOUNDER] = [peerId(1), peerId(2)];
const UNIVERSE = parseCidr('10.32.0.0/12');
const VIEW = viewOf(3n, [SELF, FOUNDER]);
const NEED = { family: 4, wantLog2: 4, minLog2: 4, registeredRev: 9n } as const;
/** RFC 1123: the longest name that a node may have. */
const NAME_LENGTH_MAX = 253;

/** A member that holds nothing. */
function createTaker(universe = [UNIVERSE]): Ipam {
  return createMember({ self: SELF, view: VIEW, founder: FOUNDER, universe }).ipam;
}

/** A member that holds the universe. */
function createHolder(universe = [UNIVERSE]): Ipam {
  return createMember({ self: SELF, view: VIEW, founder: SELF, universe }).ipam;
}

/** What a peer shows that grants us these blocks, the first of them for the n-th time. */
function granting(blocks: readonly Block[], n = 1): Custody {
  const pending = blocks.map((block, at) => ({ block, to: SELF, n: n + at }));
  return { ...EMPTY_CUSTODY, registeredRev: 9n, pending };
}

/** The i-th /28 of the universe. */
function blockAt(i: number, term = 2): Block {
  return { cidr: { family: 4, address: UNIVERSE.address + BigInt(16 * i), length: 28 }, term };
}

/** Every other /28: none joins with another. */
function crumbs(count: number, from = 0): readonly Block[] {
  return Array.from({ length: count }, (_, i) => blockAt(2 * (from + i)));
}

/** The term of what two buddies join to. */
function joinTerms(lower: number, upper: number): number | undefined {
  return findMerge([blockAt(0, lower), blockAt(1, upper)])?.whole.term;
}

/** Why what is shown is not accepted. */
function lookAt(ipam: Ipam, shown: Custody, from = FOUNDER): readonly string[] {
  return ipam.look(new Map([[from, shown]])).conflicts.map(({ reason }) => reason);
}

/** Uses addresses until the peer is short of them. */
function useUp(ipam: Ipam): void {
  while (ipam.needs(new Map()).length === 0)
    assert.equal(ipam.allocate(0, requestOf(ipam.attachments().length)).type, 'allocated');
}

function boundOf(outcome: GrantOutcome): string | undefined {
  assert.ok(outcome.type === 'refused', 'it is granted');
  assert.match(outcome.reason, /: ask another peer$/);
  return outcome.bound;
}

describe('a grant from another', () => {
  it('of less than a /28 is not accepted, nor what comes after it', () => {
    const ipam = createTaker();
    const small = { cidr: parseCidr('10.32.0.0/29'), term: 2 };
    assert.deepEqual(lookAt(ipam, granting([blockAt(1), small, blockAt(3)])), ['too-small']);
    assert.deepEqual(ipam.custody().hold, [blockAt(1)]);
    assert.equal(ipam.custody().counterparties[0]?.accepted, 1);
  });

  it('of a term past the end of terms is not accepted', () => {
    const ipam = createTaker();
    assert.deepEqual(lookAt(ipam, granting([blockAt(0, TERM_MAX + 1)])), ['term-too-high']);
    assert.deepEqual(lookAt(ipam, granting([blockAt(0, TERM_MAX)])), []);
  });

  it('past the end of the counter is not seen', () => {
    const { ipam, store } = createMember({ self: SELF, view: VIEW, founder: FOUNDER });
    const counterparty = { peer: FOUNDER, granted: 0, cleared: 0, accepted: GRANT_COUNT_MAX };
    store.commit([{ type: 'set-counterparty', counterparty }]);
    const { durable } = store;
    const again = new Ipam({ self: SELF, universe: [UNIVERSE], durable, now: 0, hashView });
    assert.equal(again.look(new Map([[FOUNDER, granting([blockAt(0)], 1)]])).changed, false);
    const shown = granting([blockAt(0)], GRANT_COUNT_MAX + 1);
    assert.equal(again.look(new Map([[FOUNDER, shown]])).changed, false);
    assert.equal(ipam.look(new Map([[FOUNDER, granting([blockAt(0)])]])).changed, true);
  });

  it('that is not needed is accepted while there is room, and later when it is needed', () => {
    const ipam = createTaker();
    assert.deepEqual(lookAt(ipam, granting(crumbs(UNASKED_BLOCKS_MAX))), []);
    const next = granting(crumbs(2, UNASKED_BLOCKS_MAX), UNASKED_BLOCKS_MAX + 1);
    assert.deepEqual(lookAt(ipam, next), ['too-many-blocks']);
    assert.equal(ipam.custody().hold.length, UNASKED_BLOCKS_MAX);
    useUp(ipam);
    assert.deepEqual(lookAt(ipam, next), ['too-many-blocks']);
    assert.equal(ipam.custody().hold.length, UNASKED_BLOCKS_MAX + 1, 'one at a time is accepted');
  });

  it('is not accepted, needed or not, by who holds as many blocks as a peer can', () => {
    const ipam = createTaker();
    for (let n = 1; n <= BLOCKS_MAX; n++) {
      if (n > UNASKED_BLOCKS_MAX) useUp(ipam);
      assert.deepEqual(lookAt(ipam, granting([blockAt(2 * n)], n)), []);
    }
    useUp(ipam);
    const next = granting([blockAt(2 * BLOCKS_MAX + 2)], BLOCKS_MAX + 1);
    assert.deepEqual(lookAt(ipam, next), ['too-many-blocks']);
  });

  it('of one donor more than there is room for is accepted when it is needed', () => {
    const ipam = createTaker();
    // Neighbours, that join to a few blocks: so that the bound of blocks is not what is hit.
    for (let i = 0; i < DONORS_MAX; i++)
      assert.deepEqual(lookAt(ipam, granting([blockAt(i)]), peerId(100 + i)), []);
    const shown = granting([blockAt(DONORS_MAX)]);
    assert.deepEqual(lookAt(ipam, shown, peerId(99)), ['too-many-donors']);
    useUp(ipam);
    assert.deepEqual(lookAt(ipam, shown, peerId(99)), []);
  });
});

describe('a donor', () => {
  it('has no more grants on their way than the bound says', () => {
    const ipam = createHolder();
    for (let n = 0; n < PENDING_GRANTS_MAX; n++)
      assert.equal(ipam.grant(0, { ...NEED, to: peerId(100 + n) }).type, 'granted');
    assert.equal(boundOf(ipam.grant(0, { ...NEED, to: peerId(99) })), 'too-many-pending-grants');
  });

  it('counts no more peers than the bound says, and then tells that it has nothing to give', () => {
    const ipam = createHolder();
    for (let n = 0; n < COUNTERPARTIES_MAX; n++) grantAndClear(ipam, peerId(100 + n));
    assert.equal(boundOf(ipam.grant(0, { ...NEED, to: peerId(99) })), 'too-many-counterparties');
    assert.deepEqual(ipam.custody().freeLog2, { v4: 0, v6: 0 });
    assert.equal(ipam.grant(0, { ...NEED, to: peerId(100) }).type, 'granted');
    assert.deepEqual(lookAt(ipam, granting([blockAt(0)]), peerId(99)), ['ours-already']);
  });

  it('forgets the counters of who was removed, and has room for another then', () => {
    const ipam = createHolder();
    const removed = peerId(100);
    for (let n = 0; n < COUNTERPARTIES_MAX; n++) grantAndClear(ipam, peerId(100 + n));
    const shown = new Map([[removed, { ...EMPTY_CUSTODY, registeredRev: 4n }]]);
    const list = viewOf(5n, [SELF, FOUNDER]);
    ipam.adoptView(list, shown);
    assert.equal(ipam.custody().counterparties.length, COUNTERPARTIES_MAX - 1);
    assert.equal(ipam.grant(0, { ...NEED, to: peerId(99) }).type, 'granted');
    assert.equal(ipam.grant(0, { ...NEED, to: removed, registeredRev: 4n }).type, 'refused');
  });

  it('grants one asker something at a bounded rate, and others as ever', () => {
    const ipam = createHolder();
    const ask = (now: number, to: PeerId) => {
      const outcome = ipam.grant(now, { ...NEED, to });
      if (outcome.type === 'granted') takeAll(ipam, to);
      return outcome;
    };
    for (let n = 0; n < GRANT_RATE.burst; n++) assert.equal(ask(0, FOUNDER).type, 'granted');
    assert.equal(boundOf(ask(0, FOUNDER)), 'grant-budget');
    assert.equal(ask(0, peerId(9)).type, 'granted');
    assert.equal(ask(1_000 / GRANT_RATE.perSecond, FOUNDER).type, 'granted');
    assert.equal(boundOf(ask(1_000 / GRANT_RATE.perSecond, FOUNDER)), 'grant-budget');
  });

  it('gives an asker that wants everything a small part of what it has, however often it asks', () => {
    const ipam = createHolder();
    for (let second = 0; second < 600; second++) {
      const outcome = ipam.grant(1_000 * second, { ...NEED, wantLog2: 2 ** 32 - 1, to: FOUNDER });
      if (outcome.type === 'granted') takeAll(ipam, FOUNDER);
    }
    const given =
      2 ** 20 - ipam.holdings().reduce((sum, { block }) => sum + 2 ** sizeLog2(block.cidr), 0);
    assert.ok(given > 2 ** 15 && given < 2 ** 16, `${given} addresses are given in ten minutes`);
  });

  it('does not split a block into more than a holding can have', () => {
    const ipam = createTaker([UNIVERSE, parseCidr('fd00::/16')]);
    const large = { cidr: parseCidr('fd00::/17'), term: 2 };
    lookAt(ipam, granting([large]));
    // As many small ones beside it as leave too little room for its 107 remainders.
    for (let n = 2; n <= 60; n++) {
      if (n > UNASKED_BLOCKS_MAX) useUp(ipam);
      assert.deepEqual(lookAt(ipam, granting([blockAt(2 * n)], n)), []);
    }
    assert.equal(boundOf(ipam.grant(0, { ...NEED, family: 6, to: peerId(9) })), 'too-many-blocks');
    assert.deepEqual(ipam.custody().pending, []);
    const whole = { ...NEED, family: 6, wantLog2: 96, to: peerId(9) } as const;
    assert.equal(ipam.grant(0, whole).type, 'granted');
  });

  it('grants nothing of a block whose term is the last one, and no grant past the last count', () => {
    const ipam = createTaker();
    lookAt(ipam, granting([{ cidr: parseCidr('10.32.0.0/20'), term: TERM_MAX }]));
    assert.equal(boundOf(ipam.grant(0, { ...NEED, to: peerId(9) })), undefined);
    const { store } = createMember({ self: SELF, view: VIEW, founder: SELF });
    const counterparty = {
      peer: FOUNDER,
      granted: GRANT_COUNT_MAX,
      cleared: GRANT_COUNT_MAX,
      accepted: 0,
    };
    store.commit([{ type: 'set-counterparty', counterparty }]);
    const universe = [parseCidr('10.32.0.0/16')];
    const full = new Ipam({ self: SELF, universe, durable: store.durable, now: 0, hashView });
    assert.equal(boundOf(full.grant(0, { ...NEED, to: FOUNDER })), 'too-many-grants');
  });
});

describe('the rates of askers', () => {
  it('are remembered for so many, above which all others share one, until some are rested', () => {
    const askers = new Askers();
    for (let n = 0; n < ASKERS_MAX; n++) assert.equal(askers.spend(0, peerId(n)), true);
    const others = Array.from({ length: GRANT_RATE.burst + 1 }, (_, n) => peerId(5_000 + n));
    assert.deepEqual(
      others.map((other) => askers.spend(0, other)),
      others.map((_, n) => n < GRANT_RATE.burst),
    );
    assert.equal(askers.spend(1_000_000, peerId(9_000)), true);
  });
});

describe('terms', () => {
  it('of buddies that are too far apart stay theirs: an absurd one does not spread', () => {
    assert.equal(joinTerms(1, 1 + JOINED_TERMS_APART_MAX), 2 + JOINED_TERMS_APART_MAX);
    assert.equal(joinTerms(1, 2 + JOINED_TERMS_APART_MAX), undefined);
  });

  it('end: the last one is joined no more', () => {
    assert.equal(joinTerms(TERM_MAX - 1, TERM_MAX - 1), TERM_MAX);
    assert.equal(joinTerms(TERM_MAX, TERM_MAX), undefined);
  });
});

describe('too-many-attachments', () => {
  it('are as many as the bound says, and one more is refused for that', () => {
    const ipam = createHolder();
    for (let n = 0; n < ATTACHMENTS_MAX; n++)
      assert.equal(ipam.allocate(0, requestOf(n)).type, 'allocated');
    const outcome = ipam.allocate(0, requestOf(ATTACHMENTS_MAX));
    assert.ok(outcome.type === 'exhausted' && outcome.bound === 'too-many-attachments');
    assert.match(outcome.reason, /remove some/);
  });
});

describe('our own record', () => {
  const identity = testIdentity(1);
  const codec = testCodec(1);

  /** As large as a record can be but for its custody. */
  function bytesOf(custody: Custody): number {
    const address = parseCidr('ffff:ffff::/32').address;
    const endpoint = { address: { family: 6, value: address }, port: 65_535 } as const;
    const { vtep } = testProfile(1);
    const profile = {
      name: 'x'.repeat(NAME_LENGTH_MAX),
      endpoints: Array.from({ length: ENDPOINTS_MAX }, () => endpoint),
      vtep: { ...vtep, underlay: endpoint.address, overlay: [endpoint.address, endpoint.address] },
    };
    const version = { epoch: Number.MAX_SAFE_INTEGER, seq: Number.MAX_SAFE_INTEGER };
    const content = { type: 'peer', profile, custody, instance: 2n ** 64n - 1n } as const;
    return codec.seal({ peer: identity.id, ...version, content }).signed.body.length;
  }

  it('with everything at its bound is below what others take, with room for what is yet to come', () => {
    const block = { cidr: parseCidr('ffff::/128'), term: TERM_MAX };
    const count = { granted: GRANT_COUNT_MAX, cleared: GRANT_COUNT_MAX, accepted: GRANT_COUNT_MAX };
    const bytes = bytesOf({
      hold: Array.from({ length: BLOCKS_MAX }, () => block),
      pending: Array.from({ length: PENDING_GRANTS_MAX }, () => {
        return { block, to: SELF, n: GRANT_COUNT_MAX };
      }),
      counterparties: Array.from({ length: COUNTERPARTIES_MAX }, () => ({ peer: SELF, ...count })),
      viewRev: BigInt(Number.MAX_SAFE_INTEGER),
      viewHash: 2n ** 128n - 1n,
      historyMark: 2n ** 128n - 1n,
      registeredRev: BigInt(Number.MAX_SAFE_INTEGER),
      freeLog2: { v4: 32, v6: 128 },
      carriedOver: Array.from({ length: CARRIED_OVER_MAX }, () => {
        return { family: 6, value: block.cidr.address } as const;
      }),
    });
    assert.ok(bytes <= RECORD_BODY_BYTES_MAX - 512, `${bytes} bytes`);
  });

  it('stays within these bounds whatever others grant and ask, and keeps what it held', () => {
    const block = fc.record({ at: fc.nat(4_000), length: fc.integer({ min: 20, max: 32 }) });
    const shown = fc.record({
      from: fc.integer({ min: 10, max: 500 }),
      blocks: fc.array(block, { maxLength: 300 }),
      term: fc.oneof(fc.nat(20), fc.integer({ min: TERM_MAX - 20, max: 2 ** 32 - 1 })),
      asks: fc.boolean(),
      pods: fc.nat(40),
    });
    const steps = fc.array(shown, { minLength: 50, maxLength: 400, size: 'max' });
    const property = fc.property(steps, fc.boolean(), (taken, isHolder) => {
      const ipam = isHolder ? createHolder() : createTaker();
      for (const [at, step] of taken.entries()) {
        const to = peerId(step.from);
        const shows = granting(step.blocks.map(({ at, length }) => blockOf(at, length, step.term)));
        ipam.look(new Map([[to, shows]]));
        if (step.asks) ipam.grant(at * 1_000, { ...NEED, minLog2: 0, to });
        for (let pod = 0; pod < step.pods; pod++) ipam.allocate(0, requestOf(100 * at + pod));
        assertBounded(ipam.custody());
      }
    });
    fc.assert(property, propertyOptions(30));
  });
});

function blockOf(at: number, length: number, term: number): Block {
  const address = (BigInt(at) << 12n) >> BigInt(32 - length);
  return {
    cidr: { family: 4, address: UNIVERSE.address + (address << BigInt(32 - length)), length },
    term,
  };
}

function assertBounded({ hold, pending, counterparties }: Custody): void {
  assert.ok(hold.length <= BLOCKS_MAX, `${hold.length} blocks`);
  assert.ok(pending.length <= PENDING_GRANTS_MAX, `${pending.length} grants on their way`);
  assert.ok(counterparties.length <= COUNTERPARTIES_MAX, `${counterparties.length} counterparties`);
  for (const { cidr, term } of [...hold, ...pending.map(({ block }) => block)]) {
    assert.ok(term <= TERM_MAX, `${formatCidr(cidr)} has the term ${term}`);
    assert.ok(sizeLog2(cidr) >= SMALLEST_BLOCK_LOG2, `${formatCidr(cidr)} is held or on its way`);
  }
}

/** The peer shows to have accepted whatever it was granted. */
function takeAll(ipam: Ipam, to: PeerId): void {
  const granted = ipam.custody().counterparties.find(({ peer }) => peer === to)?.granted ?? 0;
  const counterparty = { peer: SELF, granted: 0, cleared: 0, accepted: granted };
  const shown = { ...EMPTY_CUSTODY, registeredRev: 9n, counterparties: [counterparty] };
  ipam.look(new Map([[to, shown]]));
}

function grantAndClear(ipam: Ipam, to: PeerId): void {
  assert.equal(ipam.grant(0, { ...NEED, to }).type, 'granted');
  takeAll(ipam, to);
}
