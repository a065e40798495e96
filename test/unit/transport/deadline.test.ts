/** Time-outs count the time in which we were there to hear the other end. */
import assert from 'node:assert/strict';
import { type TestContext, describe, it } from 'node:test';
import { Deadline } from '#peer/transport/deadline.ts';

function watch(t: TestContext, limitMs: number) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let passed = 0;
  const deadline = new Deadline(limitMs, () => passed++);
  return { deadline, passed: () => passed, tick: (ms: number) => t.mock.timers.tick(ms) };
}

describe('a deadline', () => {
  it('passes once, after its time and not before', (t) => {
    const { passed, tick } = watch(t, 1_000);
    for (let ms = 0; ms < 999; ms++) tick(1);
    assert.equal(passed(), 0);
    tick(1);
    assert.equal(passed(), 1);
    tick(10_000);
    assert.equal(passed(), 1);
  });

  it('does not pass when it was cancelled, however far it had come', (t) => {
    const { deadline, passed, tick } = watch(t, 1_000);
    for (let ms = 0; ms < 999; ms++) tick(1);
    deadline.cancel();
    tick(10_000);
    assert.equal(passed(), 0);
  });
});

it('a pause of ours uses up a tenth of a deadline, however long it was', async () => {
  let passedAtMs = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  const limitMs = 100;
  const startedAtMs = performance.now();
  const deadline = new Deadline(limitMs, () => {
    passedAtMs = performance.now() - startedAtMs;
    resolve();
  });
  const pauseMs = 3 * limitMs;
  while (performance.now() - startedAtMs < pauseMs);
  await promise;
  deadline.cancel();
  assert.ok(passedAtMs >= pauseMs + 0.9 * limitMs - 1, `it passed after ${passedAtMs} ms`);
});
