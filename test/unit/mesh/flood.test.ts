/** Spreading records: at once on idle links, batched or announced on busy ones, never for ever. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Directory } from '#peer/mesh/directory.ts';
import type { MeshEffect } from '#peer/mesh/effect.ts';
import { Flood, type Share } from '#peer/mesh/flood.ts';
import { Lateness } from '#peer/mesh/lateness.ts';
import { ANNOUNCE_MS, BATCH_MS, IDLE_LINK_MS, IDS_PER_FRAME } from '#peer/mesh/limits.ts';
import { type DirectoryRecord, recordId } from '#peer/mesh/record.ts';
import { ManyRecords } from './many-records.ts';

const EAGER = 1;
const LAZY = 2;
const NEVER = Number.POSITIVE_INFINITY;

/** A flood over an eager and a lazy link, and what to take into it. */
class Flooded {
  readonly records = new ManyRecords();
  readonly directory = new Directory();
  readonly lateness = new Lateness();
  readonly flood = new Flood(this.directory, this.lateness);

  constructor() {
    this.flood.up(EAGER);
    this.flood.up(LAZY);
  }

  spread(
    now: number,
    records: readonly DirectoryRecord[],
    { from, share }: { from?: number; share?: Share } = {},
  ): readonly string[] {
    for (const record of records) this.directory.apply(record);
    const knownTo = from === undefined ? [] : [from];
    const news = records.map((record) => ({ record, knownTo }));
    const shareOf = (link: number): Share => share ?? (link === EAGER ? 'eager' : 'lazy');
    return describeFrames(this.flood.spread(now, news, shareOf));
  }

  due(now: number): readonly string[] {
    return describeFrames(this.flood.due(now));
  }
}

/** "link: type count" for each frame. */
function describeFrames(effects: readonly MeshEffect[]): readonly string[] {
  return effects.map((effect) => {
    assert.equal(effect.type, 'send');
    const { link, frame } = effect;
    if (frame.type === 'records') return `${link}: records ${frame.records.length}`;
    return `${link}: ${frame.type} ${frame.type === 'have' ? frame.ids.length : '?'}`;
  });
}

describe('an idle link', () => {
  it('gets a record at once, whether it is eager or not', () => {
    const flooded = new Flooded();
    const sent = flooded.spread(0, flooded.records.range(1, 1));
    assert.deepEqual(sent, ['1: records 1', '2: records 1']);
    assert.equal(flooded.flood.nextAt(), NEVER);
  });

  it('gets a spare copy of what came by another, unless it leads onward, and of a batch none is', () => {
    const flooded = new Flooded();
    const from = 3;
    const sparesOf = (ns: readonly [number, number], share: Share): readonly unknown[] => {
      const records = flooded.records.range(...ns);
      for (const record of records) flooded.directory.apply(record);
      const news = records.map((record) => ({ record, knownTo: [from] }));
      const effects = flooded.flood.spread(ns[0] * IDLE_LINK_MS, news, () => share);
      return effects.map((effect) => effect.type === 'send' && effect.isSpare);
    };
    assert.deepEqual(sparesOf([1, 1], 'eager'), [true, true]);
    assert.deepEqual(sparesOf([2, 2], 'lazy'), [true, true]);
    assert.deepEqual(sparesOf([3, 3], 'onward'), [undefined, undefined]);
    assert.deepEqual(sparesOf([4, 5], 'lazy'), [undefined, undefined]);
  });

  it('is none because we came late to our turn', () => {
    const flooded = new Flooded();
    flooded.spread(0, flooded.records.range(1, 1));
    flooded.lateness.note(IDLE_LINK_MS, 50);
    assert.deepEqual(flooded.spread(IDLE_LINK_MS + 49, flooded.records.range(2, 2)), []);
    assert.deepEqual(flooded.due(IDLE_LINK_MS + 49 + BATCH_MS), ['1: records 1']);
    const later = 2 * IDLE_LINK_MS + 49 + BATCH_MS + 50;
    const sent = flooded.spread(later, flooded.records.range(3, 3));
    assert.deepEqual(sent, ['1: records 1', '2: records 1']);
  });

  it('is one that got nothing for a moment', () => {
    const flooded = new Flooded();
    flooded.spread(0, flooded.records.range(1, 1));
    assert.deepEqual(flooded.spread(IDLE_LINK_MS - 1, flooded.records.range(2, 2)), []);
    const idle = new Flooded();
    idle.spread(0, idle.records.range(1, 1));
    assert.equal(idle.spread(IDLE_LINK_MS, idle.records.range(2, 2)).length, 2);
  });

  it('is not sent back what came by it', () => {
    const flooded = new Flooded();
    const sent = flooded.spread(0, flooded.records.range(1, 1), { from: EAGER });
    assert.deepEqual(sent, ['2: records 1']);
  });
});

