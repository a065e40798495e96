/**
 * Flags, environment and a directory of options to one frozen configuration. A flag wins over our
 * variable, ours over an alias, and both over the directory. What is unknown or malformed is refused
 * by name, with the value and what would be right; nothing is guessed.
 */
import { hostname } from 'node:os';
import { OPTIONS, type Option, type OptionName, environmentName } from './options.ts';
import { type Given, readOptionsDirectory } from './options-directory.ts';
import { unknownName } from './unknown-name.ts';
import * as values from './values.ts';
import type { Address, Cidr } from '../ipam/cidr.ts';
import type { Endpoint } from '../mesh/record.ts';

export { ConfigError } from './values.ts';

export interface Config {
  readonly name: string;
  /** Undefined: to be found out from the host's routes. */
  readonly address: Address | undefined;
  readonly controlPort: number;
  readonly vxlanPort: number;
  readonly vni: number;
  readonly universe: readonly Cidr[];
  /** Empty: the peer is alone, with an arbiter of its own. */
  readonly seeds: readonly Endpoint[];
  /** The operator says that this peer, a seed, never ran before. */
  readonly isNewSeed: boolean;
  readonly join: readonly Endpoint[];
  readonly cluster: string;
  /** `api`: the Secret of the cluster has it. */
  readonly key: { readonly file: string } | { readonly password: string } | 'plain' | 'api';
  /** Whether the API server tells the node's facts, the keys and the other peers. */
  readonly kubernetes: { readonly serviceAccountDirectory: string } | undefined;
  /** Bytes; 0 for what the underlay leaves. */
  readonly mtu: number;
  readonly connectionLimit: number;
  readonly stateDirectory: string;
  readonly cniSocket: string;
  readonly cniQueue: string;
  readonly cniResultsDirectory: string;
  /** Undefined: the launcher is not installed. */
  readonly cniBinDirectory: string | undefined;
  /** Undefined: the configuration list is not installed. */
  readonly cniConfDirectory: string | undefined;
  readonly masquerade: boolean;
  readonly sysctlDirectory: string;
  /** Where options that were given neither as flags nor in the environment were read from. */
  readonly optionsDirectory: string | undefined;
  readonly httpAddresses: readonly values.HttpAddress[];
  readonly logLevel: values.LogLevel;
}

const VNI_MAX = 0xff_ffff;
/** Two neighbours on each of four rings, and room for joiners. */
const CONNECTION_LIMIT_MIN = 12;
const CONNECTION_LIMIT_MAX = 1000;

type Environment = Readonly<Record<string, string | undefined>>;

/** Where values are looked for, the first that has one first. */
interface Sources {
  readonly flags: ReadonlyMap<string, string>;
  readonly environment: Environment;
  readonly directory: ReadonlyMap<string, Given>;
}

const EMPTY_DIRECTORY: ReadonlyMap<string, Given> = new Map();

/** Flags, environment and, if these name one, the directory of options. Throws ConfigError. */
export function readConfig(args: readonly string[], environment: Environment): Config {
  refuseUnknownVariables(environment);
  const flags = readFlags(args);
  const path = new GivenValues({ flags, environment, directory: EMPTY_DIRECTORY }).optional(
    'options-dir',
    values.parsePath,
  );
  const directory = path === undefined ? EMPTY_DIRECTORY : readOptionsDirectory(path);
  return makeConfig(new GivenValues({ flags, environment, directory }));
}

/**
 * Flags and environment alone: whatever is wrong with them, no waiting helps. Throws ConfigError.
 * `args` are the words after the verb.
 */
export function parseConfig(args: readonly string[], environment: Environment): Config {
  refuseUnknownVariables(environment);
  const flags = readFlags(args);
  return makeConfig(new GivenValues({ flags, environment, directory: EMPTY_DIRECTORY }));
}

/** Whether flags or environment say that this peer runs in a pod. Throws ConfigError. */
export function isInKubernetes(args: readonly string[], environment: Environment): boolean {
  const flags = readFlags(args);
  return new GivenValues({ flags, environment, directory: EMPTY_DIRECTORY }).isOn('kubernetes');
}

function makeConfig(given: GivenValues): Config {
  const port = given.required('control-port', values.parsePort);
  const seeds = given.optional('seeds', (text) => values.parseSeeds(text, port)) ?? [];
  const join = given.optional('join', (text) => values.parseEndpoints(text, port)) ?? [];
  const isInKubernetes = given.isOn('kubernetes');
  const isNewSeed = given.isOn('new-seed');
  refuseContradictions({ seeds, isNewSeed, join, isInKubernetes });
  return Object.freeze({
    name: given.optional('name', values.parseName) ?? values.parseName(hostname()),
    address: given.optional('address', values.parseHostAddress),
    controlPort: port,
    vxlanPort: given.required('vxlan-port', values.parsePort),
    vni: given.required('vni', (text) => values.parseNumber(text, { least: 1, most: VNI_MAX })),
    universe: given.required('universe', values.parseUniverse),
    seeds,
    isNewSeed,
    join,
    cluster: given.required('cluster', values.parseName),
    key: readKey(given, { isInKubernetes }),
    kubernetes: isInKubernetes
      ? {
          serviceAccountDirectory: given.required('service-account-dir', values.parsePath),
        }
      : undefined,
    mtu: given.required('mtu', values.parseMtu),
    connectionLimit: given.required('connection-limit', (text) =>
      values.parseNumber(text, { least: CONNECTION_LIMIT_MIN, most: CONNECTION_LIMIT_MAX }),
    ),
    stateDirectory: given.required('state-dir', values.parsePath),
    cniSocket: given.required('cni-socket', values.parsePath),
    cniQueue: given.required('cni-queue', values.parsePath),
    cniResultsDirectory: given.required('cni-results-dir', values.parsePath),
    cniBinDirectory: given.optional('cni-bin-dir', values.parsePath),
    cniConfDirectory: given.optional('cni-conf-dir', values.parsePath),
    masquerade: !given.isOn('no-masquerade'),
    optionsDirectory: given.optional('options-dir', values.parsePath),
    sysctlDirectory: given.required('sysctl-dir', values.parsePath),
    httpAddresses: given.required('http-address', values.parseHttpAddresses),
    logLevel: given.required('log-level', values.parseLogLevel),
  });
}

