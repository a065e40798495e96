/** The mesh as a whole: what it takes from others, what it refuses, and how two of them get in step. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { MeshEffect, MeshEvent } from '#peer/mesh/effect.ts';
import {
  DIRECTORY_RECORDS_MAX,
  HEARTBEAT_MS,
  RING_COUNT,
  UNREACHABLE_GRACE_MS,
  UNREACHABLE_NOTICE_DELAY_MS,
  WRITER_RATE,
} from '#peer/mesh/limits.ts';
import type { MeshFrame } from '#peer/mesh/frame.ts';
import type { Mesh, MeshOptions } from '#peer/mesh/mesh.ts';
import { type DirectoryRecord, type SignedRecord, recordId, recordKey } from '#peer/mesh/record.ts';
import { clusterHash } from '#peer/wire/identity.ts';
import { createRecordCodec } from '#peer/wire/record-codec.ts';
import {
  sealPeer,
  testCodec,
  testContent,
  testEndpoint,
  testIdentity,
} from '#test/support/records.ts';
import { createMesh, linkUp } from './lone-mesh.ts';
import { ManyRecords, manyId } from './many-records.ts';

const LINK = 1;
const [SELF, OTHER, MAD] = [manyId(1), manyId(2), manyId(3)];

/** Records that come by the link; answers why each that was refused was. */
function hear(mesh: Mesh, records: readonly SignedRecord[], now = 0): readonly string[] {
  const frame = { type: 'records', records } as const;
  const effects = mesh.step(now, { type: 'frame', link: LINK, frame });
  return effects.flatMap((effect) => (effect.type === 'refused' ? [effect.reason] : []));
}

function signedOf(records: readonly DirectoryRecord[]): readonly SignedRecord[] {
  return records.map(({ signed }) => signed);
}

/** Two meshes with one link between them, whose frames arrive at once; steps through time. */
class Pair {
  readonly #meshes: readonly [Mesh, Mesh];
  /** How often each record was sent, by key. */
  readonly sent = new Map<string, number>();
  readonly refused: string[] = [];
  now = 0;
  readonly #codec: ManyRecords['codec'];

  constructor(one: Mesh, other: Mesh, codec: ManyRecords['codec']) {
    this.#meshes = [one, other];
    this.#codec = codec;
    this.#step(0, linkUp(LINK, OTHER));
    this.#step(1, linkUp(LINK, SELF));
  }

  runUntil(until: number): void {
    while (this.now < until) {
      const nextAt = Math.min(...this.#meshes.map((mesh) => mesh.nextAt()));
      this.now = Math.min(until, Math.max(nextAt, this.now));
      this.#step(0, { type: 'time' });
      this.#step(1, { type: 'time' });
    }
  }

  #step(at: 0 | 1, event: MeshEvent): void {
    const effects = this.#meshes[at].step(this.now, event);
    for (const effect of effects) this.#carryOut(at, effect);
  }

  #carryOut(at: 0 | 1, effect: MeshEffect): void {
    if (effect.type === 'refused') this.refused.push(effect.reason);
    if (effect.type !== 'send') return;
    const { frame } = effect;
    for (const signed of frame.type === 'records' ? frame.records : []) {
      const record = this.#codec.parse(signed);
      const key = record === undefined ? '' : recordKey(recordId(record));
      this.sent.set(key, (this.sent.get(key) ?? 0) + 1);
    }
    this.#step(at === 0 ? 1 : 0, { type: 'frame', link: LINK, frame });
  }
}

