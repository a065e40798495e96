/** What a test run that was killed has left is removed by the next; what somebody uses is not. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { createNamespace } from '#test/support/namespace.ts';

const NUMBER = 999_999;

function listNamespaces(): readonly string[] {
  const listed = execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' });
  return listed.split('\n').map((line) => line.split(' ')[0] ?? '');
}

test('namespaces of a test process that is no more are removed, those of a live one are not', async (t) => {
  const { pid: ended } = spawnSync('true');
  const [left, used] = [`weft-test-${ended}-${NUMBER}`, `weft-test-${process.ppid}-${NUMBER}`];
  for (const name of [left, used]) execFileSync('ip', ['netns', 'add', name]);
  t.after(() => execFileSync('ip', ['netns', 'delete', used]));
  await using _ = await createNamespace();
  const names = listNamespaces();
  assert.deepEqual([names.includes(left), names.includes(used)], [false, true]);
});
