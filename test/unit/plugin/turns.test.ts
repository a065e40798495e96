/** Turns: one after the other within a key, side by side between keys. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Turns } from '../../../plugin/turns.ts';

it('tasks of one key run one after the other, also after one that failed', async () => {
  const turns = new Turns();
  const seen: string[] = [];
  const gate = Promise.withResolvers<void>();
  const first = turns.take('a', async () => {
    seen.push('first begins');
    await gate.promise;
    seen.push('first ends');
    throw new Error('first failed');
  });
  const second = turns.take('a', () => Promise.resolve(seen.push('second')));
  const other = turns.take('b', () => Promise.resolve(seen.push('other')));
  await other;
  gate.resolve();
  await assert.rejects(first, /first failed/);
  await second;
  assert.deepEqual(seen, ['first begins', 'other', 'first ends', 'second']);
});
