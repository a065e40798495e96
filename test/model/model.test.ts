/**
 * A smoke of the model: some thousand runs from a fresh seed, those that failed once, and the mutants
 * that are found within seconds. `npm run model` goes on where this ends.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { withMistake } from '../support/mistake.ts';
import { runRange } from './batches.ts';
import { sumOf } from './batch-result.ts';
import { lookForMutants } from './look-for-mutants.ts';
import { MUTANTS } from './mutants.ts';
import { readOptions } from './options.ts';
import { run } from './run.ts';

const RUNS = 4_000;
const FIRST_SEED = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));

/** Seeds that failed once: they stay for ever. */
const KEPT_SEEDS: readonly number[] = [
  // A rolled-back disk was not found out: what it lacked was a grant to who registered after its list.
  99,
  1_108,
];

describe('ownership', () => {
  it(`breaks no invariant in ${RUNS} short adversarial runs, and all space comes back`, async (t) => {
    t.diagnostic(`SEED=${FIRST_SEED}`);
    const { failures, counts } = sumOf(await runRange({ firstSeed: FIRST_SEED, runs: RUNS }));
    assert.deepEqual(failures, [], 'npm run model -- --seed SEED shows it step by step');
    assert.ok((counts.get('grants') ?? 0) > RUNS);
    assert.ok((counts.get('blocks reclaimed') ?? 0) > RUNS);
  });

  for (const seed of KEPT_SEEDS)
    it(`holds in the run of seed ${seed}, which failed once`, () => {
      assert.equal(run({ seed }).violation, undefined);
    });
});

describe('a run of the model', () => {
  it('is the same again with the same seed, and another with another', () => {
    const [one, same, other] = [4711, 4711, 4712].map((seed) => run({ seed }).hash);
    assert.equal(one, same);
    assert.notEqual(one, other);
  });

  it('can do without any of its steps', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const keep = new Set(
        Array.from({ length: 400 }, (_, n) => n).filter((n) => n % 3 === seed % 3),
      );
      assert.equal(run({ seed, keep }).violation, undefined, `seed ${seed}`);
    }
  });

  it('tells each step that does something, when it is asked to', () => {
    const { lines } = run({ seed: 4711, isTraced: true });
    assert.ok(lines.some((line) => line.includes('publishes')));
    assert.deepEqual(run({ seed: 4711 }).lines, []);
  });
});

describe('the checker', () => {
  it('finds the mutants that take seconds', async () => {
    const findings = await lookForMutants(
      MUTANTS.filter(({ isQuick }) => isQuick),
      1,
    );
    const missed = findings.filter(({ failure }) => failure === undefined);
    assert.deepEqual(
      missed.map(({ mutant }) => mutant.name),
      [],
    );
  });

  it('has mutants whose text is in the source that they change', () => {
    for (const mutant of MUTANTS)
      assert.notEqual(withMistake(readFileSync(mutant.file, 'utf8'), mutant), '');
  });
});

describe('the command line of the model', () => {
  it('takes runs, one run again, or mutants', () => {
    assert.equal(readOptions(['--runs', '10'])?.runs, 10);
    assert.deepEqual(readOptions(['--seed', '7', '--keep', '1,2'])?.keep, [1, 2]);
    assert.equal(readOptions(['--mutants'])?.isForMutants, true);
  });

  it('refuses what is none of these', () => {
    for (const args of [
      [],
      ['--runs', '0'],
      ['--runs', 'x'],
      ['--runs', '5', '--keep', '1'],
      ['--x'],
    ])
      assert.equal(readOptions(args), undefined, args.join(' '));
  });
});
