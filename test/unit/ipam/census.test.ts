/** The census: what it waits for, when it wants another list, and that it counts what nobody has. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { type CensusInput, takeCensus } from '#peer/ipam/census.ts';
import { type Cidr, contains, formatCidr, lastAddress } from '#peer/ipam/cidr.ts';
import type { Block, Counterparty, Custody, View } from '#peer/ipam/custody-state.ts';
import { RECLAIMED_TERM_MAX } from '#peer/ipam/limits.ts';
import { parseCidr } from '#peer/ipam/parse.ts';
import type { PeerId } from '#peer/mesh/peer-id.ts';
import { propertyOptions } from '#test/support/property-options.ts';
import { custodyOf, peerId, viewOf } from './builders.ts';

const UNIVERSE = [parseCidr('10.32.0.0/24')];
const [EXECUTOR, GIVER, TAKER, REMOVED] = [peerId(1), peerId(2), peerId(3), peerId(9)];
const VIEW: View = viewOf(5n, [EXECUTOR, GIVER, TAKER]);

function block(text: string, term = 1): Block {
  return { cidr: parseCidr(text), term };
}

function counts(peer: PeerId, counters: Partial<Counterparty>): Counterparty {
  return { peer, granted: 0, cleared: 0, accepted: 0, ...counters };
}

function at(viewRev: bigint, custody: Partial<Custody> = {}): Custody {
  return custodyOf({ viewRev, registeredRev: 1n, ...custody });
}

/** The executor has a quarter, the giver another; a third was the removed peer's. */
function inputOf(
  records: Readonly<Record<PeerId, Custody | undefined>> = {},
  more: Partial<CensusInput> = {},
): CensusInput {
  const all = new Map<PeerId, Custody>([
    [GIVER, at(5n, { hold: [block('10.32.0.64/26')] })],
    [TAKER, at(5n)],
    [REMOVED, at(3n, { hold: [block('10.32.0.128/26', 7)] })],
  ]);
  for (const [peer, custody] of Object.entries(records) as [PeerId, Custody | undefined][]) {
    if (custody === undefined) all.delete(peer);
    else all.set(peer, custody);
  }
  const self = { peer: EXECUTOR, custody: at(5n, { hold: [block('10.32.0.0/26')] }) };
  return { self, view: VIEW, records: all, universe: UNIVERSE, founder: EXECUTOR, ...more };
}

function orphansOf(input: CensusInput): readonly string[] {
  const census = takeCensus(input);
  assert.equal(census.type, 'orphans');
  return census.type === 'orphans' ? census.orphans.map(formatCidr) : [];
}

test('what only a removed peer held is orphaned, and so is what nobody ever told of', () => {
  assert.deepEqual(orphansOf(inputOf()), ['10.32.0.128/25']);
});

test('orphans get a term above all that was said of them, whatever else was said', () => {
  const census = takeCensus(inputOf());
  assert.equal(census.type === 'orphans' && census.term, 8);
});

test('a removed liar with an absurd term does not freeze what is reclaimed', () => {
  const lie = at(3n, { hold: [block('10.32.0.128/26', RECLAIMED_TERM_MAX)] });
  const census = takeCensus(inputOf({ [REMOVED]: lie }));
  assert.equal(census.type === 'orphans' && census.term, 1);
});

test('a member without a record is waited for', () => {
  assert.deepEqual(takeCensus(inputOf({ [TAKER]: undefined })), { type: 'waiting', for: [TAKER] });
});

test('a member that has not adopted the list is waited for', () => {
  assert.deepEqual(takeCensus(inputOf({ [GIVER]: at(4n) })), { type: 'waiting', for: [GIVER] });
});

test('a member with another list of the same revision is waited for, and told of as such', () => {
  const other = at(5n, { viewHash: 77n });
  assert.deepEqual(takeCensus(inputOf({ [GIVER]: other })), { type: 'at-odds', for: [GIVER] });
  const input = inputOf();
  const all = [...input.records].map(([peer, one]) => [peer, { ...one, viewHash: 77n }] as const);
  const self = { ...input.self, custody: { ...input.self.custody, viewHash: 77n } };
  assert.equal(takeCensus({ ...input, self, records: new Map(all) }).type, 'orphans');
});

test('a member with a newer list than ours means that ours is too old', () => {
  assert.deepEqual(takeCensus(inputOf({ [GIVER]: at(6n) })), { type: 'relist', for: [GIVER] });
});

test('a member is waited for that others have seen to accept more than its record here tells', () => {
  const giver = at(5n, { counterparties: [counts(TAKER, { granted: 2, cleared: 2 })] });
  const behind = at(5n, { counterparties: [counts(GIVER, { accepted: 1 })] });
  const input = inputOf({ [GIVER]: giver, [TAKER]: behind });
  assert.deepEqual(takeCensus(input), { type: 'waiting', for: [TAKER] });
  const caughtUp = at(5n, {
    hold: [block('10.32.0.64/26')],
    counterparties: [counts(GIVER, { accepted: 2 })],
  });
  const later = inputOf({ [GIVER]: giver, [TAKER]: caughtUp });
  assert.deepEqual(orphansOf(later), ['10.32.0.128/25']);
});

test('a grant on its way from a member to a member is not an orphan', () => {
  const pending = [{ block: block('10.32.0.128/26', 2), to: TAKER, n: 1 }];
  const counterparties = [counts(TAKER, { granted: 1 })];
  const giver = at(5n, { hold: [block('10.32.0.64/26')], pending, counterparties });
  assert.deepEqual(orphansOf(inputOf({ [GIVER]: giver })), ['10.32.0.192/26']);
});

