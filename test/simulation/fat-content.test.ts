/** Attackers' fat records are ones that the real codec takes: a fuller one would be none. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { RECORD_BODY_BYTES_MAX } from '#peer/mesh/limits.ts';
import { testCodec, testContent, testIdentity } from '#test/support/records.ts';
import { Dice } from '../fuzz/dice.ts';
import { fatten } from './fat-content.ts';

/** Numbers of a version take some bytes less than the greatest that there are. */
const NEARLY = 40;

it('a fat record is as large as one may be, and the codec takes it', () => {
  const { id: peer } = testIdentity(1);
  const content = fatten(new Dice(1), testContent(1), peer);
  for (const version of [1, Number.MAX_SAFE_INTEGER]) {
    const { signed } = testCodec(1).seal({ peer, epoch: version, seq: version, content });
    assert.ok(signed.body.length <= RECORD_BODY_BYTES_MAX, `${signed.body.length} bytes`);
    assert.ok(signed.body.length > RECORD_BODY_BYTES_MAX - NEARLY, `${signed.body.length} bytes`);
    const parsed = testCodec(2).parse(signed);
    assert.deepEqual(parsed?.content, content);
  }
});
