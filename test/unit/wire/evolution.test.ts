/** What a newer peer may add: fields that we don't know change nothing, and pass through us. */
import assert from 'node:assert/strict';
import { sign } from 'node:crypto';
import { describe, it } from 'node:test';
import type { MeshEffect } from '#peer/mesh/effect.ts';
import { MISBEHAVIOUR_RATE, UNLISTED_RATE, WRITER_RATE } from '#peer/mesh/limits.ts';
import type { Mesh, RecordCodec } from '#peer/mesh/mesh.ts';
import { type SignedRecord, recordId } from '#peer/mesh/record.ts';
import { decodeFrame, encodeFrame } from '#peer/wire/frame-codec.ts';
import { weft } from '#peer/wire/generated/weft.js';
import { ENDPOINTS_MAX } from '#peer/wire/values.ts';
import {
  TEST_CLUSTER,
  sealPeer,
  testCodec,
  testContent,
  testEndpoint,
  testIdentity,
} from '#test/support/records.ts';
import { CountedCodec } from '../mesh/counted-codec.ts';
import { createMesh, linkUp } from '../mesh/lone-mesh.ts';
import { ManyRecords } from '../mesh/many-records.ts';

/** Field 1000 with the two bytes "hi". */
const NEWER_FIELD = Uint8Array.of(0xc2, 0x3e, 0x02, 0x68, 0x69);
const [FROM, TO] = [11, 12];
/** As many as a peer has by the rings. */
const MORE_LINKS = [13, 14, 15, 16, 17, 18, 19];

/** A record that its writer, the n-th peer, has signed with a field that we don't know. */
function sealNewer(n: number): SignedRecord {
  return signBody(n, Buffer.concat([sealPeer(n).signed.body, NEWER_FIELD]));
}

function signBody(n: number, body: Uint8Array): SignedRecord {
  const signed = Buffer.concat([Buffer.from('weft/v1/record'), TEST_CLUSTER, body]);
  return { body, signature: sign(null, signed, testIdentity(n).privateKey) };
}

/** The same of one with more endpoints than a peer has. */
function sealWider(n: number, seq = 1): SignedRecord {
  const content = testContent(n);
  const endpoints = Array.from({ length: ENDPOINTS_MAX + 1 }, (_, at) => testEndpoint(at));
  const profile = { ...content.profile, endpoints };
  const body = { peer: testIdentity(n).id, epoch: 1, seq, content: { ...content, profile } };
  return testCodec(n).seal(body).signed;
}

/** The same of one whose content is none that we know. */
function sealOfNewKind(n: number): SignedRecord {
  const { publicKey: key } = testIdentity(n);
  return signBody(
    n,
    Buffer.concat([weft.v1.RecordBody.encode({ key, epoch: 1, seq: 1 }).finish(), NEWER_FIELD]),
  );
}

/** Why they are refused, and the link closed, that this brings. */
function hear(mesh: Mesh, records: readonly SignedRecord[], link = FROM): readonly string[] {
  return mesh
    .step(1, { type: 'frame', link, frame: { type: 'records', records } })
    .flatMap((effect) =>
      effect.type === 'refused' || effect.type === 'close' ? effect.reason : [],
    );
}

/** The bytes of all frames that go out by the link. */
function bytesBy(link: number, effects: readonly MeshEffect[]): Uint8Array {
  return Buffer.concat(
    effects.flatMap((effect) =>
      effect.type === 'send' && effect.link === link ? [encodeFrame(effect.frame)] : [],
    ),
  );
}

describe('a record with a field that we do not know', () => {
  it('is taken, and passed on as the bytes that its writer signed', () => {
    const mesh = createMesh(testCodec(1), { self: testIdentity(1).id });
    for (const link of [FROM, TO]) mesh.step(0, linkUp(link, testIdentity(link).id));
    const newer = sealNewer(2);
    const frame = decodeFrame(encodeFrame({ type: 'records', records: [newer] }));
    assert.ok(frame?.type === 'records');
    const sent = bytesBy(TO, mesh.step(1, { type: 'frame', link: FROM, frame }));
    assert.ok(Buffer.from(sent).includes(newer.body), 'the body goes on as it came');
    assert.ok(Buffer.from(sent).includes(newer.signature));
  });
});

