/** One writer's records are accepted at a bounded rate, whatever it does; others are not held up. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WRITER_RATE } from '#peer/mesh/limits.ts';
import { WriterBudget } from '#peer/mesh/writer-budget.ts';
import { manyId } from './many-records.ts';

const [MAD, CALM] = [manyId(1), manyId(2)];

describe('the budget of writers', () => {
  it('lets a mad one have its burst and its rate, with and without sweeping', () => {
    for (const sweeps of [false, true]) {
      const budget = new WriterBudget();
      let accepted = 0;
      for (let now = 0; now <= 60_000; now += 10) {
        for (let n = 0; n < 10; n++) if (budget.spend(now, MAD)) accepted++;
        if (sweeps && now % 1_000 === 0) budget.sweep(now);
      }
      assert.equal(accepted, WRITER_RATE.burst + 60 * WRITER_RATE.perSecond);
    }
  });

  it('is one for each writer', () => {
    const budget = new WriterBudget();
    while (budget.spend(0, MAD));
    assert.equal(budget.spend(0, CALM), true);
  });
});
