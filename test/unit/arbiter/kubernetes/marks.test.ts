/** Marks of a history: written and read, and what one history has of the other's. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Lease } from '#peer/arbiter/kubernetes/lease-store.ts';
import {
  HISTORY,
  MARKS_MAX,
  type Marks,
  appendMark,
  findLost,
  isMarked,
  newestMark,
  readMarks,
  traceOf,
} from '#peer/arbiter/kubernetes/marks.ts';
import { propertyOptions } from '#test/support/property-options.ts';
import { peerId } from '../suite.ts';

const token64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

function leaseOf(marks: string | undefined, accepted?: string): Lease {
  const nobody = { holder: undefined, node: undefined, retired: undefined };
  return { ...nobody, name: HISTORY, resourceVersion: '1', marks, accepted };
}

/** The history after as many marks more, each with the token that `tokens` names for its turn. */
function extend(marks: Marks, tokens: readonly bigint[]): Marks {
  return tokens.reduce((before, token, turn) => {
    const { marks } = appendMark(before, { rev: BigInt(turn + 1), token });
    return readMarks(leaseOf(marks, String(before.accepted)));
  }, marks);
}

const NONE = readMarks(undefined);
const sequence = (count: number, from = 0n): readonly bigint[] =>
  Array.from({ length: count }, (_, n) => from + BigInt(n));

test('marks are read as they were written, in the order of their making, the newest few', () => {
  fc.assert(
    fc.property(fc.array(token64, { minLength: 1, maxLength: 300 }), (tokens) => {
      const { all, rev } = extend(NONE, tokens);
      assert.equal(rev, BigInt(tokens.length));
      assert.equal(all.length, Math.min(tokens.length, MARKS_MAX));
      assert.deepEqual(
        all.map((mark) => BigInt.asUintN(64, mark)),
        tokens.slice(-MARKS_MAX),
      );
      assert.deepEqual(
        all.toSorted((a, b) => (a < b ? -1 : 1)),
        all,
      );
    }),
    propertyOptions(50),
  );
});

test('as many marks as are kept fit into an annotation', () => {
  const marks = extend(readMarks(leaseOf(undefined, '9'.repeat(18))), sequence(MARKS_MAX));
  const { marks: text } = appendMark(marks, { rev: 2n ** 63n, token: 2n ** 64n - 1n });
  assert.ok(text !== undefined && text.length < 16_384, `${text?.length} characters`);
  assert.ok(newestMark(readMarks(leaseOf(text))) < 2n ** 128n);
});

test('what is no text of marks, or no place, is said to be damaged, and nothing else', () => {
  for (const text of ['1', '1 ', '1 1', '1 x-0000000000000000', '-1 1-0000000000000000', 'x', ' '])
    assert.throws(() => readMarks(leaseOf(text)), { name: 'ArbiterUnavailable' });
  fc.assert(
    fc.property(fc.string(), fc.string(), (marks, accepted) => {
      try {
        readMarks(leaseOf(marks, accepted));
      } catch (error) {
        assert.ok(error instanceof Error && error.name === 'ArbiterUnavailable');
      }
    }),
    propertyOptions(300),
  );
});

test('a history that was restored lacks each mark that was made after the backup, and no other', () => {
  fc.assert(
    fc.property(fc.nat(20), fc.integer({ min: 1, max: 20 }), fc.nat(40), (before, after, anew) => {
      const backup = extend(NONE, sequence(before));
      const lost = extend(backup, sequence(after, 1_000n));
      const restored = extend(backup, sequence(anew, 2_000n));
      for (const mark of lost.all)
        assert.equal(traceOf(restored, mark), backup.all.includes(mark) ? 'there' : 'lost');
      const witness = { mark: newestMark(lost), peer: peerId(1) };
      assert.deepEqual(findLost(restored, [...known(backup), witness, ...known(lost)]), witness);
      assert.equal(findLost(restored, known(backup)), undefined);
    }),
    propertyOptions(200),
  );
});

test('of a mark that is older than those that are kept nothing can be told', () => {
  const first = extend(NONE, [7n]);
  const mark = newestMark(first);
  assert.equal(traceOf(extend(first, sequence(MARKS_MAX - 1)), mark), 'there');
  assert.equal(traceOf(extend(first, sequence(MARKS_MAX)), mark), 'too-old');
});

test('what was accepted is not lost any more, and what comes after it can be', () => {
  const backup = extend(NONE, sequence(3));
  const lost = newestMark(extend(backup, [99n]));
  const accepting: Marks = { ...backup, accepted: 1_000n };
  assert.equal(traceOf(accepting, lost), 'accepted');
  const later = extend(accepting, [5n]);
  assert.equal(newestMark(later), (1_001n << 64n) | 5n);
  assert.equal(traceOf({ ...later, all: later.all.slice(0, -1) }, newestMark(later)), 'lost');
});

test('a list needs a mark that was made after each change of its Leases, and after what was accepted', () => {
  const marks = extend(NONE, sequence(4));
  assert.ok(isMarked(marks, [changedAt('3'), changedAt('4')], 9n));
  assert.ok(!isMarked(marks, [changedAt('4'), changedAt('5')], 9n));
  assert.ok(!isMarked(marks, [changedAt('abc')], 9n));
  assert.ok(!isMarked(marks, [], 3n), 'of another numbering');
  assert.ok(!isMarked({ ...marks, accepted: 4n }, [], 9n));
  assert.ok(!isMarked(NONE, [], 9n));
});

function changedAt(resourceVersion: string): Lease {
  return { ...leaseOf(undefined), name: 'peer-a', resourceVersion };
}

function known({ all }: Marks) {
  return [0n, ...all].map((mark) => ({ mark, peer: undefined }));
}