/** Its links have just got something. */
function busy(): Flooded {
  const flooded = new Flooded();
  flooded.spread(0, flooded.records.range(1, 1));
  return flooded;
}

describe('a busy link', () => {
  it('gets one batch when it is eager, and one announcement a little later when it is not', () => {
    const flooded = busy();
    for (const n of [2, 3, 4]) assert.deepEqual(flooded.spread(1, [flooded.records.one(n)]), []);
    assert.equal(flooded.flood.nextAt(), 1 + BATCH_MS);
    assert.deepEqual(flooded.due(BATCH_MS), []);
    assert.deepEqual(flooded.due(1 + BATCH_MS), ['1: records 3']);
    assert.equal(flooded.flood.nextAt(), 1 + ANNOUNCE_MS);
    assert.deepEqual(flooded.due(1 + ANNOUNCE_MS), ['2: have 3']);
    assert.equal(flooded.flood.nextAt(), NEVER);
  });

  it('gets the newest of several versions, once', () => {
    const flooded = busy();
    for (let seq = 1; seq <= 100; seq++) {
      flooded.spread(1, [flooded.records.one(2, { epoch: 1, seq })]);
    }
    const newest = flooded.directory.get(recordId(flooded.records.one(2)));
    const [batch] = flooded.flood.due(1 + BATCH_MS);
    assert.deepEqual(batch, {
      type: 'send',
      link: EAGER,
      frame: { type: 'records', records: [newest?.signed] },
    });
    assert.deepEqual(flooded.due(1 + ANNOUNCE_MS), ['2: have 1']);
  });

  it('gets nothing of what the other end says that it has', () => {
    const flooded = busy();
    const [two, three] = [flooded.records.one(2), flooded.records.one(3)];
    flooded.spread(1, [two, three]);
    for (const link of [EAGER, LAZY]) flooded.flood.heard(link, [recordId(two)]);
    assert.deepEqual(flooded.due(100), ['1: records 1', '2: have 1']);
  });

  it('gets it all the same when the other end has an older version', () => {
    const flooded = busy();
    const newer = flooded.records.one(2, { epoch: 1, seq: 9 });
    flooded.spread(1, [newer]);
    flooded.flood.heard(EAGER, [{ ...recordId(newer), seq: 8 }]);
    assert.deepEqual(flooded.due(1 + BATCH_MS), ['1: records 1']);
  });

  it('is forgotten when it goes down', () => {
    const flooded = busy();
    flooded.spread(1, flooded.records.range(2, 3));
    flooded.flood.down(EAGER);
    flooded.flood.down(LAZY);
    assert.equal(flooded.flood.nextAt(), NEVER);
    assert.deepEqual(flooded.due(1_000), []);
  });
});

describe('a congested link', () => {
  it('loses what is queued and gets nothing more until it has drained', () => {
    const flooded = new Flooded();
    flooded.spread(0, flooded.records.range(1, 1));
    flooded.spread(1, flooded.records.range(2, 3));
    flooded.flood.congested(EAGER);
    flooded.flood.congested(LAZY);
    assert.deepEqual(flooded.spread(500, flooded.records.range(4, 4)), []);
    assert.deepEqual(flooded.due(1_000), []);
    assert.equal(flooded.flood.nextAt(), NEVER);
    flooded.flood.drained(EAGER);
    assert.deepEqual(flooded.spread(1_000, flooded.records.range(5, 5)), ['1: records 1']);
  });
});

describe('a link that neither end wants', () => {
  it('gets nothing of what is new, idle or not', () => {
    const flooded = new Flooded();
    assert.deepEqual(flooded.spread(0, flooded.records.range(1, 3), { share: 'none' }), []);
    assert.deepEqual(flooded.spread(1, flooded.records.range(4, 4), { share: 'none' }), []);
    assert.equal(flooded.flood.nextAt(), NEVER);
  });
});

describe('what is only announced', () => {
  it('goes as an id on an idle link, too', () => {
    const flooded = new Flooded();
    const records = flooded.records.range(1, 10);
    for (const record of records) flooded.directory.apply(record);
    flooded.flood.announce(0, EAGER, records);
    assert.equal(flooded.flood.nextAt(), ANNOUNCE_MS);
    assert.deepEqual(flooded.due(ANNOUNCE_MS), ['1: have 10']);
  });
});

describe('a frame', () => {
  it('of ids has its bound', () => {
    const flooded = new Flooded();
    const records = flooded.records.range(1, 2 * IDS_PER_FRAME + 1);
    for (const record of records) flooded.directory.apply(record);
    flooded.flood.announce(0, EAGER, records);
    assert.deepEqual(flooded.due(ANNOUNCE_MS), [
      `1: have ${IDS_PER_FRAME}`,
      `1: have ${IDS_PER_FRAME}`,
      '1: have 1',
    ]);
  });
});
