/**
 * Mistakes in the rules by which a seed votes again, each with the runs within which it must be found:
 * one that is not found says that its rule is not needed, or that the runs are too tame.
 */
import type { Mistake } from '#test/support/mistake.ts';

export interface Mutant extends Mistake {
  readonly runsMax: number;
}

const SEEDS = 'peer/arbiter/seeds';

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'it votes from the first index on',
    file: `${SEEDS}/enrolment.ts`,
    text: 'return Math.max(...[...answers.values()].map(({ touched }) => touched));',
    replacement: 'return 0;',
    runsMax: 500,
  },
  {
    name: 'it votes before all others have answered',
    file: `${SEEDS}/enrolment.ts`,
    text: 'if (missing.length > 0)',
    replacement: 'if (told.length + 1 < majority)',
    runsMax: 500,
  },
  {
    name: 'it votes where a majority has lost its votes',
    file: `${SEEDS}/enrolment.ts`,
    text: 'whole < majority',
    replacement: 'whole < 0',
    runsMax: 500,
  },
  {
    name: '--new-seed is believed where its votes were known',
    file: `${SEEDS}/enrolment.ts`,
    text: 'if (isNew && !lost &&',
    replacement: 'if (isNew &&',
    runsMax: 500,
  },
];