describe('a record that is signed and that we can not take', () => {
  const [self, neighbour] = [testIdentity(1).id, testIdentity(2).id];
  const meshWith = (codec: RecordCodec): Mesh => {
    const mesh = createMesh(codec, { self, isListed: () => true });
    mesh.step(0, linkUp(FROM, neighbour));
    return mesh;
  };
  const many = 2 * MISBEHAVIOUR_RATE.burst;
  const writers = Array.from({ length: many }, (_, n) => 20 + n);

  for (const [what, seal] of [
    ['over a bound', sealWider],
    ['of a kind that we do not know', sealOfNewKind],
  ] as const)
    it(`${what} is refused, and who brought it is not to blame`, () => {
      const mesh = meshWith(testCodec(1));
      const reasons = hear(mesh, writers.map(seal));
      assert.deepEqual(
        reasons,
        writers.map(() => 'unsupported-record'),
      );
      assert.equal(mesh.directory.size, 0);
      assert.equal(mesh.links().length, 1);
    });

  it('is not asked for again of anybody', () => {
    const mesh = meshWith(testCodec(1));
    mesh.step(0, linkUp(TO, testIdentity(3).id));
    hear(mesh, [sealWider(20)]);
    const id = { peer: testIdentity(20).id, kind: 'peer', epoch: 1, seq: 1 } as const;
    const asks = (link: number): boolean =>
      mesh
        .step(2, { type: 'frame', link, frame: { type: 'have', ids: [id] } })
        .some((effect) => effect.type === 'send' && effect.frame.type === 'want');
    assert.deepEqual([asks(FROM), asks(TO)], [false, false]);
  });

  it('costs who brought it our patience where the signature does not hold', () => {
    const forged = writers.map((n) => ({ ...sealWider(n), signature: new Uint8Array(64) }));
    const reasons = hear(meshWith(testCodec(1)), forged);
    assert.deepEqual(new Set(reasons), new Set(['bad-signature', 'misbehaved']));
  });

  it('is verified at its writer’s rate, also the first, as it is never known', () => {
    const { burst } = WRITER_RATE;
    const versions = Array.from({ length: burst + 1 }, (_, at) => sealWider(20, at + 1));
    const reasons = hear(meshWith(testCodec(1)), versions);
    assert.deepEqual(reasons.slice(burst - 1), ['unsupported-record', 'writer-budget']);
  });

  it('is verified once, however often and by whomever it is brought', () => {
    const codec = new CountedCodec(testCodec(1));
    const mesh = meshWith(codec);
    for (const link of MORE_LINKS) mesh.step(0, linkUp(link, testIdentity(link).id));
    const newest = Array.from({ length: 9 }, () => sealWider(20, 2));
    for (const link of [FROM, ...MORE_LINKS]) {
      const reasons = hear(mesh, newest, link);
      assert.deepEqual([...new Set(reasons)], ['unsupported-record']);
    }
    assert.equal(codec.verified, 1);
    hear(mesh, [sealWider(20, 1)]);
    assert.equal(codec.verified, 1, 'a version before it is not verified at all');
  });

  it('of an identity that was made up is verified at the rate of who brings it', () => {
    const records = new ManyRecords();
    const codec: RecordCodec = {
      seal: (body) => records.codec.seal(body),
      verify: (record) => records.codec.verify(record),
      parse: () => undefined,
      parseUnsupported: (signed) => {
        const record = records.codec.parse(signed);
        return record && { ...recordId(record), signed };
      },
    };
    const mesh = createMesh(codec, { self, isListed: (peer) => peer === neighbour });
    mesh.step(0, linkUp(FROM, neighbour));
    const { burst } = UNLISTED_RATE;
    const reasons = hear(
      mesh,
      records.range(10, 10 + burst).map(({ signed }) => signed),
    );
    assert.deepEqual(reasons.slice(burst - 1), ['unsupported-record', 'unlisted-budget']);
  });
});

describe('a frame of a newer peer', () => {
  it('is read as without a field that we do not know', () => {
    const heartbeat = { type: 'heartbeat', setHash: 7n, wanted: true } as const;
    const inner = weft.v1.Heartbeat.encode({ setHash: new Uint8Array(16), wanted: true }).finish();
    const body = Buffer.concat([inner, NEWER_FIELD]);
    const bytes = Buffer.concat([Uint8Array.of(0x1a, body.length), body, NEWER_FIELD]);
    assert.deepEqual(decodeFrame(bytes), { ...heartbeat, setHash: 0n });
  });

  it('is no frame when it is of a type that we do not know', () => {
    assert.equal(decodeFrame(NEWER_FIELD), undefined);
  });
});
