/** What the command line of the simulation bench says. */
import { parseArgs } from 'node:util';
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

/** What is wrong with the command line, for people. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
}

/** Throws OptionError. */
export function parseOptions(argv: readonly string[]): Options {
  const { spread, start, speed, kind, seed, help } = parseFlags(argv);
  return {
    isHelp: help,
    spread: countOf('--spread', spread, PEERS_MIN),
    start: countOf('--start', start, PEERS_MIN),
    speed: countOf('--speed', speed, PEERS_MIN),
    kind: kindOf(kind),
    seed: countOf('--seed', seed, 0),
  };
}

function parseFlags(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: FLAGS }).values;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new OptionError(`${reason}\n\n${USAGE}`, { cause: error });
  }
}

function countOf(option: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const count = Number(text);
  if (text !== '' && Number.isSafeInteger(count) && count >= least) return count;
  throw new OptionError(`${option} ${text}: a whole number from ${least} is expected\n\n${USAGE}`);
}

function kindOf(text: string | undefined): Kind | undefined {
  const kind = KINDS.find((known) => known === text);
  if (text === undefined || kind !== undefined) return kind;
  throw new OptionError(`--kind ${text}: one of ${KINDS.join(', ')} is expected\n\n${USAGE}`);
}
