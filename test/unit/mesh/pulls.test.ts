/** Asking for what was announced: one announcer at a time, the next after a time-out, bounded. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Directory } from '#peer/mesh/directory.ts';
import type { MeshEffect } from '#peer/mesh/effect.ts';
import { PULLS_MAX, PULL_ANNOUNCERS_MAX, PULL_TIMEOUT_MS } from '#peer/mesh/limits.ts';
import { Pulls } from '#peer/mesh/pulls.ts';
import { type RecordId, recordId } from '#peer/mesh/record.ts';
import { ManyRecords, manyId } from './many-records.ts';

const RECORDS = new ManyRecords();
const ID = recordId(RECORDS.one(1));

function makePulls(): { directory: Directory; pulls: Pulls } {
  const directory = new Directory();
  return { directory, pulls: new Pulls(directory) };
}

/** "link: count" for each frame of wants. */
function wants(effects: readonly MeshEffect[]): readonly string[] {
  return effects.map((effect) => {
    assert.ok(effect.type === 'send' && effect.frame.type === 'want');
    return `${effect.link}: ${effect.frame.ids.length}`;
  });
}

function newer(id: RecordId): RecordId {
  return { ...id, seq: id.seq + 1 };
}

describe('an announced version', () => {
  it('is asked for once, however many announce it', () => {
    const { pulls } = makePulls();
    assert.deepEqual(wants(pulls.announced(0, 1, [ID])), ['1: 1']);
    assert.deepEqual(pulls.announced(0, 2, [ID]), []);
    assert.deepEqual(pulls.announced(0, 1, [ID]), []);
  });

  it('that is here, or older than what is here, is not asked for', () => {
    const { directory, pulls } = makePulls();
    directory.apply(RECORDS.one(1, { epoch: 2, seq: 1 }));
    assert.deepEqual(pulls.announced(0, 1, [ID, { ...ID, epoch: 2 }]), []);
  });

  it('that is newer than the one asked for is asked for too', () => {
    const { pulls } = makePulls();
    pulls.announced(0, 1, [ID]);
    assert.deepEqual(wants(pulls.announced(0, 2, [newer(ID)])), ['2: 1']);
    pulls.learned(ID);
    assert.equal(pulls.nextAt(), PULL_TIMEOUT_MS);
    pulls.learned(newer(ID));
    assert.equal(pulls.nextAt(), Number.POSITIVE_INFINITY);
  });

  it('is asked of the next announcer after the time-out, of each once, and then given up', () => {
    const { pulls } = makePulls();
    for (const link of [1, 2, 3]) pulls.announced(0, link, [ID]);
    assert.deepEqual(pulls.due(PULL_TIMEOUT_MS - 1), []);
    assert.deepEqual(wants(pulls.due(PULL_TIMEOUT_MS)), ['2: 1']);
    assert.deepEqual(wants(pulls.due(2 * PULL_TIMEOUT_MS)), ['3: 1']);
    assert.deepEqual(pulls.due(3 * PULL_TIMEOUT_MS), []);
    assert.equal(pulls.nextAt(), Number.POSITIVE_INFINITY);
    assert.deepEqual(wants(pulls.announced(1_000, 4, [ID])), ['4: 1']);
  });

  it('is not asked of a link that is down', () => {
    const { pulls } = makePulls();
    for (const link of [1, 2, 3]) pulls.announced(0, link, [ID]);
    pulls.down(2);
    assert.deepEqual(wants(pulls.due(PULL_TIMEOUT_MS)), ['3: 1']);
  });

  it('is asked in one frame with others of the same announcer', () => {
    const { pulls } = makePulls();
    const ids = RECORDS.range(1, 50).map(recordId);
    assert.deepEqual(wants(pulls.announced(0, 1, ids)), ['1: 50']);
    pulls.announced(0, 2, ids);
    assert.deepEqual(wants(pulls.due(PULL_TIMEOUT_MS)), ['2: 50']);
  });
});

describe('the bounds of pulls', () => {
  it(`hold ${PULL_ANNOUNCERS_MAX} other announcers of one version`, () => {
    const { pulls } = makePulls();
    for (let link = 1; link <= PULL_ANNOUNCERS_MAX + 10; link++) pulls.announced(0, link, [ID]);
    let [asked, now] = [0, 0];
    while (pulls.nextAt() < Number.POSITIVE_INFINITY) {
      now = pulls.nextAt();
      asked += pulls.due(now).length;
    }
    assert.equal(asked, PULL_ANNOUNCERS_MAX);
  });

  it('are not used up by one link that announces again and again', () => {
    const { pulls } = makePulls();
    for (let time = 0; time < 10; time++) pulls.announced(0, 1, [ID]);
    pulls.announced(0, 2, [ID]);
    assert.deepEqual(wants(pulls.due(PULL_TIMEOUT_MS)), ['2: 1']);
  });

  it(`hold ${PULLS_MAX} versions; more are asked for when these are gone`, () => {
    const { pulls } = makePulls();
    const ids = Array.from({ length: PULLS_MAX + 5 }, (_, n) => ({ ...ID, peer: manyId(n) }));
    const asked = pulls.announced(0, 1, ids).flatMap((effect) => {
      assert.ok(effect.type === 'send' && effect.frame.type === 'want');
      return effect.frame.ids;
    });
    assert.equal(asked.length, PULLS_MAX);
    pulls.due(PULL_TIMEOUT_MS);
    assert.deepEqual(wants(pulls.announced(PULL_TIMEOUT_MS, 1, ids.slice(-5))), ['1: 5']);
  });
});
