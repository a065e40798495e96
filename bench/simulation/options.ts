/** What the command line of the simulation bench says. */
import { parseArgs } from 'node:util';
import { parseChoice, parseCount, parseOrTell } from '../command-line.ts';
import type { Kind } from './start.ts';

export const KINDS: readonly Kind[] = ['cold', 'warm', 'storm'];

/** The first size that is given is what is run; all of it when none is. */
export interface Options {
  readonly isHelp: boolean;
  readonly spread: number | undefined;
  readonly start: number | undefined;
  readonly speed: number | undefined;
  /** One kind of start only. */
  readonly kind: Kind | undefined;
  /** This one, and not three. */
  readonly seed: number | undefined;
}

export const USAGE = `Usage: node bench/simulation/main.ts [options]

Without options all is run, and bench/results/simulation.json is written.

  --spread N     one record to all of N peers
  --start N      N peers start, or all publish, within a second
  --speed N      events a second and memory at N peers
  --kind KIND    one kind of start only, of ${KINDS.join(', ')} (default all)
  --seed S       one seed, and not three
  --help         this
`;

const FLAGS = {
  spread: { type: 'string' },
  start: { type: 'string' },
  speed: { type: 'string' },
  kind: { type: 'string' },
  seed: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

/** A mesh of one peer has nothing to tell anybody. */
const PEERS_MIN = 2;

/** Throws OptionError. */
export function parseOptions(argv: readonly string[]): Options {
  return parseOrTell(USAGE, () => {
    const { values } = parseArgs({ args: [...argv], options: FLAGS });
    const { spread, start, speed, kind, seed, help } = values;
    return {
      isHelp: help,
      spread: countOf('--spread', spread, PEERS_MIN),
      start: countOf('--start', start, PEERS_MIN),
      speed: countOf('--speed', speed, PEERS_MIN),
      kind: kind === undefined ? undefined : parseChoice('--kind', kind, KINDS),
      seed: countOf('--seed', seed, 0),
    };
  });
}

function countOf(option: string, text: string | undefined, least: number): number | undefined {
  return text === undefined ? undefined : parseCount(option, text, least);
}
