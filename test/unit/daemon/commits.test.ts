/** Group commit: one write for all that one turn asked for, and nothing that follows before it. */
import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, it } from 'node:test';
import { Commits } from '#peer/daemon/commits.ts';
import type { CoreEffect } from '#peer/core/core-event.ts';
import type { Write } from '#peer/ipam/writes.ts';
import { peerId } from '../ipam/builders.ts';

function write(n: number): Write {
  return { type: 'set-registered', rev: BigInt(n) };
}

function effect(n: number): CoreEffect {
  return { type: 'fence', reason: `after ${n}` };
}

/** What happened, in order: arrays of revisions that were written, reasons that were executed. */
function makeCommits(onExecute: (commits: Commits, log: unknown[]) => void = () => {}) {
  const log: unknown[] = [];
  const commits: Commits = new Commits(
    (writes) => log.push(writes.map((one) => (one.type === 'set-registered' ? one.rev : one.type))),
    (effects) => {
      for (const one of effects) log.push(one.type === 'fence' ? one.reason : one.type);
      onExecute(commits, log);
    },
  );
  return { commits, log };
}

describe('commits', () => {
  it('of one turn share one write, and what follows runs after it, in their order', async () => {
    const { commits, log } = makeCommits();
    commits.add({ writes: [write(1), write(2)], then: [effect(1)] });
    commits.add({ writes: [write(3)], then: [effect(2), effect(3)] });
    assert.deepEqual(log, []);
    await turn();
    assert.deepEqual(log, [[1n, 2n, 3n], 'after 1', 'after 2', 'after 3']);
  });

  it('without writes wait for those before them, and cost no write of their own', async () => {
    const { commits, log } = makeCommits();
    commits.add({ writes: [write(1)], then: [] });
    commits.add({ writes: [], then: [effect(2)] });
    await turn();
    commits.add({ writes: [], then: [effect(3)] });
    await turn();
    assert.deepEqual(log, [[1n], 'after 2', 'after 3']);
  });

  it('that are asked for by what follows one are written in the next turn', async () => {
    let isFirst = true;
    const { commits, log } = makeCommits((again) => {
      if (isFirst) again.add({ writes: [write(2)], then: [effect(2)] });
      isFirst = false;
    });
    commits.add({ writes: [write(1)], then: [effect(1)] });
    await turn();
    await turn();
    assert.deepEqual(log, [[1n], 'after 1', [2n], 'after 2']);
  });

  it('are written at once when flushed, and not again', async () => {
    const { commits, log } = makeCommits();
    commits.add({ writes: [write(1)], then: [effect(1)] });
    commits.flush();
    assert.deepEqual(log, [[1n], 'after 1']);
    await turn();
    commits.flush();
    assert.deepEqual(log, [[1n], 'after 1']);
  });

  it('that fail execute nothing', () => {
    const executed: CoreEffect[] = [];
    const commits = new Commits(
      () => {
        throw new Error('the disk is full');
      },
      (effects) => executed.push(...effects),
    );
    commits.add({ writes: [{ type: 'set-founder', founder: peerId(1) }], then: [effect(1)] });
    assert.throws(() => commits.flush(), /the disk is full/);
    assert.deepEqual(executed, []);
    commits.flush();
    assert.deepEqual(executed, []);
  });
});
