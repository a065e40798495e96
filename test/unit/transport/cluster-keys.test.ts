/** The cluster's keys: how they are read, what they prove, and which texts are refused. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  ClusterKeyError,
  KEYS_MAX,
  KEY_CHARACTERS_MIN,
  checkMembership,
  keyById,
  parseClusterKeys,
  proveMembership,
} from '#peer/transport/cluster-keys.ts';

const ONE = 'the first of two keys';
const OTHER = 'the second of two keys';
const TRANSCRIPT = new TextEncoder().encode('what both ends have seen');

describe('cluster keys', () => {
  it('are read one a line, in order, without comments, empty lines and spaces around', () => {
    const plain = parseClusterKeys(`${ONE}\n${OTHER}`, 'file');
    const adorned = parseClusterKeys(`# keys\n\n  ${ONE}\r\n\t${OTHER}\n#${ONE}\n`, 'file');
    assert.deepEqual(adorned, plain);
    assert.equal(plain.length, 2);
    assert.deepEqual(parseClusterKeys(`${OTHER}\n${ONE}`, 'file'), [...plain].reverse());
  });

  it('are found by their ids, which are short and tell nothing of the key', () => {
    const keys = parseClusterKeys(`${ONE}\n${OTHER}`, 'file');
    for (const key of keys) {
      assert.equal(keyById(keys, key.id), key);
      assert.equal(key.id.length, 4);
      assert.notDeepEqual(key.secret.subarray(0, 4), key.id);
    }
    assert.equal(keyById(keys, new Uint8Array(4)), undefined);
    assert.equal(keyById(keys, new Uint8Array()), undefined);
  });

  const refused: readonly [string, string, RegExp][] = [
    ['none at all', '', /FILE has no key: one a line is expected/],
    ['comments alone', '# key\n  \n', /FILE has no key/],
    ['a short one', 'x'.repeat(KEY_CHARACTERS_MIN - 1), /key 1 of FILE has 15 characters: 16 are/],
    ['a short second one', `${ONE}\nshort`, /key 2 of FILE has 5 characters/],
    ['too many', `${ONE}\n`.repeat(KEYS_MAX + 1), /FILE has 9 keys: 8 are the most/],
  ];
  for (const [what, text, message] of refused) {
    it(`are refused: ${what}`, () => {
      assert.throws(() => parseClusterKeys(text, 'FILE'), { name: 'ClusterKeyError', message });
    });
  }

  it('are never told in an error', () => {
    const text = `${ONE}\nsecret word`;
    assert.throws(
      () => parseClusterKeys(text, 'FILE'),
      (error: Error) => !error.message.includes('secret word') && !error.message.includes(ONE),
    );
  });

  it('are keys or an error, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        try {
          assert.ok(parseClusterKeys(text, 'FILE').length > 0);
        } catch (error) {
          assert.ok(error instanceof ClusterKeyError, String(error));
        }
      }),
    );
  });
});

describe('a proof of membership', () => {
  const [one, other] = parseClusterKeys(`${ONE}\n${OTHER}`, 'file');
  assert.ok(other !== undefined);

  it('holds for its key and its transcript', () => {
    assert.ok(checkMembership(one, TRANSCRIPT, proveMembership(one, TRANSCRIPT)));
  });

  it('does not hold for another key, another transcript, a changed bit or another length', () => {
    const proof = proveMembership(one, TRANSCRIPT);
    assert.equal(checkMembership(other, TRANSCRIPT, proof), false);
    assert.equal(checkMembership(one, TRANSCRIPT.subarray(1), proof), false);
    assert.equal(checkMembership(one, TRANSCRIPT, proof.subarray(1)), false);
    assert.equal(checkMembership(one, TRANSCRIPT, new Uint8Array()), false);
    for (let bit = 0; bit < proof.length * 8; bit++) {
      const changed = Uint8Array.from(proof, (byte, at) =>
        at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte,
      );
      assert.equal(checkMembership(one, TRANSCRIPT, changed), false);
    }
  });
});
