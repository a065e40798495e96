/** The accounts of the universe: each address in one line, and the sum always the universe. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  type Account,
  type AccountsInput,
  type HolderAccount,
  type HolderState,
  account,
} from '#peer/ipam/accounts.ts';
import { type Cidr, containsAddress, formatCidr, lastAddress, size } from '#peer/ipam/cidr.ts';
import type { Custody } from '#peer/ipam/custody-state.ts';
import { parseCidr } from '#peer/ipam/parse.ts';
import { sweep } from '#peer/ipam/sweep.ts';
import type { PeerId } from '#peer/mesh/peer-id.ts';
import { propertyOptions } from '#test/support/property-options.ts';
import { custodyOf, peerId } from './builders.ts';

const RANGE = parseCidr('10.32.0.0/24');
const [SELF, OTHER, DOWN, REMOVED] = [peerId(1), peerId(2), peerId(3), peerId(4)];

function holding(...blocks: readonly string[]): Custody {
  return custodyOf({ hold: blocks.map((text) => ({ cidr: parseCidr(text), term: 1 })) });
}

function accountOf(
  records: readonly (readonly [PeerId, Custody])[],
  more: Partial<AccountsInput> = {},
): Account {
  const [made] = account({
    self: { peer: SELF, custody: holding('10.32.0.0/26') },
    records: new Map(records),
    allows: (peer) => peer !== REMOVED,
    universe: [RANGE],
    down: new Set([DOWN]),
    free: new Map([[4, 60n]]),
    ...more,
  });
  assert.ok(made !== undefined);
  return made;
}

function sumOf({ totals }: Account): bigint {
  return Object.values(totals).reduce((sum, addresses) => sum + addresses, 0n);
}

test('holders are told by what they are, and what nobody has as orphaned', () => {
  const made = accountOf([
    [OTHER, holding('10.32.0.64/27')],
    [DOWN, holding('10.32.0.96/27')],
    [REMOVED, holding('10.32.0.128/26')],
  ]);
  assert.deepEqual(
    made.holders.map(({ peer, state, addresses }) => [peer, state, addresses]),
    [
      [SELF, 'held', 64n],
      [OTHER, 'held', 32n],
      [DOWN, 'unreachable', 32n],
      [REMOVED, 'removed', 64n],
    ],
  );
  assert.deepEqual(made.holders[0]?.free, { exact: 60n });
  assert.deepEqual(made.orphaned.map(formatCidr), ['10.32.0.192/26']);
  assert.equal(sumOf(made), size(RANGE));
});

test('a grant that its taker holds already is counted once, with the taker', () => {
  const pending = [{ block: { cidr: parseCidr('10.32.0.64/27'), term: 2 }, to: OTHER, n: 1 }];
  const records = [
    [OTHER, holding('10.32.0.64/27')],
    [DOWN, custodyOf({ pending })],
  ] as const;
  const made = accountOf(records);
  assert.deepEqual(made.pending, []);
  assert.deepEqual(made.doubly, []);
  const before = accountOf(records.slice(1));
  assert.deepEqual(before.pending, [
    { from: DOWN, to: OTHER, cidr: parseCidr('10.32.0.64/27'), addresses: 32n },
  ]);
  assert.equal(sumOf(before), size(RANGE));
});

test('what two members claim is an alarm, and counted once', () => {
  const made = accountOf([[OTHER, holding('10.32.0.32/27')]]);
  assert.deepEqual(made.doubly.map(formatCidr), ['10.32.0.32/27']);
  assert.equal(sumOf(made), size(RANGE));
});

test('what a removed peer has given away is not counted with it', () => {
  const made = accountOf([
    [OTHER, holding('10.32.0.128/25')],
    [REMOVED, holding('10.32.0.128/26')],
  ]);
  assert.deepEqual(
    made.holders.map(({ peer }) => peer),
    [SELF, OTHER],
  );
  assert.deepEqual(made.doubly, []);
});

const claims = fc.array(fc.record({ first: fc.nat(63), log2: fc.nat(6) }), { maxLength: 10 });

test('each address goes to the first who claims it, as counted one by one', () => {
  const range = parseCidr('10.32.0.0/26');
  const property = fc.property(claims, fc.nat(10), (drawn, exclusive) => {
    const cidrs = drawn.map(({ first, log2 }): Cidr => {
      const offset = BigInt((first >> log2) << log2);
      return { family: 4, address: range.address + offset, length: 32 - log2 };
    });
    const swept = sweep(range, cidrs, exclusive);
    const booked = cidrs.map(() => 0n);
    let [unclaimed, doubly] = [0n, 0n];
    for (let address = range.address; address < range.address + 64n; address++) {
      const owners = cidrs.flatMap((cidr, i) => {
        return address >= cidr.address && address < cidr.address + size(cidr) ? [i] : [];
      });
      const [owner] = owners;
      if (owner === undefined) unclaimed++;
      else booked[owner] = (booked[owner] ?? 0n) + 1n;
      if (owners.filter((i) => i < exclusive).length > 1) doubly++;
    }
    const count = (parts: typeof swept.doubly) =>
      parts.reduce((sum, { first, last }) => sum + last - first + 1n, 0n);
    assert.deepEqual(swept.booked, booked);
    assert.equal(count(swept.unclaimed), unclaimed);
    assert.equal(count(swept.doubly), doubly);
  });
  fc.assert(property, propertyOptions(300));
});

test('what members claim for pods from before is told, with all who claim it', () => {
  const carriedOver = [{ family: 4, value: RANGE.address + 200n } as const];
  const claiming = { ...holding('10.32.0.64/27'), carriedOver };
  const made = accountOf([
    [OTHER, claiming],
    [DOWN, { ...claiming, hold: [] }],
    [REMOVED, claiming],
  ]);
  assert.deepEqual(
    made.claimed.map(({ cidr, by }) => [formatCidr(cidr), by]),
    [['10.32.0.192/28', [OTHER, DOWN].sort()]],
  );
});

const STATES: readonly HolderState[] = ['held', 'unreachable', 'removed'];
const UNIVERSES = [parseCidr('10.32.0.0/26'), parseCidr('fd00::/122')];

/** Half of them lie outside of the universe. */
const parts = fc
  .record({ of: fc.constantFrom(...UNIVERSES), first: fc.nat(127), log2: fc.nat(6) })
  .map(({ of: { family, address, length }, first, log2 }): Cidr => {
    return {
      family,
      address: address + BigInt((first >> log2) << log2),
      length: length + 6 - log2,
    };
  });

