/** A map that forgets what was set longest ago. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { BoundedMap } from '#peer/bounded-map.ts';

it('as many entries are kept as there may be, those that were set last, and it is told which had to go', () => {
  const map = new BoundedMap<string, number>(2);
  map.set('a', 1);
  map.set('b', 2);
  assert.equal(map.set('a', 3), undefined);
  assert.equal(map.set('c', 4), 'b');
  assert.equal(map.size, 2);
  assert.deepEqual(
    [...map.entries()],
    [
      ['a', 3],
      ['c', 4],
    ],
  );
  assert.equal(map.get('b'), undefined);
  assert.ok(map.has('a'));
  map.delete('a');
  assert.ok(!map.has('a'));
});
