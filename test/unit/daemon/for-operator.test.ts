/** Which errors are for the operator, who gets no stack with them, and which are bugs of ours. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { it } from 'node:test';
import { AssertionFailure } from '#peer/assert.ts';
import { isForOperator } from '#peer/daemon/for-operator.ts';
import { StateUnusable, inStateDirectory } from '#peer/store/medium.ts';
import { StoreFailed } from '#peer/store/errors.ts';

function errorOf(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('this should have failed');
}

/** The error of a database that may not grow to what is put into it. */
function fillDatabase(): void {
  using database = new DatabaseSync(':memory:');
  database.exec('PRAGMA max_page_count = 2; CREATE TABLE one (bytes BLOB)');
  database.exec('INSERT INTO one VALUES (zeroblob(100000))');
}

const OF_MEDIUM = [
  { what: 'a full disk', error: errorOf(() => writeFileSync('/dev/full', 'x')) },
  { what: 'a full database', error: errorOf(fillDatabase) },
  {
    what: 'a database that can not be opened',
    error: errorOf(() => new DatabaseSync('/nowhere/state.sqlite')),
  },
  { what: 'a directory in place of a file', error: errorOf(() => readFileSync('/')) },
  { what: 'a store that failed', error: new StoreFailed('the state could not be written') },
];

for (const { what, error } of OF_MEDIUM) {
  it(`${what} is for the operator, and is told with the state directory that it is in`, () => {
    assert.ok(error instanceof Error);
    assert.ok(isForOperator(error));
    const told = errorOf(() =>
      inStateDirectory('/var/lib/weft', () => {
        throw error;
      }),
    );
    assert.ok(told instanceof StateUnusable);
    assert.ok(isForOperator(told));
    assert.ok(
      told.message.startsWith(`the state directory /var/lib/weft can't be used: ${error.message}.`),
    );
  });
}

const BUGS = [
  { what: 'an assertion', error: new AssertionFailure('two is one') },
  { what: 'a type error', error: new TypeError('undefined is no function') },
  { what: 'a file that we forgot to make', error: errorOf(() => readFileSync('/nowhere')) },
  {
    what: 'SQL that is none',
    error: errorOf(() => new DatabaseSync(':memory:').exec('SELEKT')),
  },
];

for (const { what, error } of BUGS) {
  it(`${what} is a bug of ours, also where the state is opened`, () => {
    assert.equal(isForOperator(error), false);
    const told = errorOf(() =>
      inStateDirectory('/var/lib/weft', () => {
        throw error;
      }),
    );
    assert.equal(told, error);
  });
}