describe('two meshes', () => {
  it('that share a part of 5,000 records have all after the first heartbeats, each sent once', () => {
    const records = new ManyRecords();
    const one = createMesh(records.codec);
    const other = createMesh(records.codec, { self: OTHER });
    one.step(0, { type: 'recall', records: records.range(10, 4_000) });
    other.step(0, { type: 'recall', records: records.range(3_001, 5_007) });
    for (const mesh of [one, other]) mesh.step(0, { type: 'publish', content: testContent(1) });
    const pair = new Pair(one, other, records.codec);
    pair.runUntil(2 * HEARTBEAT_MS);
    assert.equal(one.directory.size, 5_000);
    assert.equal(one.directory.setHash, other.directory.setHash);
    // And those that each end told the other of as its neighbours on the rings.
    assert.ok(pair.sent.size >= 4_000 && pair.sent.size <= 4_000 + 4 * RING_COUNT);
    assert.ok([...pair.sent.values()].every((count) => count === 1));
    assert.deepEqual(pair.refused, []);
    pair.runUntil(4 * HEARTBEAT_MS);
    assert.ok(one.agreement.isSynced && other.agreement.isSynced);
  });

  it('get in step again after a link was congested and lost what was queued', () => {
    const records = new ManyRecords();
    const [one, other] = [createMesh(records.codec), createMesh(records.codec, { self: OTHER })];
    const pair = new Pair(one, other, records.codec);
    pair.runUntil(3 * HEARTBEAT_MS);
    one.step(pair.now, { type: 'congested', link: LINK });
    one.step(pair.now, { type: 'publish', content: testContent(1) });
    assert.equal(other.directory.size, 0);
    one.step(pair.now, { type: 'drained', link: LINK });
    pair.runUntil(6 * HEARTBEAT_MS);
    assert.equal(other.directory.size, 1);
    assert.equal(one.directory.setHash, other.directory.setHash);
  });
});

it('a congested link carries heartbeats and nothing else', () => {
  const records = new ManyRecords();
  const mesh = createMesh(records.codec);
  mesh.step(0, linkUp(LINK, OTHER));
  mesh.step(0, { type: 'recall', records: records.range(10, 20) });
  mesh.step(0, { type: 'congested', link: LINK });
  const ids = records.range(10, 30).map(recordId);
  const asked: readonly MeshFrame[] = [
    { type: 'want', ids },
    { type: 'have', ids },
    { type: 'bucket-digests', digests: [] },
    { type: 'heartbeat', setHash: 1n, wanted: true },
  ];
  const told = asked.flatMap((frame) => mesh.step(1, { type: 'frame', link: LINK, frame }));
  const later = mesh.step(2 * HEARTBEAT_MS, { type: 'time' });
  const sent = [...told, ...later].flatMap((effect) =>
    effect.type === 'send' ? effect.frame.type : [],
  );
  assert.deepEqual([...new Set(sent)], ['heartbeat']);
});

describe('a poisoned record', () => {
  const [codec, self] = [testCodec(1), testIdentity(1).id];
  const sound = sealPeer(2).signed;
  const stranger = createRecordCodec(testIdentity(2), clusterHash('another'));
  const foreign = stranger.seal({
    peer: testIdentity(2).id,
    epoch: 1,
    seq: 1,
    content: testContent(2),
  });
  const cases: readonly [string, string, SignedRecord][] = [
    ['whose signature is changed', 'bad-signature', { ...sound, signature: flip(sound.signature) }],
    ['whose sequence number is changed', 'bad-signature', { ...sound, body: raiseSeq(sound.body) }],
    [
      'signed by another writer',
      'bad-signature',
      { ...sound, signature: sealPeer(3).signed.signature },
    ],
    ['of another cluster', 'bad-signature', foreign.signed],
    ['without a signature', 'bad-signature', { ...sound, signature: new Uint8Array(64) }],
    ['of no bytes', 'bad-record', { ...sound, body: new Uint8Array() }],
    ['of random bytes', 'bad-record', { ...sound, body: sound.signature }],
    ['that is too large', 'bad-record', { ...sound, body: pad(sound.body, 17 * 1024) }],
  ];
  for (const [what, reason, signed] of cases) {
    it(`${what} is refused, is not in the directory and goes to nobody`, () => {
      const mesh = createMesh(codec, { self });
      mesh.step(0, linkUp(LINK, testIdentity(3).id));
      mesh.step(0, linkUp(2, testIdentity(4).id));
      const frame = { type: 'records', records: [signed] } as const;
      const effects = mesh.step(0, { type: 'frame', link: LINK, frame });
      assert.deepEqual(effects, [{ type: 'refused', reason }]);
      assert.equal(mesh.directory.size, 0);
    });
  }

  it('among sound ones costs these nothing', () => {
    const records = new ManyRecords();
    const mesh = createMesh(records.codec);
    mesh.step(0, linkUp(LINK));
    const [first, ...rest] = records.range(10, 13);
    assert.ok(first !== undefined);
    assert.deepEqual(hear(mesh, [records.poison(first), ...signedOf(rest)]), ['bad-signature']);
    assert.equal(mesh.directory.size, 3);
    assert.deepEqual(hear(mesh, signedOf([first])), []);
    assert.equal(mesh.directory.size, 4);
  });
});

