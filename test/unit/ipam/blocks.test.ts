/** Sets of blocks: split, taken, merged, and nothing lost. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { findMerge, freeParts, remainder, takePart } from '#peer/ipam/blocks.ts';
import {
  type Cidr,
  bits,
  contains,
  containsAddress,
  overlaps,
  rangeAround,
  size,
  sizeLog2,
} from '#peer/ipam/cidr.ts';
import { parseCidr } from '#peer/ipam/parse.ts';

const family = fc.constantFrom<4 | 6>(4, 6);

/** A range and a part of it, at most `depth` bits longer. */
function rangeAndPart(depth: number): fc.Arbitrary<{ whole: Cidr; part: Cidr }> {
  return fc
    .record({ family, length: fc.nat(28), deeper: fc.nat(depth), value: fc.bigInt(0n, 2n ** 128n) })
    .map(({ family, length, deeper, value }) => {
      const address = { family, value: BigInt.asUintN(bits(family), value) };
      const partLength = Math.min(length + deeper, bits(family));
      return { whole: rangeAround(address, length), part: rangeAround(address, partLength) };
    });
}

test('a split leaves all other addresses, in one range for each bit', () => {
  fc.assert(
    fc.property(rangeAndPart(40), ({ whole, part }) => {
      const left = remainder(whole, part);
      assert.equal(left.length, part.length - whole.length);
      const all = [...left, part];
      assert.equal(
        all.reduce((sum, range) => sum + size(range), 0n),
        size(whole),
      );
      assert.ok(all.every((range) => contains(whole, range)));
      assert.ok(all.every((a) => all.every((b) => a === b || !overlaps(a, b))));
    }),
  );
});

test('what was split joins again, with a term above all of its parts', () => {
  fc.assert(
    fc.property(rangeAndPart(12), ({ whole, part }) => {
      let blocks = [...remainder(whole, part), part].map((cidr) => ({ cidr, term: 3 }));
      for (let merge = findMerge(blocks); merge !== undefined; merge = findMerge(blocks)) {
        const { parts, whole } = merge;
        assert.ok(parts.every(({ term }) => term < whole.term));
        blocks = [...blocks.filter((block) => !parts.includes(block)), whole];
      }
      assert.deepEqual(
        blocks.map(({ cidr }) => cidr),
        [whole],
      );
    }),
  );
});

test('neighbours that are no buddies do not join', () => {
  const blocks = ['10.32.1.0/24', '10.32.2.0/24', 'fd00::/65'].map((text) => ({
    cidr: parseCidr(text),
    term: 1,
  }));
  assert.equal(findMerge(blocks), undefined);
});

test('free parts are all of what is free, and as large as can be', () => {
  const range = parseCidr('10.32.0.0/26');
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(63)), (offsets) => {
      const taken = offsets.map((offset) => range.address + BigInt(offset)).sort(compare);
      const parts = freeParts(range, { taken, minLog2: 0 });
      const free = parts.reduce((sum, part) => sum + Number(size(part)), 0);
      assert.equal(free, 64 - offsets.length);
      const isFree = (part: Cidr) =>
        taken.every((value) => !containsAddress(part, { family: 4, value }));
      assert.ok(parts.every(isFree));
      assert.equal(findMerge(parts.map((cidr) => ({ cidr, term: 1 }))), undefined);
    }),
  );
});

test('an IPv6 range is searched without walking through it', () => {
  const range = parseCidr('fd00::/48');
  const taken = Array.from({ length: 1_000 }, (_, i) => range.address + BigInt(i * i));
  const parts = freeParts(range, { taken, minLog2: 4 });
  assert.equal(sizeLog2(parts.at(-1) ?? range), 79);
});

test('a part is taken from the smallest range that has it, at its upper end', () => {
  const free = ['10.32.0.0/24', '10.32.4.0/26', '10.32.5.0/28'].map(parseCidr);
  assert.deepEqual(takePart(free, 5), parseCidr('10.32.4.32/27'));
  assert.equal(takePart(free, 9), undefined);
});

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : 1;
}
