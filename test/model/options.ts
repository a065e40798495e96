/** The command line of `npm run model`. */
import { parseArgs } from 'node:util';

export const USAGE = `use: npm run model -- --runs N [--seed S]
         many runs, from seed S on or a random one
       npm run model -- --seed S [--keep 3,17,40] [--mutant NAME]
         one run again, every step that does something a line; --keep: only these of its steps
       npm run model -- --mutants [--mutant NAME] [--seed S]
         plants mistakes, and looks whether each is found
`;

export interface Options {
  readonly runs: number | undefined;
  readonly seed: number | undefined;
  readonly keep: readonly number[] | undefined;
  readonly mutant: string | undefined;
  readonly isForMutants: boolean;
}

const KNOWN = {
  runs: { type: 'string' },
  seed: { type: 'string' },
  keep: { type: 'string' },
  mutant: { type: 'string' },
  mutants: { type: 'boolean', default: false },
} as const;

/** Undefined for what can't be understood. */
export function readOptions(args: readonly string[]): Options | undefined {
  try {
    const { values } = parseArgs({ args: [...args], options: KNOWN });
    const options = {
      runs: numberOf(values.runs),
      seed: numberOf(values.seed),
      keep: values.keep?.split(',').map(whole),
      mutant: values.mutant,
      isForMutants: values.mutants,
    };
    return isPossible(options) ? options : undefined;
  } catch {
    // parseArgs throws for options that it does not know, and our own reading for odd numbers.
    return undefined;
  }
}

function isPossible({ runs, seed, keep, mutant, isForMutants }: Options): boolean {
  if (isForMutants) return runs === undefined && keep === undefined;
  if (runs !== undefined) return runs > 0 && keep === undefined && mutant === undefined;
  return seed !== undefined;
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : whole(text);
}

function whole(text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new RangeError(`${text} is no number`);
  return Number(text);
}
