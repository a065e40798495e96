/** Addresses out of a holding: each to one at a time, rested before reuse. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { Allocator, REST_MS } from '#peer/ipam/allocator.ts';
import { type Cidr, halves, lastAddress } from '#peer/ipam/cidr.ts';
import { parseCidr } from '#peer/ipam/parse.ts';

function createAllocator(universe: Cidr, held: readonly Cidr[] = [universe]): Allocator {
  return new Allocator({ universe, held, used: [], resting: [], now: 0 });
}

test("the universe's first and last address are never given out, a block's are", () => {
  for (const text of ['10.32.0.0/28', 'fd00::/124']) {
    const universe = parseCidr(text);
    const allocator = createAllocator(universe, halves(universe));
    const all = takeAll(allocator);
    assert.equal(all.length, 14);
    assert.equal(all[0], universe.address + 1n);
    assert.equal(all.at(-1), lastAddress(universe) - 1n);
    assert.equal(allocator.freeCount(), 0n);
  }
});

test('an address rests a minute while others are free', () => {
  const allocator = createAllocator(parseCidr('10.32.0.0/28'));
  const first = allocator.take(0) ?? 0n;
  allocator.release(first, 0);
  for (let i = 0; i < 13; i++) assert.notEqual(allocator.take(REST_MS - 1), first);
  assert.equal(allocator.take(REST_MS - 1), first);
});

test('the address that was released first comes back first', () => {
  const allocator = createAllocator(parseCidr('10.32.0.0/28'));
  const [a = 0n, b = 0n] = [allocator.take(0), allocator.take(0)];
  allocator.release(b, 1);
  allocator.release(a, 2);
  assert.equal(allocator.take(REST_MS + 1), b);
  assert.notEqual(allocator.take(REST_MS + 1), a);
  assert.equal(allocator.take(REST_MS + 2), a);
});

test('what rested before a restart rests again from then on', () => {
  const universe = parseCidr('10.32.0.0/28');
  const resting = [universe.address + 2n, universe.address + 1n];
  const allocator = new Allocator({ universe, held: [universe], used: [], resting, now: 5 });
  assert.equal(allocator.take(5), universe.address + 3n);
  assert.equal(allocator.take(5 + REST_MS), universe.address + 2n);
});

test('a range is free for a grant once its last address has rested', () => {
  const universe = parseCidr('10.32.0.0/24');
  const part = parseCidr('10.32.0.0/28');
  const allocator = createAllocator(universe);
  assert.ok(allocator.isFree(part, 0));
  const value = allocator.take(0) ?? 0n;
  assert.ok(!allocator.isFree(part, 0));
  allocator.release(value, 10);
  assert.ok(!allocator.isFree(part, REST_MS + 9));
  assert.ok(allocator.isFree(part, REST_MS + 10));
});

test('a part of an IPv6 universe is held without being walked through', () => {
  const universe = parseCidr('fd00::/48');
  const allocator = createAllocator(universe);
  assert.equal(allocator.take(0), universe.address + 1n);
  assert.equal(allocator.freeCount(), 2n ** 80n - 3n);
});

test('an address in use outside of the holding is given to nobody when a range around it comes', () => {
  const universe = parseCidr('10.32.0.0/27');
  const [lower, upper] = halves(universe);
  const carried = upper.address + 1n;
  const allocator = new Allocator({
    universe,
    held: [lower],
    used: [carried],
    resting: [],
    now: 0,
  });
  assert.equal(allocator.freeCount(), 15n);
  assert.equal(allocator.usedCount(), 0);
  assert.ok(!allocator.isHeld(carried));
  allocator.setHeld([lower, upper]);
  assert.equal(allocator.freeCount(), 29n);
  assert.ok(!takeAll(allocator).includes(carried));
  assert.ok(!allocator.isFree(upper, 0));
  allocator.release(carried, 5);
  assert.equal(allocator.take(5), carried);
});

test('an address released outside of the holding rests when a range around it comes', () => {
  const universe = parseCidr('10.32.0.0/27');
  const [lower, upper] = halves(universe);
  const [early, late] = [upper.address + 1n, upper.address + 2n];
  const resting = [late];
  const allocator = new Allocator({ universe, held: [lower], used: [early], resting, now: 9 });
  allocator.release(early, 1);
  assert.equal(allocator.freeCount(), 15n);
  assert.equal(takeAll(allocator).length, 15);
  allocator.setHeld(halves(universe));
  assert.equal(allocator.take(1), upper.address);
  for (let i = 0; i < 12; i++) assert.ok(![early, late].includes(allocator.take(1) ?? early));
  assert.equal(allocator.take(1 + REST_MS), early);
  assert.equal(allocator.take(1 + REST_MS), late);
  assert.equal(allocator.take(1 + REST_MS), undefined);
});

type Step = { readonly type: 'take' | 'release' | 'hold' | 'wait'; readonly n: number };
const step = fc.record<Step>({
  type: fc.constantFrom('take', 'take', 'release', 'hold', 'wait'),
  n: fc.nat(1_000),
});

/** The rule in the words of its definition, over every single address. */
class Oracle {
  readonly used: Set<bigint>;
  readonly releasedAt = new Map<bigint, number>();
  held: readonly Cidr[];
  readonly universe: Cidr;

