/** Records: signed for one cluster by one writer, kept as they came, refused when anything is off. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseAddress, parseCidr } from '../../../peer/ipam/parse.ts';
import {
  BLOCKS_MAX,
  CARRIED_OVER_MAX,
  COUNTERPARTIES_MAX,
  PENDING_GRANTS_MAX,
} from '../../../peer/ipam/limits.ts';
import { DOWN_MAX, RECORD_BODY_BYTES_MAX } from '../../../peer/mesh/limits.ts';
import type { RecordContent } from '../../../peer/mesh/record.ts';
import { clusterHash } from '../../../peer/wire/identity.ts';
import {
  createRecordCodec,
  decodeSignedRecord,
  encodeSignedRecord,
} from '../../../peer/wire/record-codec.ts';
import { weft } from '../../../peer/wire/generated/weft.js';
import { sealDown, sealPeer, testCodec, testContent, testIdentity } from '../../support/records.ts';

const codec = testCodec(99);

describe('records', () => {
  it('are read as what their writer wrote, and the signature holds', () => {
    const content = testContent(1, {
      hold: [
        { cidr: parseCidr('10.32.4.0/22'), term: 3 },
        { cidr: parseCidr('fd00::/120'), term: 1 },
      ],
      pending: [
        { block: { cidr: parseCidr('10.33.0.0/24'), term: 2 }, to: testIdentity(2).id, n: 7 },
      ],
      counterparties: [{ peer: testIdentity(2).id, granted: 7, cleared: 6, accepted: 1 }],
      viewRev: 12n,
      viewHash: 2n ** 127n + 5n,
      historyMark: 2n ** 126n + 7n,
      registeredRev: 4n,
      freeLog2: { v4: 9, v6: 8 },
      carriedOver: [parseAddress('10.32.9.16'), parseAddress('fd00::30')],
    });
    const body = { peer: testIdentity(1).id, epoch: 2, seq: 9, content };
    const sealed = testCodec(1).seal(body);
    const read = codec.parse(sealed.signed);
    assert.ok(read !== undefined);
    assert.deepEqual(
      { ...read, signed: undefined, digest: undefined },
      { ...body, signed: undefined, digest: undefined },
    );
    assert.equal(read.digest, sealed.digest);
    assert.equal(codec.verify(read), true);
  });

  it('a record of another cluster does not verify', () => {
    const stranger = createRecordCodec(testIdentity(1), clusterHash('another'));
    const sealed = stranger.seal({
      peer: testIdentity(1).id,
      epoch: 1,
      seq: 1,
      content: testContent(1),
    });
    const read = codec.parse(sealed.signed);
    assert.ok(read !== undefined);
    assert.equal(codec.verify(read), false);
  });

  it('a body that was changed anywhere is no record or does not verify', () => {
    const { signed } = sealPeer(1);
    fc.assert(
      fc.property(fc.nat(signed.body.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const body = Uint8Array.from(signed.body);
        body[at] = (body[at] ?? 0) ^ flip;
        const read = testCodec(98).parse({ body, signature: signed.signature });
        assert.ok(read === undefined || !testCodec(98).verify(read));
      }),
    );
  });

  it('fields that we do not know survive, as the bytes are kept as they came', () => {
    const { signed } = sealPeer(1);
    const unknownField = Uint8Array.of(0xfa, 0x3e, 0x02, 0x68, 0x69);
    const body = Buffer.concat([signed.body, unknownField]);
    const read = codec.parse({ body, signature: signed.signature });
    assert.deepEqual(read?.signed.body, Uint8Array.from(body));
  });

  it('the two kinds of one writer have different digests', () => {
    const version = { epoch: 1, seq: 1 };
    assert.notEqual(sealPeer(1, version).digest, sealDown(1, [], version).digest);
  });

  it('a body over the bound is no record', () => {
    const body = new Uint8Array(RECORD_BODY_BYTES_MAX + 1);
    assert.equal(codec.parse({ body, signature: new Uint8Array(64) }), undefined);
  });

  it('with a mark of a history that has not 16 bytes are none', () => {
    const { signed } = sealPeer(1);
    const body = weft.v1.RecordBody.decode(signed.body);
    const isRead = (bytes: number): boolean => {
      const custody = { ...body.peer?.custody, historyMark: new Uint8Array(bytes).fill(1) };
      const marked = { key: body.key, epoch: 1, seq: 1, peer: { ...body.peer, custody } };
      const encoded = weft.v1.RecordBody.encode(marked).finish();
      return codec.parse({ body: encoded, signature: signed.signature }) !== undefined;
    };
    assert.deepEqual([0, 8, 15, 16, 17].map(isRead), [true, false, false, true, false]);
  });

  it('with as many of anything as an honest writer keeps are read, and with one more are none', () => {
    const block = { cidr: parseCidr('10.32.4.1/32'), term: 3 };
    const peer = testIdentity(2).id;
    const counterparty = { peer, granted: 7, cleared: 6, accepted: 1 };
    const lists: readonly (readonly [number, (count: number) => RecordContent])[] = [
      [BLOCKS_MAX, (n) => testContent(1, { hold: many(n, block) })],
      [PENDING_GRANTS_MAX, (n) => testContent(1, { pending: many(n, { block, to: peer, n: 1 }) })],
      [COUNTERPARTIES_MAX, (n) => testContent(1, { counterparties: many(n, counterparty) })],
      [
        CARRIED_OVER_MAX,
        (n) => testContent(1, { carriedOver: many(n, parseAddress('10.32.9.16')) }),
      ],
      [DOWN_MAX, (n) => ({ type: 'links', down: many(n, peer) })],
    ];
    for (const [bound, contentOf] of lists)
      assert.deepEqual([parses(contentOf(bound)), parses(contentOf(bound + 1))], [true, false]);
  });

  it('random bytes are no record and never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (body) => {
        const read = codec.parse({ body, signature: new Uint8Array(64) });
        assert.ok(read === undefined || !codec.verify(read));
      }),
      { numRuns: 2_000 },
    );
  });

  it('are kept on disk and read back', () => {
    const { signed } = sealPeer(1);
    const read = decodeSignedRecord(encodeSignedRecord(signed));
    assert.deepEqual(Buffer.from(read?.body ?? []), Buffer.from(signed.body));
    assert.equal(decodeSignedRecord(Uint8Array.of(1, 2, 3)), undefined);
  });
});

function parses(content: RecordContent): boolean {
  const body = { peer: testIdentity(1).id, epoch: 1, seq: 1, content };
  return codec.parse(testCodec(1).seal(body).signed) !== undefined;
}

function many<T>(count: number, item: T): readonly T[] {
  return Array.from({ length: count }, () => item);
}
