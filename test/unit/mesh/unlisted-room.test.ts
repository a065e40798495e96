/** Identities that a member makes up: they leave room for the listed, and whoever brings them pays. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LinkId } from '#peer/mesh/effect.ts';
import {
  DIRECTORY_RECORDS_MAX,
  REPEATS_RATE,
  UNLISTED_COST_BYTES,
  UNLISTED_RATE,
  UNLISTED_RECORDS_MAX,
  UNLISTED_TOTAL_RATE,
  UNLISTED_UPDATES_RATE,
} from '#peer/mesh/limits.ts';
import type { Mesh } from '#peer/mesh/mesh.ts';
import type { PeerId } from '#peer/mesh/peer-id.ts';
import { recordId } from '#peer/mesh/record.ts';
import { testEndpoint } from '#test/support/records.ts';
import { CountedCodec } from './counted-codec.ts';
import { createMesh, linkUp } from './lone-mesh.ts';
import { ManyRecords, manyId } from './many-records.ts';

const RECORDS = new ManyRecords();
const [MAD, CALM] = [2, 3];
/** A writer that will be listed. */
const LISTED = 1_000_000;
const FULL_MS = (1_000 * UNLISTED_RATE.burst) / UNLISTED_RATE.perSecond;

interface Versions {
  readonly from: number;
  readonly count: number;
  readonly seq: number;
}

/** A mesh that knows a list of members, and the links that bring it records. */
class Hearer {
  readonly listed = new Set<PeerId>([manyId(1), manyId(MAD), manyId(CALM)]);
  readonly mesh = createMesh(RECORDS.codec, { isListed: (peer) => this.listed.has(peer) });

  constructor(links: readonly LinkId[] = [MAD, CALM]) {
    for (const link of links) this.link(link, manyId(link));
  }

  link(link: LinkId, peer: PeerId, now = 0): void {
    this.mesh.step(now, linkUp(link, peer, 'them', testEndpoint(1)));
  }

  /** The link brings records of so many writers from this number on; how many are taken. */
  hear(link: LinkId, from: number, count: number, now = 0): number {
    const before = this.mesh.directory.size;
    const records = RECORDS.range(from, from + count - 1).map(({ signed }) => signed);
    this.mesh.step(now, { type: 'frame', link, frame: { type: 'records', records } });
    return this.mesh.directory.size - before;
  }

  /** The same of this version of them; how many of them it has then. */
  update(link: LinkId, { from, count, seq }: Versions, now = 0): number {
    const records = Array.from({ length: count }, (_, n) =>
      RECORDS.one(from + n, { epoch: 1, seq }),
    );
    const frame = { type: 'records', records: records.map(({ signed }) => signed) } as const;
    this.mesh.step(now, { type: 'frame', link, frame });
    return records.filter((record) => this.mesh.directory.has(recordId(record))).length;
  }

  list(from: number, count: number, now = 0): void {
    for (let n = from; n < from + count; n++) this.listed.add(manyId(n));
    this.mesh.step(now, { type: 'members-changed' });
  }
}

const FAT_LINKS = [2, 3, 4, 5, 6, 7, 8, 9];
const FAT_BYTES = 16_000;
const FLOOD_BYTES_MAX = UNLISTED_TOTAL_RATE.burst * UNLISTED_COST_BYTES;

/** Whom fat records of identities that are made up are brought to, by listed peers. */
class FatHearer {
  readonly mesh: Mesh;
  #made = 0;

  constructor(hasList: boolean) {
    const bringers = new Set(FAT_LINKS.map(manyId));
    this.mesh = createMesh(RECORDS.codec, {
      isListed: (peer) => !hasList || bringers.has(peer),
      isNamed: (peer) => hasList && bringers.has(peer),
    });
    for (const link of FAT_LINKS) this.mesh.step(0, linkUp(link, manyId(link)));
  }

