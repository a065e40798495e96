/** What a peer got wrong is held against the peer, not its link, and is made up for in time. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BoundHits } from '#peer/mesh/bound-hits.ts';
import { MISBEHAVING_PEERS_MAX, MISBEHAVIOUR_RATE } from '#peer/mesh/limits.ts';
import { Patience } from '#peer/mesh/patience.ts';
import { manyId } from './many-records.ts';

const [MAD, OTHER] = [manyId(1), manyId(2)];
const RECOVERY_MS = (1_000 * MISBEHAVIOUR_RATE.burst) / MISBEHAVIOUR_RATE.perSecond;

function provoked(): Patience {
  const patience = new Patience(new BoundHits());
  for (let n = 0; n < MISBEHAVIOUR_RATE.burst; n++) assert.equal(patience.spend(0, MAD), true);
  return patience;
}

describe('a peer that gets too much wrong', () => {
  it('is shunned, and no other is', () => {
    const patience = provoked();
    assert.equal(patience.isShunned(MAD), false);
    assert.equal(patience.spend(0, MAD), false);
    assert.equal(patience.isShunned(MAD), true);
    assert.equal(patience.spend(0, OTHER), true);
    assert.equal(patience.isShunned(OTHER), false);
  });

  it('is shunned until all of its patience is earned back', () => {
    const patience = provoked();
    patience.spend(0, MAD);
    assert.equal(patience.recover(RECOVERY_MS - 1), false);
    assert.equal(patience.isShunned(MAD), true);
    assert.equal(patience.recover(patience.nextAt()), true);
    assert.equal(patience.isShunned(MAD), false);
    assert.equal(patience.nextAt(), Number.POSITIVE_INFINITY);
  });

  it(`is one of ${MISBEHAVING_PEERS_MAX} that are remembered: the oldest makes room, and that is told`, () => {
    const hits = new BoundHits();
    const patience = new Patience(hits);
    for (let n = 0; n < MISBEHAVING_PEERS_MAX; n++) patience.spend(0, manyId(n));
    assert.deepEqual(hits.take(), []);
    patience.spend(0, manyId(MISBEHAVING_PEERS_MAX));
    assert.deepEqual(hits.take(), [{ type: 'bound-hit', bound: 'too-many-misbehaving-peers' }]);
  });
});
