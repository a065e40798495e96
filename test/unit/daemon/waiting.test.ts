/** What is waited for, in the log and in the status. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Waiting } from '#peer/daemon/waiting.ts';

function watch() {
  const [logged, told]: [string[], (string | undefined)[]] = [[], []];
  const log = {
    info: () => void logged.push('over'),
    warn: (line: string) => void logged.push(line),
  };
  return { logged, told, waiting: new Waiting({ log, onWaiting: (it) => told.push(it) }) };
}

it('is logged once per change, and told each time', () => {
  const { logged, told, waiting } = watch();
  for (const problem of ['one', 'one', 'two', 'one']) waiting.on(problem);
  assert.deepEqual(logged, ['one', 'two', 'one']);
  assert.deepEqual(told, ['one', 'one', 'two', 'one']);
});

it('is logged when it is over, but only after it was logged that it is waited for', () => {
  const { logged, told, waiting } = watch();
  waiting.over();
  assert.deepEqual([logged, told], [[], [undefined]]);
  waiting.on('one');
  waiting.over();
  waiting.over();
  waiting.on('one');
  assert.deepEqual(logged, ['one', 'over', 'one']);
});

it('is nobody’s business after the end', () => {
  const { logged, told, waiting } = watch();
  waiting.on('one');
  waiting.close();
  waiting.on('two');
  waiting.over();
  assert.deepEqual([logged, told], [['one'], ['one']]);
});
