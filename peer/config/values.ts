/** One parser for each kind of value. Each throws ConfigError with what would be right. */
import { formatCidr, sizeLog2, type Address, type Cidr } from '../ipam/cidr.ts';
import { AddressSyntaxError, parseAddress, parseCidr } from '../ipam/parse.ts';
import { endpointKey } from '../mesh/endpoint-key.ts';
import type { Endpoint } from '../mesh/record.ts';

/** What an option was given and why that is wrong; config.ts adds the option's name. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** RFC 1123 subdomain, as Kubernetes names nodes; at most 253 characters. */
const NAME_PATTERN = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/i;
/** A smaller universe has no room for two peers' blocks. */
const UNIVERSE_SIZE_LOG2_MIN = 8;
const SEED_COUNTS: readonly number[] = [1, 3, 5, 7];
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export function parseName(text: string): string {
  if (NAME_PATTERN.test(text)) return text;
  throw new ConfigError(
    `"${text}" is no name: letters, digits, dots and dashes, beginning and ending with a letter or digit`,
  );
}

/** A whole number in a range, ends included. */
export function parseNumber(text: string, range: { least: number; most: number }): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= range.least && value <= range.most) return value;
  throw new ConfigError(`"${text}" is no whole number from ${range.least} to ${range.most}`);
}

export function parsePort(text: string): number {
  return parseNumber(text, { least: 1, most: 65_535 });
}

/** Bytes, or 0 for what the underlay leaves. 1,280 is the least that IPv6 allows. */
export function parseMtu(text: string): number {
  return text === '0' ? 0 : parseNumber(text, { least: 1280, most: 65_485 });
}

export function parsePath(text: string): string {
  if (text.startsWith('/')) return text;
  throw new ConfigError(`"${text}" is no absolute path`);
}

export function parseLogLevel(text: string): LogLevel {
  const level = LOG_LEVELS.find((known) => known === text);
  if (level !== undefined) return level;
  throw new ConfigError(`"${text}" is no log level: expected one of ${LOG_LEVELS.join(', ')}`);
}

export function parseSwitch(text: string): boolean {
  if (text === '1' || text === 'true') return true;
  if (text === '0' || text === 'false' || text === '') return false;
  throw new ConfigError(`"${text}" is neither yes nor no: expected 1, true, 0 or false`);
}

export function parseHostAddress(text: string): Address {
  return explained(() => parseAddress(text));
}

export function parseUniverse(text: string): readonly Cidr[] {
  const ranges = list(text).map((range) => explained(() => parseCidr(range)));
  const [first, second] = ranges;
  if (first === undefined || ranges.length > 2 || first.family === second?.family) {
    throw new ConfigError(`"${text}" has to be one range, or one of each family`);
  }
  for (const range of ranges) checkUniverse(range);
  return ranges;
}

/** `address`, `address:port` or `[ipv6]:port`. */
export function parseEndpoint(text: string, defaultPort: number): Endpoint {
  const bracketed = /^\[(.+)\](?::(\d+))?$/.exec(text);
  const dotted = /^([^:]+)(?::(\d+))?$/.exec(text);
  const [, host = text, port] = bracketed ?? dotted ?? [];
  return {
    address: parseHostAddress(host),
    port: port === undefined ? defaultPort : parsePort(port),
  };
}

export function parseEndpoints(text: string, defaultPort: number): readonly Endpoint[] {
  return list(text).map((item) => parseEndpoint(item, defaultPort));
}

export function parseSeeds(text: string, defaultPort: number): readonly Endpoint[] {
  const seeds = parseEndpoints(text, defaultPort);
  const keys = seeds.map(endpointKey);
  const twice = list(text).find((_, at) => keys.indexOf(keys[at] ?? '') !== at);
  if (twice !== undefined) {
    throw new ConfigError(`"${text}" names ${twice} twice: a seed has one vote, name each once`);
  }
  if (SEED_COUNTS.includes(seeds.length)) return seeds;
  throw new ConfigError(`"${text}" names ${seeds.length} seeds: a majority needs 1, 3, 5 or 7`);
}

/** What parsePort never gives. */
const NO_PORT = 0;

/** `address:port`, or the absolute path of a unix socket. */
export type HttpAddress = Endpoint | { readonly socketPath: string };

export function parseHttpAddresses(text: string): readonly HttpAddress[] {
  return list(text).map((item) => {
    if (item.startsWith('/')) return { socketPath: item };
    const endpoint = parseEndpoint(item, NO_PORT);
    if (endpoint.port !== NO_PORT) return endpoint;
    throw new ConfigError(
      `"${item}" has no port: expected address:port, [ipv6]:port or the absolute path of a socket`,
    );
  });
}

function checkUniverse(range: Cidr): void {
  if (sizeLog2(range) >= UNIVERSE_SIZE_LOG2_MIN) return;
  const least = 2 ** UNIVERSE_SIZE_LOG2_MIN;
  throw new ConfigError(`${formatCidr(range)} is too small: ${least} addresses are the least`);
}

function list(text: string): readonly string[] {
  return text.split(',').map((item) => item.trim());
}

function explained<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof AddressSyntaxError) throw new ConfigError(error.message, { cause: error });
    throw error;
  }
}
