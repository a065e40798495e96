/** What is left of a failing list: it still fails, and nothing can be left out of it. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { shorten } from '#test/support/shorten.ts';

it('what fails because of some of its items is shortened to these, in their order', () => {
  const culprits = fc.uniqueArray(fc.nat({ max: 40 }), { maxLength: 6 });
  fc.assert(
    fc.property(fc.nat({ max: 60 }), culprits, (length, wanted) => {
      const list = Array.from({ length }, (_, n) => n);
      const needed = list.filter((n) => wanted.includes(n));
      const fails = (kept: readonly number[]) => needed.every((n) => kept.includes(n));
      assert.deepEqual(shorten(list, fails), needed);
    }),
  );
});

it('what needs all of its items stays as it is, and is not tried without end', () => {
  const list = [1, 2, 3, 4, 5];
  let tries = 0;
  const fails = (kept: readonly number[]): boolean => {
    tries++;
    return kept.length === list.length;
  };
  assert.deepEqual(shorten(list, fails), list);
  assert.ok(tries < 20, `${tries} tries`);
});
