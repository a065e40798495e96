/** One writer's records are accepted at a bounded rate, whatever it does; others are not held up. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WRITER_RATE } from '#peer/mesh/limits.ts';
import { WriterBudget } from '#peer/mesh/writer-budget.ts';
import { manyId } from './many-records.ts';

const [MAD, CALM] = [manyId(1), manyId(2)];

describe('the budget of writers', () => {
  it('lets a mad one have its burst and its rate, however long it goes on', () => {
    const budget = new WriterBudget();
    let accepted = 0;
    for (let now = 0; now <= 60_000; now += 10) {
      for (let n = 0; n < 10; n++) if (budget.spend(now, MAD)) accepted++;
    }
    assert.equal(accepted, WRITER_RATE.burst + 60 * WRITER_RATE.perSecond);
  });

  it('is full again for who was quiet for long enough, and not before', () => {
    const fillMs = (1_000 * WRITER_RATE.burst) / WRITER_RATE.perSecond;
    for (const quietMs of [0, 1_000, fillMs, 3 * fillMs]) {
      const budget = new WriterBudget();
      budget.spend(0, CALM);
      while (budget.spend(fillMs - 1, MAD));
      const now = fillMs - 1 + quietMs;
      let accepted = 0;
      while (budget.spend(now, MAD)) accepted++;
      const earned = Math.min(WRITER_RATE.burst, (quietMs / 1_000) * WRITER_RATE.perSecond);
      assert.equal(accepted, earned);
    }
  });

  it('is one for each writer', () => {
    const budget = new WriterBudget();
    while (budget.spend(0, MAD));
    assert.equal(budget.spend(0, CALM), true);
  });
});
