/** Ranges of the universe and of others: which overlap, and how that is told. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { parseCidr } from '#peer/ipam/parse.ts';
import { describeOverlap } from '#peer/kubernetes/overlap.ts';

const SERVICES = { range: parseCidr('10.96.0.0/12'), what: 'the service range' };

it('ranges beside each other, and of another family, do not overlap', () => {
  const universe = [parseCidr('10.32.0.0/12'), parseCidr('fd00::/48')];
  assert.equal(describeOverlap(universe, [SERVICES]), undefined);
});

it('a range inside or around another is told with both, and whose it is', () => {
  for (const text of ['10.96.4.0/24', '10.0.0.0/8']) {
    assert.equal(
      describeOverlap([parseCidr(text)], [SERVICES]),
      `the universe ${text} overlaps 10.96.0.0/12, the service range`,
    );
  }
});