  /** Begins with the lower half; `carried` are in use in the upper one. */
  constructor(universe: Cidr, carried: readonly bigint[]) {
    this.universe = universe;
    this.held = [halves(universe)[0]];
    this.used = new Set(carried);
  }

  isHeld(value: bigint): boolean {
    return this.held.some((range) => addressesOf(range).includes(value));
  }

  free(): readonly bigint[] {
    return this.held.flatMap((range) => addressesOf(range)).filter((value) => this.#isFree(value));
  }

  rested(now: number): readonly bigint[] {
    return this.free().filter((value) => now - (this.releasedAt.get(value) ?? -REST_MS) >= REST_MS);
  }

  #isFree(value: bigint): boolean {
    const { address } = this.universe;
    return !this.used.has(value) && value !== address && value !== lastAddress(this.universe);
  }
}

const universes = fc.constantFrom('10.32.0.0/27', 'fd00::/123');
/** In the upper half, without its last address. */
const carriedOffsets = fc.uniqueArray(fc.bigInt(16n, 30n), { maxLength: 5 });

test('whatever is taken, released, granted away and gained: as the definition says', () => {
  fc.assert(
    fc.property(universes, carriedOffsets, fc.array(step), (text, offsets, steps) => {
      const universe = parseCidr(text);
      const used = offsets.map((offset) => universe.address + offset);
      const oracle = new Oracle(universe, used);
      const allocator = new Allocator({ universe, held: oracle.held, used, resting: [], now: 0 });
      let now = 0;
      for (const { type, n } of steps) {
        if (type === 'wait') now += n * 200;
        if (type === 'take') checkTake(allocator, oracle, now);
        if (type === 'release') release(allocator, oracle, { now, n });
        if (type === 'hold') changeHeld(allocator, oracle, n);
        assert.equal(allocator.freeCount(), BigInt(oracle.free().length));
        for (const { range, used, free } of allocator.ranges()) {
          const inside = addressesOf(range);
          assert.equal(used, inside.filter((value) => oracle.used.has(value)).length);
          assert.equal(
            free,
            BigInt(oracle.free().filter((value) => inside.includes(value)).length),
          );
        }
      }
    }),
  );
});

function checkTake(allocator: Allocator, oracle: Oracle, now: number): void {
  const [free, rested] = [oracle.free(), oracle.rested(now)];
  const value = allocator.take(now);
  if (value === undefined) return assert.equal(free.length, 0);
  assert.ok(rested.length > 0 ? rested.includes(value) : free.includes(value));
  oracle.used.add(value);
  return undefined;
}

function release(
  allocator: Allocator,
  oracle: Oracle,
  { now, n }: { now: number; n: number },
): void {
  const value = [...oracle.used][n % Math.max(oracle.used.size, 1)];
  if (value === undefined) return;
  allocator.release(value, now);
  oracle.used.delete(value);
  oracle.releasedAt.set(value, now);
}

/** Holds all but a quarter, which is given away if it was held, and has come otherwise. */
function changeHeld(allocator: Allocator, oracle: Oracle, n: number): void {
  const quarters = halves(oracle.universe).flatMap(halves);
  const left = quarters[n % 8];
  const before = quarters.filter(({ address }) => oracle.isHeld(address));
  const isKept = left !== undefined && before.includes(left) && isUsed(oracle, left);
  oracle.held = isKept ? quarters : quarters.filter((range) => range !== left);
  for (const range of before.filter((range) => !oracle.held.includes(range))) {
    for (const value of addressesOf(range)) oracle.releasedAt.delete(value);
  }
  allocator.setHeld(oracle.held);
}

function isUsed(oracle: Oracle, range: Cidr): boolean {
  return addressesOf(range).some((value) => oracle.used.has(value));
}

function addressesOf(range: Cidr): readonly bigint[] {
  const count = Number(lastAddress(range) - range.address) + 1;
  return Array.from({ length: count }, (_, i) => range.address + BigInt(i));
}

function takeAll(allocator: Allocator): readonly bigint[] {
  const all: bigint[] = [];
  for (let value = allocator.take(0); value !== undefined; value = allocator.take(0))
    all.push(value);
  return all.sort((a, b) => (a < b ? -1 : 1));
}