describe('whom a peer cannot reach', () => {
  it('it tells once it has published itself, and not before', () => {
    const records = new ManyRecords();
    const mesh = createMesh(records.codec);
    mesh.step(0, { type: 'recall', records: [records.one(2)] });
    mesh.step(0, { type: 'dial-failed', endpoint: testEndpoint(1) });
    mesh.step(UNREACHABLE_NOTICE_DELAY_MS, { type: 'time' });
    mesh.step(2 * UNREACHABLE_NOTICE_DELAY_MS, { type: 'time' });
    assert.equal(mesh.directory.get({ peer: SELF, kind: 'links' }), undefined);
    mesh.step(1_000, { type: 'publish', content: testContent(1) });
    mesh.step(1_000 + UNREACHABLE_GRACE_MS - 1, { type: 'time' });
    assert.deepEqual(mesh.directory.down(SELF), []);
    mesh.step(1_000 + UNREACHABLE_GRACE_MS, { type: 'time' });
    assert.deepEqual(mesh.directory.down(SELF), [OTHER]);
  });
});

describe('a writer', () => {
  it('that has spent its budget costs no verification any more', () => {
    const records = new ManyRecords();
    const mesh = createMesh(records.codec);
    mesh.step(0, linkUp(LINK));
    const { burst } = WRITER_RATE;
    const versions = Array.from({ length: burst + 1 }, (_, n) =>
      records.one(3, { epoch: 1, seq: n + 1 }),
    );
    for (const { signed } of versions) hear(mesh, [signed]);
    const forged = records.poison(records.one(3, { epoch: 1, seq: burst + 2 }));
    assert.deepEqual(hear(mesh, [forged]), ['writer-budget']);
  });

  it('that goes mad is heard at a bounded rate, and others as ever', () => {
    const records = new ManyRecords();
    const mesh = createMesh(records.codec);
    mesh.step(0, linkUp(LINK));
    let [seq, accepted] = [0, 0];
    for (let now = 0; now <= 10_000; now += 100) {
      const versions = Array.from({ length: 50 }, () => records.one(3, { epoch: 1, seq: ++seq }));
      for (const { signed } of versions) {
        const refused = hear(mesh, [signed], now);
        assert.ok(refused.every((reason) => reason === 'writer-budget'));
        if (refused.length === 0) accepted++;
      }
    }
    // The first that is heard of a writer is free.
    assert.equal(accepted, 1 + WRITER_RATE.burst + 10 * WRITER_RATE.perSecond);
    assert.deepEqual(hear(mesh, signedOf(records.range(10, 20)), 10_000), []);
  });

  it('that is no member is kept in the directory, and no link to it is wanted', () => {
    const records = new ManyRecords();
    const members = (all: Parameters<MeshOptions['members']>[0]) =>
      all.filter(({ peer }) => peer !== MAD);
    const mesh = createMesh(records.codec, { members });
    mesh.step(0, linkUp(LINK));
    assert.deepEqual(hear(mesh, signedOf([records.one(3), records.one(4)])), []);
    assert.equal(mesh.directory.size, 2);
    assert.equal(mesh.isWanted(MAD), false);
    assert.equal(mesh.isWanted(manyId(4)), true);
  });

  it('that was removed is wanted no more once the members are said to have changed', () => {
    const records = new ManyRecords();
    let isRemoved = false;
    const members = (all: Parameters<MeshOptions['members']>[0]) =>
      all.filter(({ peer }) => !isRemoved || peer !== MAD);
    const mesh = createMesh(records.codec, { members });
    mesh.step(0, linkUp(LINK));
    hear(mesh, signedOf([records.one(3)]));
    assert.equal(mesh.isWanted(MAD), true);
    isRemoved = true;
    mesh.step(0, { type: 'members-changed' });
    assert.equal(mesh.isWanted(MAD), false);
  });

  it('that claims to be us is refused, unless it is an earlier run of ours, whose record counts until we publish', () => {
    const records = new ManyRecords();
    const mesh = createMesh(records.codec, { epoch: 5 });
    mesh.step(0, linkUp(LINK));
    const ours = (epoch: number) => signedOf([records.one(1, { epoch, seq: 1 })]);
    assert.deepEqual(hear(mesh, [records.poison(records.one(1, { epoch: 9, seq: 1 }))]), [
      'bad-signature',
    ]);
    assert.deepEqual(hear(mesh, ours(5)), ['own-record-from-elsewhere']);
    assert.deepEqual(hear(mesh, ours(6)), ['own-record-from-elsewhere']);
    assert.equal(mesh.directory.size, 0);
    assert.deepEqual(hear(mesh, ours(4)), []);
    assert.deepEqual(
      mesh.directory.peers().map(({ epoch }) => epoch),
      [4],
    );
    mesh.step(0, { type: 'publish', content: testContent(1) });
    assert.deepEqual(hear(mesh, ours(4)), []);
    assert.deepEqual(
      mesh.directory.peers().map(({ epoch }) => epoch),
      [5],
    );
  });
});

