/**
 * Seeds that lose their disks, in hundreds of short runs; and that each rule by which they vote again
 * is one that these runs can't do without.
 */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { MUTANTS, type Mutant } from './losses/mutants.ts';
import { Run, type RunResult } from './losses/run.ts';

const RUNS = Number(process.env['RUNS'] ?? 250);
/** A run that many find is found from the same numbers each time. */
const MUTANTS_FROM = 0;

it('whichever seeds lose their disks whenever: one log, no answer from the past', async () => {
  const from = Number(process.env['SEED'] ?? randomInt(2 ** 31));
  const results: RunResult[] = [];
  for (let random = from; random < from + RUNS; random++) {
    const result = await new Run(random).run();
    assert.equal(
      result.violation,
      undefined,
      `SEED=${random} RUNS=1 before the command repeats it`,
    );
    results.push(result);
  }
  const sum = (of: (result: RunResult) => number) => results.reduce((all, one) => all + of(one), 0);
  // Else it would hold because nothing is decided, or because who lost its disk is out for ever.
  assert.ok(RUNS < 100 || sum(({ decisions }) => decisions) > 3 * RUNS);
  assert.ok(RUNS < 100 || sum(({ returns }) => returns) > RUNS / 3);
});

describe('a violation is found when', () => {
  for (const mutant of MUTANTS) {
    it(`${mutant.name}, within ${mutant.runsMax} runs`, async () => {
      const { violation, runs } = await look(mutant);
      assert.ok(violation !== undefined, `not found in ${runs} runs`);
    });
  }
});

async function look(mutant: Mutant): Promise<{ violation?: string; runs: number }> {
  const worker = new Worker(new URL('losses/worker.ts', import.meta.url), {
    workerData: { mutant, from: MUTANTS_FROM },
  });
  const [found] = await once(worker, 'message');
  return found;
}