test('who registered after the list and was granted something calls for another list', () => {
  const newcomer = peerId(10);
  const giver = at(5n, { counterparties: [counts(newcomer, { granted: 1, cleared: 1 })] });
  const records = { [GIVER]: giver, [newcomer]: at(6n, { registeredRev: 6n }) };
  assert.deepEqual(takeCensus(inputOf(records)), { type: 'relist', for: [newcomer] });
});

test('a grant on its way to who registered after the list calls for another list', () => {
  const newcomer = peerId(10);
  const pending = [{ block: block('10.32.0.64/26', 2), to: newcomer, n: 1 }];
  const records = { [GIVER]: at(5n, { pending }), [newcomer]: at(6n, { registeredRev: 6n }) };
  assert.deepEqual(takeCensus(inputOf(records)), { type: 'relist', for: [newcomer] });
});

test('who was removed before the list is not asked about', () => {
  const giver = at(5n, { counterparties: [counts(REMOVED, { granted: 1, cleared: 1 })] });
  assert.deepEqual(orphansOf(inputOf({ [GIVER]: giver })), ['10.32.0.64/26', '10.32.0.128/25']);
});

test('somebody unknown who was granted something is removed only if a later list lacks it', () => {
  const unknown = peerId(10);
  const giver = at(5n, { counterparties: [counts(unknown, { granted: 1, cleared: 1 })] });
  const records = { [GIVER]: giver };
  assert.deepEqual(takeCensus(inputOf(records)), { type: 'relist', for: [unknown] });
  const gone = new Set([unknown]);
  assert.equal(takeCensus(inputOf(records, { gone })).type, 'orphans');
});

test('who only says to have registered after the list is gone, whatever its record has', () => {
  const liar = peerId(10);
  const giver = at(5n, { counterparties: [counts(liar, { granted: 1, cleared: 1 })] });
  const lie = at(5n, { registeredRev: 2n ** 50n, hold: [block('10.32.0.128/26', 2)] });
  const records = { [GIVER]: giver, [liar]: lie };
  const gone = new Set([liar]);
  assert.deepEqual(orphansOf(inputOf(records, { gone })), ['10.32.0.64/26', '10.32.0.128/25']);
});

test('a founder that registered after the list may hold everything', () => {
  const founder = peerId(10);
  const census = takeCensus(inputOf({}, { founder }));
  assert.deepEqual(census, { type: 'relist', for: [founder] });
  assert.equal(takeCensus(inputOf({}, { founder: REMOVED })).type, 'orphans');
});

/** Claims of members on addresses of a /26, drawn at random, that may overlap. */
const claims = fc.array(
  fc.record({ owner: fc.nat(3), first: fc.nat(63), log2: fc.nat(6), isPending: fc.boolean() }),
  { maxLength: 12 },
);

test('orphans are exactly the addresses that no member claims, as the fewest aligned ranges', () => {
  const universe = [parseCidr('10.32.0.0/26')];
  const base = universe[0]?.address ?? 0n;
  const peers = [EXECUTOR, GIVER, TAKER, REMOVED];
  const property = fc.property(claims, (drawn) => {
    const custodies = peers.map((_, owner) => {
      const own = drawn.filter((claim) => claim.owner === owner);
      const blocks = own.map(({ first, log2, isPending }) => {
        const address = base + BigInt((first >> log2) << log2);
        return { isPending, block: { cidr: { family: 4, address, length: 32 - log2 }, term: 1 } };
      }) as readonly { isPending: boolean; block: Block }[];
      return at(owner === 3 ? 3n : 5n, {
        hold: blocks.filter(({ isPending }) => !isPending).map(({ block }) => block),
        pending: blocks
          .filter(({ isPending }) => isPending)
          .map(({ block }, i) => ({ block, to: TAKER, n: i + 1 })),
      });
    });
    const [own, ...others] = custodies;
    assert.ok(own !== undefined);
    const records = new Map(others.map((custody, i) => [peers[i + 1] ?? EXECUTOR, custody]));
    const self = { peer: EXECUTOR, custody: own };
    const census = takeCensus({ self, view: VIEW, records, universe, founder: EXECUTOR });
    assert.ok(census.type === 'orphans');
    assertCovers(census.orphans, freeAddresses(custodies.slice(0, 3), base));
  });
  fc.assert(property, propertyOptions(500));
});

/** One address after the other: slow and obvious. */
function freeAddresses(members: readonly Custody[], base: bigint): readonly bigint[] {
  const cidrs = members.flatMap(({ hold, pending }) =>
    [...hold, ...pending.map(({ block }) => block)].map(({ cidr }) => cidr),
  );
  const all = Array.from({ length: 64 }, (_, i) => base + BigInt(i));
  return all.filter((value) =>
    cidrs.every((cidr) => value < cidr.address || value > lastAddress(cidr)),
  );
}

function assertCovers(orphans: readonly Cidr[], expected: readonly bigint[]): void {
  const covered = orphans.flatMap((cidr) =>
    Array.from({ length: Number(lastAddress(cidr) - cidr.address) + 1 }, (_, i) => {
      return cidr.address + BigInt(i);
    }),
  );
  assert.deepEqual(covered, expected);
  const free = new Set(expected);
  for (const cidr of orphans) {
    const around = { ...cidr, length: cidr.length - 1 };
    const start = (cidr.address >> BigInt(32 - around.length)) << BigInt(32 - around.length);
    const wider = { ...around, address: start };
    if (!contains(parseCidr('10.32.0.0/26'), wider)) continue;
    const isAllFree = Array.from({ length: 2 ** (32 - wider.length) }, (_, i) => start + BigInt(i));
    assert.ok(!isAllFree.every((value) => free.has(value)), `${formatCidr(cidr)} is too small`);
  }
}
