/** Lateness: the worst of the last moments. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Lateness } from '#peer/mesh/lateness.ts';
import { LATENESS_MEMORY_MS } from '#peer/mesh/limits.ts';

describe('lateness', () => {
  it('is that of the latest step of the last moments, and none after them', () => {
    const lateness = new Lateness();
    assert.equal(lateness.worstMs(0), 0);
    lateness.note(0, 30);
    lateness.note(1, 20);
    assert.equal(lateness.worstMs(2), 30);
    assert.equal(lateness.worstMs(LATENESS_MEMORY_MS), 0);
    lateness.note(LATENESS_MEMORY_MS, 5);
    assert.equal(lateness.worstMs(LATENESS_MEMORY_MS + 1), 5);
  });

  it('is never less than none: a step before its time makes up for nothing', () => {
    const lateness = new Lateness();
    lateness.note(0, Number.NEGATIVE_INFINITY);
    assert.equal(lateness.worstMs(0), 0);
  });
});
