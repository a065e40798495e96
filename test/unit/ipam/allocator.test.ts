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

type Step = { readonly type: 'take' | 'release' | 'hold' | 'wait'; readonly n: number };
const step = fc.record<Step>({
  type: fc.constantFrom('take', 'take', 'release', 'hold', 'wait'),
  n: fc.nat(1_000),
});

/** The rule in the words of its definition, over every single address. */
class Oracle {
  readonly used = new Set<bigint>();
  readonly releasedAt = new Map<bigint, number>();
  held: readonly Cidr[];
  readonly universe: Cidr;

  constructor(universe: Cidr) {
    this.universe = universe;
    this.held = halves(universe);
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

test('whatever is taken, released, granted away and gained: as the definition says', () => {
  fc.assert(
    fc.property(fc.constantFrom('10.32.0.0/27', 'fd00::/123'), fc.array(step), (text, steps) => {
      const universe = parseCidr(text);
      const allocator = createAllocator(universe, halves(universe));
      const oracle = new Oracle(universe);
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

/** Gives a free quarter away, or takes all back. */
function changeHeld(allocator: Allocator, oracle: Oracle, n: number): void {
  const quarters = halves(oracle.universe).flatMap(halves);
  const given = quarters[n % 8];
  const isUsed = given && addressesOf(given).some((value) => oracle.used.has(value));
  oracle.held = isUsed ? quarters : quarters.filter((range) => range !== given);
  const present = oracle.held.flatMap((range) => addressesOf(range));
  const others = quarters.filter((range) => !oracle.held.includes(range)).flatMap(addressesOf);
  assert.ok(!others.some((value) => oracle.used.has(value)));
  for (const value of oracle.releasedAt.keys()) {
    if (!present.includes(value)) oracle.releasedAt.delete(value);
  }
  allocator.setHeld(oracle.held);
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
