/** What the command lines of the benches have in common: what is said of one that is wrong, and numbers. */
import process from 'node:process';

const EXIT_USAGE = 2;

/** What is wrong with the command line, for people. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
}

/** What this process is to do. Ends it, with what is wrong, where `parse` throws OptionError. */
export function readOptions<T>(parse: (argv: readonly string[]) => T): T {
  try {
    return parse(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(EXIT_USAGE);
  }
}

/** What `parse` answers. What it throws, as parseArgs does, becomes an OptionError that ends with the usage. */
export function parseOrTell<T>(usage: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new OptionError(`${reason}\n\n${usage}`, { cause: error });
  }
}

/** Throws OptionError. */
export function parseCount(option: string, text: string, least: number): number {
  const count = Number(text);
  if (text !== '' && Number.isSafeInteger(count) && count >= least) return count;
  throw new OptionError(`${option} ${text}: a whole number from ${least} is expected`);
}

/** Throws OptionError. */
export function parseChoice<T extends string>(
  option: string,
  text: string,
  choices: readonly T[],
): T {
  const choice = choices.find((known) => known === text);
  if (choice !== undefined) return choice;
  throw new OptionError(`${option} ${text}: one of ${choices.join(', ')} is expected`);
}
