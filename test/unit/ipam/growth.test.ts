/** When to ask for space, whom, and how much to give. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Custody } from '#peer/ipam/custody-state.ts';
import {
  chooseDonors,
  countPoolHolders,
  giftCapLog2,
  giftLog2,
  needOf,
} from '#peer/ipam/growth.ts';
import { parseCidr } from '#peer/ipam/parse.ts';
import { peerId } from './builders.ts';

const UNIVERSE = parseCidr('10.32.0.0/12');
const MANY = 64;

function custodyOf(freeLog2: number, hold: readonly string[] = []): Custody {
  return {
    hold: hold.map((text) => ({ cidr: parseCidr(text), term: 1 })),
    pending: [],
    counterparties: [],
    viewRev: 1n,
    viewHash: 0n,
    historyMark: 0n,
    registeredRev: 1n,
    freeLog2: { v4: freeLog2, v6: 0 },
    carriedOver: [],
  };
}

function wantLog2(held: bigint, free: bigint, poolHolders = MANY): number | undefined {
  return needOf({ universe: UNIVERSE, held, free }, poolHolders)?.wantLog2;
}

test('a peer asks first for 256 addresses, and then for as much as it holds', () => {
  assert.equal(wantLog2(0n, 0n), 8);
  assert.equal(wantLog2(256n, 63n), 8);
  assert.equal(wantLog2(256n, 64n), undefined);
  assert.equal(wantLog2(300n, 15n), 9);
  assert.equal(wantLog2(16n, 15n), 4);
});

test('no peer asks for more than 1/64 of the universe, nor for what it holds all of', () => {
  assert.equal(wantLog2(1n << 18n, 1n), 14);
  assert.equal(wantLog2(1n << 20n, 1n), undefined);
});

test('while few peers hold 1/64 of the universe, that is what a peer asks for', () => {
  assert.equal(wantLog2(0n, 0n, 63), 14);
  const peers = [custodyOf(0, ['10.32.0.0/18']), custodyOf(0, ['10.33.0.0/19']), custodyOf(0)];
  assert.equal(countPoolHolders(UNIVERSE, peers), 1);
});

test('a universe smaller than a grant is asked for as a whole', () => {
  const need = needOf({ universe: parseCidr('10.32.0.0/30'), held: 0n, free: 0n }, 0);
  assert.deepEqual(need, { family: 4, wantLog2: 2, minLog2: 2 });
});

test('a donor gives what is wanted, but at most half of what it has free and what its cap says', () => {
  const need = { wantLog2: 8, minLog2: 4, capLog2: 14 };
  assert.equal(giftLog2(1_000n, need), 8);
  assert.equal(giftLog2(254n, need), 6);
  assert.equal(giftLog2(32n, need), 4);
  assert.equal(giftLog2(31n, need), undefined);
  assert.equal(giftLog2(1n, { ...need, minLog2: 0 }), undefined);
  assert.equal(giftLog2(1n << 20n, { ...need, wantLog2: 2 ** 32, minLog2: 0 }), 14);
  assert.equal(giftLog2(1n << 20n, { ...need, wantLog2: 20, minLog2: 15 }), undefined);
});

test('a donor caps what one asker gets: 1/64 of the universe, and less once it had its first blocks', () => {
  assert.deepEqual(
    [0, 1, 2, 1_000].map((earlier) => giftCapLog2(UNIVERSE, earlier)),
    [14, 14, 8, 8],
  );
  const small = parseCidr('10.32.0.0/24');
  assert.deepEqual(
    [0, 2].map((earlier) => giftCapLog2(small, earlier)),
    [4, 4],
  );
});

test('donors that can give all are asked before those that can give a part, others never', () => {
  const peers = new Map([3, 9, 7, 20].map((free, i) => [peerId(i + 1), custodyOf(free)]));
  const need = { family: 4, wantLog2: 8, minLog2: 4 } as const;
  const chance = fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 1 });
  fc.assert(
    fc.property(chance, (numbers) => {
      let next = 0;
      const random = () => numbers[next++ % numbers.length] ?? 0;
      const donors = chooseDonors(need, peers, random);
      assert.deepEqual(donors.slice(0, 2).sort(), [peerId(2), peerId(4)]);
      assert.deepEqual(donors.slice(2), [peerId(3)]);
    }),
  );
});

test('of two draws the one with more space is asked', () => {
  const peers = new Map([10, 20].map((free, i) => [peerId(i + 1), custodyOf(free)]));
  const numbers = [0.1, 0.9];
  const random = () => numbers.shift() ?? 0;
  const [first] = chooseDonors({ family: 4, wantLog2: 8, minLog2: 4 }, peers, random);
  assert.equal(first, peerId(2));
});