  hear(link: LinkId, count: number): { readonly accepted: number } {
    const before = this.mesh.directory.size;
    const records = Array.from({ length: count }, () => {
      return RECORDS.fat(10_000 + this.#made++, FAT_BYTES).signed;
    });
    this.mesh.step(0, { type: 'frame', link, frame: { type: 'records', records } });
    return { accepted: this.mesh.directory.size - before };
  }
}

describe('writers that no list has', () => {
  it('are taken by thousands of one link, when a cluster starts', () => {
    const hearer = new Hearer();
    assert.equal(hearer.hear(CALM, 100, 5_000), 5_000);
  });

  it('are charged to who brings them, and others bring theirs all the same', () => {
    const hearer = new Hearer();
    const { burst } = UNLISTED_RATE;
    assert.equal(hearer.hear(MAD, 10_000, burst + 500), burst);
    assert.equal(hearer.hear(CALM, 100, 1_000), 1_000);
    assert.equal(hearer.hear(MAD, 50_000, 100, 1_000), UNLISTED_RATE.perSecond);
  });

  it('are charged together to all who are not listed themselves', () => {
    const made = [10, 11, 12, 13];
    const hearer = new Hearer([...made, CALM]);
    const taken = made.map((link) => hearer.hear(link, link * 10_000, 2_000));
    assert.deepEqual(taken, [2_000, 2_000, 2_000, 0]);
    assert.equal(hearer.hear(CALM, 100, 1_000), 1_000);
  });

  it('are updated out of one purse of who brings them, however many they are, and others bring theirs', () => {
    const hearer = new Hearer();
    const { burst, perSecond } = UNLISTED_UPDATES_RATE;
    const [made, rounds] = [1_000, burst / 1_000];
    hearer.hear(MAD, 10_000, made);
    hearer.hear(CALM, 100, 50);
    for (let seq = 2; seq < 2 + rounds; seq++)
      assert.equal(hearer.update(MAD, { from: 10_000, count: made, seq }), made);
    const next = { from: 10_000, count: made, seq: 2 + rounds };
    assert.equal(hearer.update(MAD, next), 0);
    assert.equal(hearer.update(MAD, next, 1_000), perSecond);
    assert.equal(hearer.update(CALM, { from: 100, count: 50, seq: 2 }, 1_000), 50);
    assert.equal(hearer.update(MAD, { from: CALM, count: 1, seq: 2 }, 1_000), 1, 'of a listed one');
  });

  it('cost no verification, and are not asked for, when that purse is spent', () => {
    const codec = new CountedCodec(RECORDS.codec);
    const mesh = createMesh(codec, { isListed: (peer) => peer === manyId(MAD) });
    mesh.step(0, linkUp(MAD, manyId(MAD)));
    const hear = (seq: number): readonly string[] => {
      const records = Array.from({ length: 1_000 }, (_, n) =>
        RECORDS.one(10_000 + n, { epoch: 1, seq }),
      );
      const frame = { type: 'records', records: records.map(({ signed }) => signed) } as const;
      return mesh
        .step(0, { type: 'frame', link: MAD, frame })
        .flatMap((effect) => (effect.type === 'refused' ? effect.reason : []));
    };
    const rounds = UNLISTED_UPDATES_RATE.burst / 1_000;
    for (let seq = 1; seq <= 1 + rounds; seq++) assert.deepEqual(hear(seq), []);
    const before = codec.verified;
    assert.deepEqual(new Set(hear(2 + rounds)), new Set(['unlisted-budget']));
    assert.equal(codec.verified, before);
    const ids = [recordId(RECORDS.one(10_000, { epoch: 1, seq: 3 + rounds }))];
    const asked = mesh.step(1, { type: 'frame', link: MAD, frame: { type: 'have', ids } });
    assert.ok(!asked.some((effect) => effect.type === 'send' && effect.frame.type === 'want'));
  });

  it('update themselves over their own links, whoever has spent what the unlisted share', () => {
    const [mad, newcomer] = [10, 11];
    const hearer = new Hearer([mad, newcomer]);
    hearer.hear(mad, 10_000, 1_000);
    hearer.hear(newcomer, newcomer, 1);
    for (let seq = 2; seq <= 2 + UNLISTED_UPDATES_RATE.burst / 1_000; seq++)
      hearer.update(mad, { from: 10_000, count: 1_000, seq });
    assert.equal(hearer.update(newcomer, { from: 10_000, count: 1, seq: 90 }), 0);
    assert.equal(hearer.update(newcomer, { from: newcomer, count: 1, seq: 2 }), 1);
  });

  it('pay for what is fat, and so do those who have no list', () => {
    for (const hasList of [true, false]) {
      const { accepted } = new FatHearer(hasList).hear(2, 600);
      assert.ok(accepted * FAT_BYTES <= 1.1 * FLOOD_BYTES_MAX, `${accepted} were taken`);
      assert.ok(accepted > 100, `${accepted} were taken`);
    }
  });

  it('are taken of all bringers together within what is borne of an honest one that passes them on', () => {
    assert.ok(FLOOD_BYTES_MAX <= 0.4 * REPEATS_RATE.burstBytes);
    const ofOne = UNLISTED_RATE.burst + UNLISTED_UPDATES_RATE.burst;
    assert.ok(UNLISTED_TOTAL_RATE.burst > ofOne, 'one leaves something to the others');
    for (const hasList of [true, false]) {
      const hearer = new FatHearer(hasList);
      const rounds = FAT_LINKS.map((link) => hearer.hear(link, 400).accepted);
      const bytes = rounds.reduce((sum, accepted) => sum + accepted, 0) * FAT_BYTES;
      assert.ok(bytes <= 1.1 * FLOOD_BYTES_MAX, `${bytes} bytes were taken`);
    }
  });

  it('leave half of the directory to the listed, however long they come', () => {
    const hearer = new Hearer();
    const rounds = [0, 1, 2, 3].map((n) => n * FULL_MS);
    for (const now of rounds) {
      hearer.link(now, manyId(MAD), now);
      hearer.hear(now, 10_000 + now, 6_000, now);
    }
    assert.equal(hearer.mesh.directory.size, UNLISTED_RECORDS_MAX);
    const now = 3 * FULL_MS;
    hearer.list(9_000_000, DIRECTORY_RECORDS_MAX - UNLISTED_RECORDS_MAX, now);
    for (let n = 0; n < 10; n++)
      assert.equal(hearer.hear(now, 9_000_000 + n * 1_000, 1_000, now), 1_000);
  });

  it('are not asked for while there is no room for them, and are once they are listed', () => {
    const hearer = new Hearer();
    hearer.hear(MAD, 10_000, UNLISTED_RATE.burst);
    const ids = [recordId(RECORDS.one(LISTED))];
    const announce = () =>
      hearer.mesh
        .step(1, { type: 'frame', link: MAD, frame: { type: 'have', ids } })
        .flatMap((effect) => (effect.type === 'send' ? effect.frame.type : []));
    assert.equal(hearer.hear(MAD, LISTED, 1), 0);
    assert.deepEqual(announce(), []);
    hearer.list(LISTED, 1);
    assert.deepEqual(announce(), ['want']);
    assert.equal(hearer.hear(MAD, LISTED, 1), 1);
  });
});
