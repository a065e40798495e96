/** Hundreds of peers of which many are removed and others come: what is left when that has ended. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import * as fc from 'fast-check';
import { UNASKED_BLOCKS_MAX } from '#peer/ipam/limits.ts';
import { parseCidr } from '#peer/ipam/parse.ts';
import { propertyOptions } from '#test/support/property-options.ts';
import { Churn } from '../../../bench/ipam-churn.ts';

/** Narrow: less than 400 addresses a peer, so that what a removed one held is in many pieces. */
const UNIVERSE = parseCidr('10.32.0.0/15');
const HALF_HOUR_MS = 1_800_000;
const QUIET_PASSES = 4;

/** Peers that are removed in each hour, of a hundred. */
const hours = fc.array(fc.integer({ min: 2, max: 9 }), { minLength: 16, maxLength: 20 });

it('after any churn all is held by somebody, and nobody is near what a peer can keep', () => {
  const peers = fc.integer({ min: 360, max: 420 });
  fc.assert(
    fc.property(fc.nat(), peers, hours, (seed, peers, hours) => {
      const churn = new Churn(UNIVERSE, seed);
      churn.join(peers);
      for (const removedPercent of hours) {
        churn.pass(HALF_HOUR_MS);
        churn.remove(Math.ceil((peers * removedPercent) / 100));
        churn.join(peers - churn.size);
        churn.pass(HALF_HOUR_MS);
      }
      for (let pass = 0; pass < QUIET_PASSES; pass++) {
        churn.remove(0);
        churn.pass(HALF_HOUR_MS);
      }
      const { blocksMost, addressesHeldShare } = churn.fragmentation();
      assert.equal(addressesHeldShare, 1);
      assert.ok(blocksMost <= 2 * UNASKED_BLOCKS_MAX, `one peer holds ${blocksMost} blocks`);
    }),
    // A smaller cluster does not fail: looking for one takes minutes.
    { ...propertyOptions(2), endOnFailure: true },
  );
});
