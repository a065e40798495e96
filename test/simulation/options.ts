/** The command line of `npm run sim`. */
import { parseArgs } from 'node:util';
import type { Restriction } from './plan.ts';
import { scenarioNamed } from './scenarios.ts';

export const USAGE = `use: npm run sim -- [--seeds N] [--seed S] [--scenario NAME] [--peers N]
         many runs; the seeds are shared out over the scenarios
       npm run sim -- --scenario NAME --seed S [--peers N] [--first N] [--keep 0,3|none] [--trace]
         one run again; --first and --keep: only so many of its peers, only these of its faults
       npm run sim -- --planted [--mistake NAME] [--seed S]
         plants mistakes in the code, and looks whether each is found
`;

export interface Options {
  readonly seeds: number | undefined;
  readonly seed: number | undefined;
  readonly scenario: string | undefined;
  readonly peers: number | undefined;
  readonly restriction: Restriction;
  readonly isTraced: boolean;
  readonly isPlanted: boolean;
  readonly mistake: string | undefined;
}

const KNOWN = {
  seeds: { type: 'string' },
  seed: { type: 'string' },
  scenario: { type: 'string' },
  peers: { type: 'string' },
  first: { type: 'string' },
  keep: { type: 'string' },
  trace: { type: 'boolean', default: false },
  planted: { type: 'boolean', default: false },
  mistake: { type: 'string' },
} as const;

/** Undefined for what can't be understood. */
export function readOptions(args: readonly string[]): Options | undefined {
  try {
    const { values } = parseArgs({ args: [...args], options: KNOWN });
    const { scenario, mistake } = values;
    if (scenario !== undefined && scenarioNamed(scenario) === undefined) return undefined;
    const first = count(values.first);
    const faults = values.keep === 'none' ? [] : values.keep?.split(',').map(whole);
    return {
      seeds: count(values.seeds),
      seed: values.seed === undefined ? undefined : whole(values.seed),
      scenario,
      peers: count(values.peers),
      restriction: {
        ...(first === undefined ? {} : { peers: first }),
        ...(faults === undefined ? {} : { faults }),
      },
      isTraced: values.trace,
      isPlanted: values.planted,
      mistake,
    };
  } catch {
    // parseArgs throws for options that it does not know, and our own reading for odd numbers.
    return undefined;
  }
}

function count(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = whole(text);
  if (value === 0) throw new RangeError('none at all');
  return value;
}

function whole(text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new RangeError(`${text} is no number`);
  return Number(text);
}
