/** The announced versions: the peer's and the launcher's are one list. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { ANNOUNCED_VERSIONS, isAtLeast } from '../../../plugin/versions.ts';

it('the launcher announces the same versions as the peer', () => {
  const source = readFileSync('plugin/launcher/without-peer.c', 'utf8');
  const list = /"(\[\\"0\.1\.0.*\])"/.exec(source)?.[1]?.replaceAll('\\"', '"') ?? '';
  assert.deepEqual(JSON.parse(list), ANNOUNCED_VERSIONS);
});

it('versions compare by age', () => {
  assert.ok(isAtLeast('1.0.0', '0.4.0') && isAtLeast('0.4.0', '0.4.0'));
  assert.ok(!isAtLeast('0.3.1', '0.4.0'));
});
