/** A token bucket lets a burst pass and then its rate, whatever the clock started at. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { TokenBucket } from '#peer/token-bucket.ts';

const RATE = { burst: 3, perSecond: 2 };
/** The monotonic clock of a machine that has been up for years. */
const LATE = 2 ** 38;

function spendAll(bucket: TokenBucket, now: number): number {
  let spent = 0;
  while (bucket.spend(now)) spent++;
  return spent;
}

for (const start of [0, LATE]) {
  describe(`a token bucket at ${start}`, () => {
    it('gives its burst at once, and then a token each half second', () => {
      const bucket = new TokenBucket(RATE);
      assert.equal(spendAll(bucket, start), 3);
      assert.equal(bucket.spend(start + 499), false);
      assert.equal(bucket.spend(start + 500), true);
      assert.equal(bucket.spend(start + 500), false);
    });

    it('saves no more than its burst', () => {
      const bucket = new TokenBucket(RATE);
      spendAll(bucket, start);
      assert.equal(spendAll(bucket, start + 3_600_000), 3);
    });

    it('is full when nothing was taken lately', () => {
      const bucket = new TokenBucket(RATE);
      assert.ok(bucket.isFull(start));
      bucket.spend(start);
      assert.equal(bucket.isFull(start + 499), false);
      assert.ok(bucket.isFull(start + 500));
    });

    it('says when there is a token again, and there is', () => {
      const bucket = new TokenBucket(RATE);
      assert.equal(bucket.nextAt(start), start);
      spendAll(bucket, start);
      const nextAt = bucket.nextAt(start);
      assert.equal(nextAt, start + 500);
      assert.ok(bucket.spend(nextAt));
    });
  });
}

describe('a token bucket', () => {
  it('never gives more than its burst and its rate over any time', () => {
    const steps = fc.array(fc.nat({ max: 2_000 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(steps, (waits) => {
        const bucket = new TokenBucket(RATE);
        let [now, spent] = [0, 0];
        for (const wait of waits) {
          now += wait;
          if (bucket.spend(now)) spent++;
        }
        assert.ok(spent <= RATE.burst + (now / 1000) * RATE.perSecond + 1e-6);
      }),
    );
  });

  it('is asked again a finite number of times, however the clock rounds', () => {
    const odd = { burst: 1, perSecond: 0.3 };
    const bucket = new TokenBucket(odd);
    bucket.spend(LATE);
    let [now, attempts] = [LATE, 0];
    while (!bucket.spend(now)) {
      now = bucket.nextAt(now);
      attempts++;
      assert.ok(attempts < 10, `still nothing at ${now}`);
    }
  });
});
