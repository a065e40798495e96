/** Asking for what was announced: one announcer at a time, the next after a time-out, bounded. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BoundHits } from '#peer/mesh/bound-hits.ts';
import { Directory } from '#peer/mesh/directory.ts';
import type { MeshEffect } from '#peer/mesh/effect.ts';
import {
  PULLS_MAX,
  PULL_ANNOUNCERS_MAX,
  PULL_BACKOFF_MAX_MS,
  PULL_TIMEOUT_MS,
  PULL_WINDOW,
} from '#peer/mesh/limits.ts';
import { Pulls } from '#peer/mesh/pulls.ts';
import { type RecordId, recordId } from '#peer/mesh/record.ts';
import { ManyRecords, manyId } from './many-records.ts';

const RECORDS = new ManyRecords();
const ID = recordId(RECORDS.one(1));

/** Pulls that are told of versions by the flood. */
class Announced extends Pulls {
  hear(now: number, link: number, ids: readonly RecordId[]): readonly MeshEffect[] {
    return this.announced(now, { link, ids, isSync: false });
  }
}

function makePulls(): { directory: Directory; hits: BoundHits; pulls: Announced } {
  const directory = new Directory();
  const hits = new BoundHits();
  return { directory, hits, pulls: new Announced(directory, hits) };
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
    assert.deepEqual(wants(pulls.hear(0, 1, [ID])), ['1: 1']);
    assert.deepEqual(pulls.hear(0, 2, [ID]), []);
    assert.deepEqual(pulls.hear(0, 1, [ID]), []);
  });

  it('that is here, or older than what is here, is not asked for', () => {
    const { directory, pulls } = makePulls();
    directory.apply(RECORDS.one(1, { epoch: 2, seq: 1 }));
    assert.deepEqual(pulls.hear(0, 1, [ID, { ...ID, epoch: 2 }]), []);
  });

  it('that is newer than the one asked for is asked for too', () => {
    const { pulls } = makePulls();
    pulls.hear(0, 1, [ID]);
    assert.deepEqual(wants(pulls.hear(0, 2, [newer(ID)])), ['2: 1']);
    pulls.learned(0, ID);
    assert.equal(pulls.nextAt(), PULL_TIMEOUT_MS);
    pulls.learned(0, newer(ID));
    pulls.due(PULL_TIMEOUT_MS);
    assert.equal(pulls.nextAt(), Number.POSITIVE_INFINITY);
  });

  it('is asked of the next announcer after the time-out, of each once, and then given up', () => {
    const { pulls } = makePulls();
    for (const link of [1, 2, 3]) pulls.hear(0, link, [ID]);
    assert.deepEqual(pulls.due(PULL_TIMEOUT_MS - 1), []);
    assert.deepEqual(wants(pulls.due(PULL_TIMEOUT_MS)), ['2: 1']);
    assert.deepEqual(wants(pulls.due(2 * PULL_TIMEOUT_MS)), ['3: 1']);
    assert.deepEqual(pulls.due(3 * PULL_TIMEOUT_MS), []);
    assert.equal(pulls.nextAt(), Number.POSITIVE_INFINITY);
    assert.deepEqual(wants(pulls.hear(1_000, 4, [ID])), ['4: 1']);
  });

  it('is not asked of a link that is down', () => {
    const { pulls } = makePulls();
    for (const link of [1, 2, 3]) pulls.hear(0, link, [ID]);
    pulls.down(2);
    assert.deepEqual(wants(pulls.due(PULL_TIMEOUT_MS)), ['3: 1']);
  });

  it('is nobody’s once all who announced it are down, whoever was asked', () => {
    const { pulls } = makePulls();
    for (const link of [1, 2]) pulls.hear(0, link, [ID]);
    pulls.down(2);
    assert.deepEqual(wants(pulls.due(PULL_TIMEOUT_MS)), []);
    assert.equal(pulls.learned(PULL_TIMEOUT_MS, ID), undefined);
    assert.equal(pulls.nextAt(), Number.POSITIVE_INFINITY);
  });

  it('that comes and is not taken was sent, and its link is asked for more at once', () => {
    const { pulls } = makePulls();
    const ids = RECORDS.range(1, 3 * PULL_WINDOW).map(recordId);
    pulls.hear(0, 1, ids);
    for (let now = 1; now < 3 * PULL_TIMEOUT_MS; now += PULL_TIMEOUT_MS / 2) {
      pulls.declined(now, ids.splice(0, PULL_WINDOW), 1);
      assert.deepEqual(wants(pulls.due(now)), ids.length === 0 ? [] : [`1: ${PULL_WINDOW}`]);
      if (ids.length === 0) break;
    }
    assert.equal(pulls.isIdle(1), true);
  });

  it('is asked in one frame with others of the same announcer', () => {
    const { pulls } = makePulls();
    const ids = RECORDS.range(1, 50).map(recordId);
    assert.deepEqual(wants(pulls.hear(0, 1, ids)), ['1: 50']);
    pulls.hear(0, 2, ids);
    assert.deepEqual(wants(pulls.due(PULL_TIMEOUT_MS)), ['2: 50']);
  });
});