interface DrawnHolder {
  readonly peer: PeerId;
  readonly state: HolderState;
  readonly custody: Custody;
}

/** Ourselves first, and by their ids. */
const holders = fc
  .array(
    fc.record({
      state: fc.constantFrom(...STATES),
      hold: fc.array(parts, { maxLength: 3 }),
      pending: fc.array(fc.tuple(parts, fc.nat(6)), { maxLength: 2 }),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((drawn) =>
    drawn.map(({ state, hold, pending }, i): DrawnHolder => {
      const custody = custodyOf({
        hold: hold.map((cidr) => ({ cidr, term: 1 })),
        pending: pending.map(([cidr, to], n) => ({ block: { cidr, term: 1 }, to: peerId(to), n })),
      });
      return { peer: peerId(i), state: i === 0 ? 'held' : state, custody };
    }),
  );

/** Who has how much of the universe, counted address by address: of several the first line has it. */
function countOneByOne(universe: Cidr, drawn: readonly DrawnHolder[]) {
  const members = drawn.filter(({ state }) => state !== 'removed');
  const removed = drawn.filter(({ state }) => state === 'removed');
  const heldBy = ({ peer, custody }: DrawnHolder) =>
    custody.hold.map(({ cidr }) => ({ peer, cidr, to: undefined }));
  const pendingOf = ({ peer, custody }: DrawnHolder) =>
    custody.pending.map(({ block: { cidr }, to }) => ({ peer, cidr, to }));
  const held = members.flatMap(heldBy);
  const all = [...held, ...members.flatMap(pendingOf), ...removed.flatMap(heldBy)];
  const lines = all.map((line) => ({ ...line, addresses: 0n }));
  const { family } = universe;
  let [orphaned, doubly] = [0n, 0n];
  for (let value = universe.address; value <= lastAddress(universe); value++) {
    const around = lines.filter(({ cidr }) => containsAddress(cidr, { family, value }));
    const [first] = around;
    if (first === undefined) orphaned++;
    else first.addresses++;
    if (around.filter((line) => lines.indexOf(line) < held.length).length > 1) doubly++;
  }
  const mine = lines.filter(({ cidr }) => cidr.family === family);
  return { lines: mine, orphaned, doubly };
}

test('the accounts are what counting address by address gives, in both families', () => {
  const property = fc.property(holders, (drawn) => {
    const [self, ...others] = drawn;
    assert.ok(self !== undefined);
    const stateOf = new Map(others.map(({ peer, state }) => [peer, state]));
    const made = account({
      self,
      records: new Map(others.toReversed().map(({ peer, custody }) => [peer, custody])),
      allows: (peer) => stateOf.get(peer) !== 'removed',
      universe: UNIVERSES,
      down: new Set(others.filter(({ state }) => state === 'unreachable').map(({ peer }) => peer)),
      free: new Map(),
    });
    for (const [i, universe] of UNIVERSES.entries()) {
      const told = made[i];
      assert.ok(told !== undefined);
      const { lines, orphaned, doubly } = countOneByOne(universe, drawn);
      for (const { peer, state } of drawn) {
        const own = lines.filter((line) => line.peer === peer && line.to === undefined);
        const shown = own.filter(({ addresses }) => state !== 'removed' || addresses > 0n);
        const holder: HolderAccount | undefined = told.holders.find((one) => one.peer === peer);
        assert.deepEqual(
          holder?.blocks ?? [],
          shown.map(({ cidr }) => cidr),
        );
        assert.equal(holder?.addresses ?? 0n, sumAll(own));
        assert.equal(holder?.state ?? state, state);
      }
      const pending = lines.filter(({ to, addresses }) => to !== undefined && addresses > 0n);
      assert.deepEqual(
        told.pending.map(({ from, to, cidr, addresses }) => ({ peer: from, cidr, to, addresses })),
        pending,
      );
      assert.equal(sumSizes(told.orphaned), orphaned);
      assert.equal(sumSizes(told.doubly), doubly);
      assert.equal(sumOf(told), size(universe));
    }
  });
  fc.assert(property, propertyOptions(300));
});

function sumAll(lines: readonly { readonly addresses: bigint }[]): bigint {
  return lines.reduce((sum, { addresses }) => sum + addresses, 0n);
}

function sumSizes(cidrs: readonly Cidr[]): bigint {
  return cidrs.reduce((sum, cidr) => sum + size(cidr), 0n);
}
