/** Each has its rate, whatever it does, and others are not held up. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WRITER_RATE } from '#peer/mesh/limits.ts';
import { RateBudgets } from '#peer/mesh/rate-budgets.ts';
import { manyId } from './many-records.ts';

const [MAD, CALM] = [manyId(1), manyId(2)];

describe('the budgets of many', () => {
  it('let a mad one have its burst and its rate, however long it goes on', () => {
    const budget = new RateBudgets(WRITER_RATE);
    let accepted = 0;
    for (let now = 0; now <= 60_000; now += 10) {
      for (let n = 0; n < 10; n++) if (budget.spend(now, MAD)) accepted++;
    }
    assert.equal(accepted, WRITER_RATE.burst + 60 * WRITER_RATE.perSecond);
  });

  it('are full again for who was quiet for long enough, and not before', () => {
    const fillMs = (1_000 * WRITER_RATE.burst) / WRITER_RATE.perSecond;
    for (const quietMs of [0, 1_000, fillMs, 3 * fillMs]) {
      const budget = new RateBudgets(WRITER_RATE);
      budget.spend(0, CALM);
      while (budget.spend(fillMs - 1, MAD));
      const now = fillMs - 1 + quietMs;
      let accepted = 0;
      while (budget.spend(now, MAD)) accepted++;
      const earned = Math.min(WRITER_RATE.burst, (quietMs / 1_000) * WRITER_RATE.perSecond);
      assert.equal(accepted, earned);
    }
  });

  it('are one for each', () => {
    const budget = new RateBudgets(WRITER_RATE);
    while (budget.spend(0, MAD));
    assert.equal(budget.spend(0, CALM), true);
  });
});