describe('the directory of a mesh', () => {
  it(`holds ${DIRECTORY_RECORDS_MAX} records, also against one frame of more, and updates these`, () => {
    const records = new ManyRecords();
    const mesh = createMesh(records.codec);
    mesh.step(0, linkUp(LINK));
    const [room, more] = [10, 25];
    mesh.step(0, { type: 'recall', records: records.range(10, DIRECTORY_RECORDS_MAX - 1) });
    assert.equal(mesh.directory.size, DIRECTORY_RECORDS_MAX - room);
    const next = DIRECTORY_RECORDS_MAX;
    const refused = hear(mesh, signedOf(records.range(next, next + more - 1)));
    assert.deepEqual(
      refused,
      Array.from({ length: more - room }, () => 'directory-full'),
    );
    assert.equal(mesh.directory.size, DIRECTORY_RECORDS_MAX);
    const update = records.one(10, { epoch: 2, seq: 1 });
    assert.deepEqual(hear(mesh, signedOf([update])), []);
    assert.equal(mesh.directory.peer(update.peer)?.epoch, 2);
  });
});

describe('a frame', () => {
  it('of entries that nobody asked for is refused', () => {
    const mesh = createMesh(new ManyRecords().codec);
    mesh.step(0, linkUp(LINK));
    const frame = { type: 'bucket-entries', buckets: [0], entries: [] } as const;
    const effects = mesh.step(0, { type: 'frame', link: LINK, frame });
    assert.deepEqual(effects, [{ type: 'refused', reason: 'unasked-entries' }]);
  });

  it('of a link that is down, or never was, does nothing', () => {
    const records = new ManyRecords();
    const mesh = createMesh(records.codec);
    mesh.step(0, linkUp(LINK));
    mesh.step(0, { type: 'link-down', link: LINK });
    mesh.step(0, { type: 'link-down', link: LINK });
    assert.deepEqual(hear(mesh, signedOf([records.one(4)])), []);
    assert.equal(mesh.directory.size, 0);
  });
});

function flip(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(bytes, (byte, at) => (at === 0 ? byte ^ 1 : byte));
}

/** The body of `sealPeer(2)` with another sequence number: 1 is written as 0x18 0x01. */
function raiseSeq(body: Uint8Array): Uint8Array {
  const at = body.findIndex((byte, i) => byte === 0x18 && body[i + 1] === 1 && i >= 34);
  assert.ok(at > 0);
  return Uint8Array.from(body, (byte, i) => (i === at + 1 ? 2 : byte));
}

function pad(body: Uint8Array, lengthBytes: number): Uint8Array {
  const padded = new Uint8Array(lengthBytes);
  padded.set(body);
  return padded;
}
