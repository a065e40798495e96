/** What was refused is not asked for again of who brought it, for a while, and bounded. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BoundHits } from '#peer/mesh/bound-hits.ts';
import { PULL_ANNOUNCERS_MAX, QUARANTINE_MAX, QUARANTINE_MS } from '#peer/mesh/limits.ts';
import { Quarantine } from '#peer/mesh/quarantine.ts';
import type { RecordId } from '#peer/mesh/record.ts';
import { manyId } from './many-records.ts';

const ID: RecordId = { peer: manyId(1), kind: 'peer', epoch: 1, seq: 1 };
const [BRINGER, OTHER] = [manyId(2), manyId(3)];

describe('a version that was refused', () => {
  it('is kept from who brought it and from nobody else, until its time is over', () => {
    const quarantine = new Quarantine(new BoundHits());
    quarantine.add(0, ID, BRINGER);
    assert.equal(quarantine.has(QUARANTINE_MS - 1, ID, BRINGER), true);
    assert.equal(quarantine.has(QUARANTINE_MS - 1, ID, OTHER), false);
    assert.equal(quarantine.has(QUARANTINE_MS, ID, BRINGER), false);
  });

  it('says nothing of the next version', () => {
    const quarantine = new Quarantine(new BoundHits());
    quarantine.add(0, ID, BRINGER);
    assert.equal(quarantine.has(0, { ...ID, seq: 2 }, BRINGER), false);
  });

  it('is remembered with so many who brought it, the newest', () => {
    const quarantine = new Quarantine(new BoundHits());
    const bringers = Array.from({ length: PULL_ANNOUNCERS_MAX + 2 }, (_, n) => manyId(10 + n));
    for (const bringer of bringers) quarantine.add(0, ID, bringer);
    const kept = bringers.filter((bringer) => quarantine.has(0, ID, bringer));
    assert.deepEqual(kept, bringers.slice(1));
  });

  it(`is one of ${QUARANTINE_MAX} at most: the oldest makes room, and that is told`, () => {
    const hits = new BoundHits();
    const quarantine = new Quarantine(hits);
    for (let seq = 1; seq <= QUARANTINE_MAX; seq++) quarantine.add(0, { ...ID, seq }, BRINGER);
    assert.deepEqual(hits.take(), []);
    quarantine.add(0, { ...ID, seq: QUARANTINE_MAX + 1 }, BRINGER);
    assert.deepEqual(hits.take(), [{ type: 'bound-hit', bound: 'too-many-refused-versions' }]);
    assert.equal(quarantine.has(0, ID, BRINGER), false);
    assert.equal(quarantine.has(0, { ...ID, seq: 2 }, BRINGER), true);
  });
});