describe('the bounds of pulls', () => {
  it(`hold ${PULL_ANNOUNCERS_MAX} other announcers of one version`, () => {
    const { pulls } = makePulls();
    for (let link = 1; link <= PULL_ANNOUNCERS_MAX + 10; link++) pulls.hear(0, link, [ID]);
    let [asked, now] = [0, 0];
    while (pulls.nextAt() < Number.POSITIVE_INFINITY) {
      now = pulls.nextAt();
      asked += pulls.due(now).length;
    }
    assert.equal(asked, PULL_ANNOUNCERS_MAX);
  });

  it('are not used up by one link that announces again and again', () => {
    const { pulls } = makePulls();
    for (let time = 0; time < 10; time++) pulls.hear(0, 1, [ID]);
    pulls.hear(0, 2, [ID]);
    assert.deepEqual(wants(pulls.due(PULL_TIMEOUT_MS)), ['2: 1']);
  });

  it(`hold ${PULLS_MAX} versions; of more it is told, and they are forgotten`, () => {
    const { pulls, hits } = makePulls();
    const ids = Array.from({ length: PULLS_MAX + 5 }, (_, n) => ({ ...ID, peer: manyId(n) }));
    pulls.hear(0, 1, ids.slice(0, PULLS_MAX));
    assert.deepEqual(hits.take(), []);
    pulls.hear(0, 1, ids);
    assert.deepEqual(hits.take(), [{ type: 'bound-hit', bound: 'too-many-pulls' }]);
    let count = 0;
    for (const id of ids) if (pulls.learned(0, id) !== undefined) count++;
    assert.equal(count, PULLS_MAX);
  });

  it('ask one link for a window of versions, and for the next when half of these came', () => {
    const { pulls } = makePulls();
    const ids = RECORDS.range(1, 2 * PULL_WINDOW).map(recordId);
    assert.deepEqual(wants(pulls.hear(0, 1, ids)), [`1: ${PULL_WINDOW}`]);
    for (const id of ids.slice(0, PULL_WINDOW / 2 - 1)) pulls.learned(1, id, 1);
    assert.deepEqual(pulls.due(1), []);
    for (const id of ids.slice(0, PULL_WINDOW / 2)) pulls.learned(1, id, 1);
    assert.deepEqual(wants(pulls.due(1)), [`1: ${PULL_WINDOW / 2}`]);
  });

  it('ask two links that have the same for different parts of it', () => {
    const { pulls } = makePulls();
    const ids = RECORDS.range(1, 2 * PULL_WINDOW).map(recordId);
    const asked = [1, 2].flatMap((link) => pulls.hear(0, link, ids));
    const all = asked.flatMap((effect) => {
      assert.ok(effect.type === 'send' && effect.frame.type === 'want');
      return effect.frame.ids.map(({ peer }) => peer);
    });
    assert.equal(new Set(all).size, 2 * PULL_WINDOW);
  });

  it('ask who sent a part for the rest once more, and who sent nothing no more', () => {
    const { pulls } = makePulls();
    const ids = RECORDS.range(1, 10).map(recordId);
    pulls.hear(0, 1, ids);
    for (const id of ids.slice(0, 4)) pulls.learned(50, id, 1);
    assert.deepEqual(pulls.due(50 + PULL_TIMEOUT_MS - 1), []);
    assert.deepEqual(wants(pulls.due(50 + PULL_TIMEOUT_MS)), ['1: 6']);
    assert.deepEqual(pulls.due(50 + 2 * PULL_TIMEOUT_MS), []);
    assert.equal(pulls.isIdle(1), true);
  });

  it('hold no more for a link than there are versions, whatever it announces', () => {
    const { pulls } = makePulls();
    for (let seq = 1; seq <= 30; seq++) {
      const ids = Array.from({ length: 2_000 }, (_, n) => ({ ...ID, peer: manyId(n), seq }));
      pulls.hear(0, 1, ids);
    }
    let asked = 0;
    for (let now = 0; pulls.nextAt() < Number.POSITIVE_INFINITY; now = pulls.nextAt())
      asked += pulls.due(now).length;
    assert.ok(asked <= Math.ceil(2_000 / PULL_WINDOW) + 1);
  });
});

/** Versions that nobody has, each of another writer. */
function fakesOf(link: number, count: number): readonly RecordId[] {
  return Array.from({ length: count }, (_, n) => ({ ...ID, peer: manyId(link * 100_000 + n) }));
}

