/** How often digests are answered: as often as anybody honest asks, and no more. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { BoundHits } from '#peer/mesh/bound-hits.ts';
import { Directory } from '#peer/mesh/directory.ts';
import { DIGESTS_RATE, RECONCILE_TIMEOUT_MS } from '#peer/mesh/limits.ts';
import { Reconcile } from '#peer/mesh/reconcile.ts';
import { ManyRecords } from './many-records.ts';

const LINK = 1;

it('an exchange is answered at the rate at which honest ends begin them, in both directions, and no more often', () => {
  const directory = new Directory();
  for (const record of new ManyRecords().range(1, 3)) directory.apply(record);
  const digests = { type: 'bucket-digests', digests: Array<bigint>(256).fill(1n) } as const;
  for (const initiator of ['us', 'them'] as const) {
    const reconcile = new Reconcile(directory, new BoundHits());
    reconcile.up(LINK, initiator);
    // The network holds every other one back for almost as long as there is between two.
    for (let n = 0; n < 50; n++) {
      const now = n * RECONCILE_TIMEOUT_MS + (n % 2) * (RECONCILE_TIMEOUT_MS - 1);
      assert.ok(reconcile.digests(now, LINK, digests).length > 0, `exchange ${n}`);
    }
    const from = 100 * RECONCILE_TIMEOUT_MS;
    let answered = 0;
    for (let ms = 0; ms < 10 * RECONCILE_TIMEOUT_MS; ms += 10)
      if (reconcile.digests(from + ms, LINK, digests).length > 0) answered++;
    assert.ok(answered <= 10 + DIGESTS_RATE.burst);
  }
});