function refuseContradictions({
  seeds,
  isNewSeed,
  join,
  isInKubernetes,
}: Pick<Config, 'seeds' | 'isNewSeed' | 'join'> & { readonly isInKubernetes: boolean }): void {
  if (isInKubernetes && seeds.length > 0) {
    throw new values.ConfigError(
      '--seeds and --kubernetes exclude each other: there the API server keeps the registry',
    );
  }
  if (isInKubernetes && join.length > 0) {
    throw new values.ConfigError(
      '--join and --kubernetes exclude each other: there the API server tells of other peers',
    );
  }
  if (isNewSeed && seeds.length === 0) {
    throw new values.ConfigError('--new-seed needs --seeds: it is said of one of them');
  }
  if (join.length > 0 && seeds.length === 0) {
    throw new values.ConfigError(
      '--join needs --seeds: a peer without seeds would found a cluster of its own',
    );
  }
}

class GivenValues {
  readonly #sources: Sources;

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  /** The parsed value; undefined when none was given and there is no default. */
  optional<T>(name: OptionName, parse: (text: string) => T): T | undefined {
    const option = optionNamed(name);
    const given = this.#find(option);
    if (given === undefined) return undefined;
    try {
      return parse(given.text);
    } catch (error) {
      if (!(error instanceof values.ConfigError)) throw error;
      throw new values.ConfigError(`${given.source}: ${error.message}`, { cause: error });
    }
  }

  /** For switches. */
  isOn(name: OptionName): boolean {
    return this.optional(name, values.parseSwitch) ?? false;
  }

  /** For options that have a default. */
  required<T>(name: OptionName, parse: (text: string) => T): T {
    const value = this.optional(name, parse);
    if (value === undefined) throw new values.ConfigError(`--${name} is missing`);
    return value;
  }

  #find(option: Option): Given | undefined {
    const { flags, environment, directory } = this.#sources;
    const flag = flags.get(option.flag);
    if (flag !== undefined) return { text: flag, source: `--${option.flag}` };
    for (const source of [environmentName(option.flag), ...(option.aliases ?? [])]) {
      const text = environment[source];
      if (text !== undefined && text !== '') return { text, source };
    }
    const inDirectory = directory.get(option.flag);
    if (inDirectory !== undefined) return inDirectory;
    if (option.default === undefined) return undefined;
    return { text: option.default, source: `--${option.flag}` };
  }
}

/** `--flag value`, `--flag=value`, and switches. Each at most once. */
function readFlags(args: readonly string[]): ReadonlyMap<string, string> {
  const flags = new Map<string, string>();
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? '';
    const [, name = '', inline] = /^--([^=]+)(?:=([\s\S]*))?$/.exec(word) ?? [];
    const option = OPTIONS.find((known: Option) => known.flag === name && !known.environmentOnly);
    if (option === undefined) throw unknownName('option', word, flagNames());
    if (flags.has(name)) throw new values.ConfigError(`--${name} is given twice`);
    const isSwitch = !('value' in option);
    const value = inline ?? (isSwitch ? 'true' : args[++at]);
    if (value === undefined)
      throw new values.ConfigError(`--${name} needs a value: ${option.meaning}`);
    flags.set(name, value);
  }
  return flags;
}

function refuseUnknownVariables(environment: Environment): void {
  const known = OPTIONS.map((option) => environmentName(option.flag));
  for (const name of Object.keys(environment)) {
    if (name.startsWith('WEFT_') && !known.includes(name))
      throw unknownName('variable', name, known);
  }
}

function readKey(
  given: GivenValues,
  { isInKubernetes }: { readonly isInKubernetes: boolean },
): Config['key'] {
  const file = given.optional('key-file', values.parsePath);
  const password = given.optional('password', (text) => text);
  const isPlain = given.isOn('plain');
  const count = [file, password, isPlain || undefined].filter((way) => way !== undefined).length;
  if (isInKubernetes) return readKeyInKubernetes({ isPlain, count });
  if (count !== 1) {
    throw new values.ConfigError(
      `${count === 0 ? 'no cluster key' : 'more than one cluster key'}: give --key-file, or ` +
        'WEFT_PASSWORD, or --plain to go without one',
    );
  }
  if (file !== undefined) return { file };
  return password === undefined ? 'plain' : { password };
}

function readKeyInKubernetes({
  isPlain,
  count,
}: {
  readonly isPlain: boolean;
  readonly count: number;
}): Config['key'] {
  if (isPlain && count === 1) return 'plain';
  if (count === 0) return 'api';
  throw new values.ConfigError(
    '--kubernetes takes the cluster key from a Secret: leave --key-file and WEFT_PASSWORD out',
  );
}

function optionNamed(name: OptionName): Option {
  const option: Option | undefined = OPTIONS.find((known) => known.flag === name);
  if (option === undefined) throw new values.ConfigError(`--${name} is no option`);
  return option;
}

function flagNames(): readonly string[] {
  const given = OPTIONS.filter((option: Option) => option.environmentOnly !== true);
  return given.map((option) => `--${option.flag}`);
}
