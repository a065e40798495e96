/**
 * The directory of options: a file for each, named for the option, as Kubernetes mounts a ConfigMap
 * (with the files themselves behind links whose names begin with two dots, so such names don't
 * count). What the values mean is not looked at here.
 */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { OPTIONS, type Option } from './options.ts';
import { unknownName } from './unknown-name.ts';
import { ConfigError } from './values.ts';

/** Where a value was found: the name by which the operator gave it. */
export interface Given {
  readonly text: string;
  readonly source: string;
}

/** The longest value is a list of seeds; a file that is longer is something else. */
const OPTION_FILE_BYTES_MAX = 64 * 1024;

/** They say where options come from, so they can't come from there. */
const NOT_IN_DIRECTORY: readonly string[] = ['options-dir', 'kubernetes', 'service-account-dir'];

/** By option; an empty file gives none. Throws ConfigError. */
export function readOptionsDirectory(directory: string): ReadonlyMap<string, Given> {
  const names = explained(directory, () => readdirSync(directory)).sort();
  const given = new Map<string, Given>();
  for (const name of names.filter((name) => !name.startsWith('.'))) {
    refuseForeign(name, directory);
    const path = join(directory, name);
    const text = explained(path, () => readOption(path)).trim();
    if (text !== '') given.set(name, { text, source: path });
  }
  return given;
}

function refuseForeign(name: string, directory: string): void {
  const known = OPTIONS.filter(
    (option: Option) => option.environmentOnly !== true && !NOT_IN_DIRECTORY.includes(option.flag),
  ).map(({ flag }) => flag);
  if (known.some((flag) => flag === name)) return;
  if (OPTIONS.some(({ flag }) => flag === name)) {
    throw new ConfigError(`${join(directory, name)}: this option can't be given in a directory`);
  }
  const { message } = unknownName('option', name, known);
  throw new ConfigError(`${join(directory, name)}: ${message}`);
}

function readOption(path: string): string {
  const stat = statSync(path);
  if (!stat.isFile()) throw new Error('it is no file');
  const { size } = stat;
  if (size > OPTION_FILE_BYTES_MAX) {
    throw new Error(`it has ${size} bytes, and ${OPTION_FILE_BYTES_MAX} are the most`);
  }
  return readFileSync(path, 'utf8');
}

function explained<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`${path} can't be read (${reason}): see what is mounted there`, {
      cause: error,
    });
  }
}
