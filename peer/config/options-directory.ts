/**
 * The directory of options: a file for each, named for the option, as Kubernetes mounts a ConfigMap
 * (with the files themselves behind links whose names begin with two dots, so such names don't
 * count). What the values mean is not looked at here.
 */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { OPTIONS, type Option, type OptionName, environmentName } from './options.ts';
import { unknownName } from './unknown-name.ts';
import { ConfigError } from './values.ts';

/** Where a value was found: the name by which the operator gave it. */
export interface Given {
  readonly text: string;
  readonly source: string;
}

/** The longest value is a list of seeds; a file that is longer is something else. */
const OPTION_FILE_BYTES_MAX = 64 * 1024;

/** Of one node or one process, while the directory is the same for all; or where options come from. */
const NOT_IN_DIRECTORY: readonly OptionName[] = [
  'name',
  'address',
  'http-address',
  'state-dir',
  'new-seed',
  'cni-socket',
  'cni-queue',
  'cni-bin-dir',
  'cni-conf-dir',
  'sysctl-dir',
  'kubernetes',
  'service-account-dir',
  'options-dir',
];

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
  const option = OPTIONS.find(({ flag }) => flag === name);
  const reason = option === undefined ? describeUnknown(name) : reasonAgainst(option);
  if (reason !== undefined) throw new ConfigError(`${join(directory, name)}: ${reason}`);
}

function describeUnknown(name: string): string {
  const known = OPTIONS.filter((option) => reasonAgainst(option) === undefined);
  const flags = known.map(({ flag }) => flag);
  return unknownName('option', name, flags).message;
}

/** Why the option can't come from a directory, and where it belongs; undefined when it can. */
function reasonAgainst({ flag, environmentOnly }: Option): string | undefined {
  const variable = environmentName(flag);
  if (environmentOnly === true) {
    return `a secret can't be given in a directory that others read: take it out, and give ${variable} instead`;
  }
  if (!NOT_IN_DIRECTORY.some((name) => name === flag)) return undefined;
  return (
    "this option is of one node and can't be given in a directory that all share: take it out, and " +
    `give --${flag} or ${variable} instead (on Kubernetes in args or env of the DaemonSet)`
  );
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
