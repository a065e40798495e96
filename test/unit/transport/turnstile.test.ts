/** So much at a time, in the order in which it came. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Turnstile } from '#peer/transport/turnstile.ts';

/** Works that begin when it is their turn and end when they are told to. */
function begin(turnstile: Turnstile, count: number) {
  const begun: number[] = [];
  const works = Array.from({ length: count }, (_, n) => {
    const ending = Promise.withResolvers<number>();
    const done = turnstile.through(() => {
      begun.push(n);
      return ending.promise;
    });
    return { ...ending, done };
  });
  return { begun, works };
}

/** Resolves when all that promises owe by now is done. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a turnstile', () => {
  it('lets as many through as it is for, and the next ones in their order as these end', async () => {
    const { begun, works } = begin(new Turnstile(2), 4);
    await settled();
    assert.deepEqual(begun, [0, 1]);
    works[1]?.resolve(7);
    assert.equal(await works[1]?.done, 7);
    await settled();
    assert.deepEqual(begun, [0, 1, 2]);
    works[0]?.resolve(0);
    await settled();
    assert.deepEqual(begun, [0, 1, 2, 3]);
  });

  it('lets the next one through when a work fails, and whoever waits for that hears of it', async () => {
    const { begun, works } = begin(new Turnstile(1), 2);
    await settled();
    works[0]?.reject(new Error('nobody is there'));
    await assert.rejects(works[0]?.done ?? Promise.resolve(), /nobody is there/);
    await settled();
    assert.deepEqual(begun, [0, 1]);
  });

  it('has all its places again when everything has ended', async () => {
    const turnstile = new Turnstile(2);
    const first = begin(turnstile, 5);
    for (const work of first.works) work.resolve(0);
    await Promise.all(first.works.map(({ done }) => done));
    const { begun } = begin(turnstile, 3);
    await settled();
    assert.deepEqual(begun, [0, 1]);
  });
});
