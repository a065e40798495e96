/** Who tries to reach whom: everybody, or of very many an even part. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TARGETS_PER_SOURCE_MAX, chooseTargets } from '#peer/lab/reachability.ts';

describe('what an endpoint tries to reach', () => {
  it('is all others while they are few', () => {
    const few = Array.from({ length: TARGETS_PER_SOURCE_MAX + 1 }, (_, n) => n);
    for (const at of few)
      assert.deepEqual(
        chooseTargets(few, at).toSorted((a, b) => a - b),
        few.filter((n) => n !== at),
      );
    assert.deepEqual(chooseTargets(['alone'], 0), []);
  });

  it('is an even part of many, in which everybody is tried as often, and never oneself', () => {
    for (const count of [62, 150, 5_100]) {
      const many = Array.from({ length: count }, (_, n) => n);
      const times = new Map<number, number>();
      for (const at of many.slice(0, 500)) {
        const targets = chooseTargets(many, at);
        assert.equal(new Set(targets).size, TARGETS_PER_SOURCE_MAX);
        assert.ok(!targets.includes(at));
      }
      for (const target of many.slice(0, 500).flatMap((at) => chooseTargets(many, at)))
        times.set(target, (times.get(target) ?? 0) + 1);
      assert.ok([...times.values()].every((n) => n <= TARGETS_PER_SOURCE_MAX));
    }
  });
});