describe('links that announce what they never send', () => {
  const HONEST = 1;
  const SNAPSHOT = RECORDS.range(1, 5_000).map(recordId);

  /** Answers what the honest link is asked for, at once, until the time; which of the ids have come. */
  function serve(
    pulls: Announced,
    first: readonly MeshEffect[],
    { from = 0, until }: { readonly from?: number; readonly until: number },
  ): Set<string> {
    const come = new Set<string>();
    const answer = (now: number, effects: readonly MeshEffect[]): void => {
      for (const effect of effects) {
        assert.ok(effect.type === 'send' && effect.frame.type === 'want');
        if (effect.link !== HONEST) continue;
        for (const id of effect.frame.ids) {
          come.add(id.peer);
          pulls.learned(now, id, HONEST);
        }
      }
    };
    answer(from, first);
    for (let now = from; now <= until; now++) answer(now, pulls.due(now));
    return come;
  }

  for (const mad of [1, 3])
    it(`${mad} of them keep nobody from a snapshot of 5,000`, () => {
      const { pulls } = makePulls();
      for (let link = 2; link < 2 + mad; link++) pulls.hear(0, link, fakesOf(link, PULLS_MAX));
      const asked = pulls.hear(0, HONEST, SNAPSHOT);
      assert.equal(serve(pulls, asked, { until: PULL_TIMEOUT_MS - 1 }).size, 5_000);
    });

  it('do not shield each other by announcing the same', () => {
    const { pulls } = makePulls();
    const fakes = fakesOf(2, PULLS_MAX);
    for (const link of [2, 3, 4]) pulls.hear(0, link, fakes);
    const asked = pulls.hear(0, HONEST, SNAPSHOT);
    assert.equal(serve(pulls, asked, { until: PULL_TIMEOUT_MS - 1 }).size, 5_000);
  });

  it('of a newer version than there is delay the true one for a time-out at most', () => {
    const { pulls } = makePulls();
    serve(pulls, pulls.hear(0, HONEST, SNAPSHOT.slice(4_000)), { until: 20 });
    const newer = SNAPSHOT.slice(0, 100).map((id) => ({ ...id, seq: id.seq + 999 }));
    for (const link of [2, 3, 4, 5, 6, 7]) pulls.hear(20, link, newer);
    const asked = pulls.hear(21, HONEST, SNAPSHOT.slice(0, 100));
    const come = serve(pulls, asked, { from: 21, until: 20 + PULL_TIMEOUT_MS });
    assert.equal(come.size, 100);
  });

  it('who sends a little now and then holds nothing back that others have', () => {
    const { pulls } = makePulls();
    const ids = SNAPSHOT.slice(0, PULL_WINDOW);
    pulls.hear(0, 2, ids);
    pulls.hear(0, HONEST, ids);
    for (const id of ids.slice(0, 3)) pulls.learned(50, id, 2);
    assert.equal(serve(pulls, [], { until: PULL_TIMEOUT_MS }).size, PULL_WINDOW - 3);
  });

  it('and trickle, just in time to be asked for more, hold nothing back that others have', () => {
    const { directory, pulls } = makePulls();
    const records = new Map(RECORDS.range(1, 5_000).map((record) => [record.peer, record]));
    const asked: RecordId[][] = [[], [], []];
    const send = (now: number, link: number, id: RecordId): void => {
      const record = records.get(id.peer);
      if (record !== undefined && directory.apply(record)) pulls.learned(now, id, link);
      else pulls.repeated(now, [id], link);
    };
    const answer = (now: number, effects: readonly MeshEffect[]): void => {
      for (const effect of effects) {
        assert.ok(effect.type === 'send' && effect.frame.type === 'want');
        if (effect.link > HONEST) asked[effect.link - 2]?.push(...effect.frame.ids);
        else for (const id of effect.frame.ids) send(now, HONEST, id);
      }
    };
    for (const link of [2, 3, 4]) answer(0, pulls.hear(0, link, SNAPSHOT));
    answer(1, pulls.hear(1, HONEST, SNAPSHOT));
    for (let now = 1; now < 3 * PULL_TIMEOUT_MS; now++) {
      for (const [at, ids] of asked.entries()) {
        const [id] = now % (PULL_TIMEOUT_MS - 5) === 0 ? ids.splice(0, 1) : [];
        if (id !== undefined) send(now, at + 2, id);
      }
      answer(now, pulls.due(now));
    }
    assert.equal(directory.size, 5_000);
  });

  it('are asked less and less, and are not listened to meanwhile', () => {
    const { pulls, hits } = makePulls();
    let [asked, refused] = [0, 0];
    for (let now = 0; now < 60_000; now += 10) {
      const effects = [...pulls.hear(now, 2, fakesOf(2 + now / 10, 1)), ...pulls.due(now)];
      asked += effects.length;
      if (hits.take().length > 0) refused++;
    }
    assert.ok(asked <= 2 * (60_000 / PULL_BACKOFF_MAX_MS) + 16, `asked ${asked} times`);
    assert.ok(refused > 5_000);
  });

  it('and only stalled are asked as before when what they were asked for comes', () => {
    const { pulls } = makePulls();
    const ids = SNAPSHOT.slice(0, 10);
    for (let now = 0; now < 400; now += PULL_TIMEOUT_MS) {
      pulls.hear(now, 2, ids);
      pulls.due(now);
    }
    assert.deepEqual(pulls.hear(400, 2, SNAPSHOT.slice(10, 20)), []);
    for (const id of ids) pulls.learned(401, id, 2);
    assert.deepEqual(wants(pulls.hear(401, 2, SNAPSHOT.slice(10, 20))), ['2: 10']);
  });
});
