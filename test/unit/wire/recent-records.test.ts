/** Records that were parsed lately are known by all of their bytes, and so many only. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { DirectoryRecord, SignedRecord } from '#peer/mesh/record.ts';
import { RECENT_RECORDS_MAX, RecentRecords } from '#peer/wire/recent-records.ts';
import { sealPeer, testCodec } from '#test/support/records.ts';

const RECORD = sealPeer(1);

function copyOf({ body, signature }: SignedRecord): SignedRecord {
  return { body: Uint8Array.from(body), signature: Uint8Array.from(signature) };
}

/** Another record, by its signature. */
function another(n: number): DirectoryRecord {
  const signature = new Uint8Array(64);
  new DataView(signature.buffer).setUint32(0, n);
  return { ...RECORD, signed: { body: RECORD.signed.body, signature } };
}

it('the copies of a record are parsed once', () => {
  const codec = testCodec(2);
  const parsed = codec.parse(copyOf(RECORD.signed));
  assert.ok(parsed !== undefined && codec.verify(parsed));
  assert.equal(codec.parse(copyOf(RECORD.signed)), parsed);
});

it('another body under the signature of a record is another record, and does not verify', () => {
  const codec = testCodec(2);
  const parsed = codec.parse(RECORD.signed);
  const { body } = sealPeer(1, { epoch: 1, seq: 2 }).signed;
  const forged = codec.parse({ body, signature: RECORD.signed.signature });
  assert.ok(forged !== undefined && forged !== parsed);
  assert.equal(forged.seq, 2);
  assert.equal(codec.verify(forged), false);
});

it('as many are remembered as the bound says, the newest of them', () => {
  const recent = new RecentRecords();
  for (let n = 0; n <= RECENT_RECORDS_MAX; n++) recent.add(another(n));
  assert.equal(recent.get(another(0).signed), undefined);
  assert.ok(recent.get(another(1).signed) !== undefined);
  assert.ok(recent.get(another(RECENT_RECORDS_MAX).signed) !== undefined);
});
