/** What people read when a part can't be made. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeFailure, PartsError, runCommand } from '#test/kubernetes/parts/command.ts';

const command = ['go', 'build'];

test('a failure shows the last lines that were said, not those before', () => {
  const output = Array.from({ length: 1000 }, (_, line) => `line ${line}`).join('\n');
  const message = describeFailure({ command, task: 'building kubelet', output, reason: '' });
  assert.match(message, /^building kubelet failed/);
  assert.match(message, /line 999/);
  assert.doesNotMatch(message, /line 1\n/);
  assert.match(message, /go build/);
});

test('a failure of the network is called that', () => {
  const output =
    'Get "https://proxy.golang.org/x": dial tcp: lookup proxy.golang.org: no such host';
  const message = describeFailure({ command, task: 'building kubelet', output, reason: '' });
  assert.match(message, /network could not be reached/);
});

test('a full disk is called that', () => {
  const output = 'write /tmp/x: no space left on device';
  const message = describeFailure({ command, task: 'building kubelet', output, reason: '' });
  assert.match(message, /disk is full/);
});

test('a command that says nothing fails with its exit code', async () => {
  await assert.rejects(runCommand(['sh', '-c', 'exit 3'], { task: 'trying' }), (error) => {
    assert.ok(error instanceof PartsError);
    assert.match(error.message, /exit code 3/);
    return true;
  });
});

test('a program that is missing is named', async () => {
  await assert.rejects(
    runCommand(['weft-has-no-such-program'], { task: 'trying' }),
    /weft-has-no-such-program/,
  );
});
