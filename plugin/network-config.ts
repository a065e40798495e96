/** The network configuration that the runtime writes to standard input: JSON text to a checked value. */
import { CniError, CniErrorCode } from './cni-error.ts';
import {
  ABSENT_VERSION,
  CNI_VERSIONS,
  type CniVersion,
  ERROR_VERSION,
  isCniVersion,
} from './versions.ts';

/** What pods are told of name resolution; we only pass it on. */
export interface Dns {
  readonly nameservers?: readonly string[];
  readonly domain?: string;
  readonly search?: readonly string[];
  readonly options?: readonly string[];
}

type JsonObject = Readonly<Record<string, unknown>>;

export interface NetworkConfig {
  readonly cniVersion: CniVersion;
  readonly name: string;
  readonly dns: Dns;
  /** The result of the plugin before us, or of our ADD where the command is a later one. */
  readonly prevResult: JsonObject | undefined;
  readonly ipam: JsonObject;
  readonly runtimeConfig: JsonObject;
}

/** SPEC.md, "Configuration format": name. */
const NAME_PATTERN = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;

/** What a runtime may ask of us by `capabilities` and we don't do yet. */
const CAPABILITIES_NOT_SERVED = ['portMappings', 'bandwidth', 'ips', 'mac'] as const;

/** The longest version that an error repeats: what is longer was never a version. */
const VERSION_LENGTH_MAX = 31;

/**
 * Throws CniError: `decodingFailure` for text that is no JSON object, `invalidNetworkConfig` for a
 * field that is missing or of the wrong type, `incompatibleVersion` for a cniVersion of the future.
 */
export function parseNetworkConfig(text: string): NetworkConfig {
  const fields = parseObject(text);
  const { name } = fields;
  const cniVersion = parseVersion(fields);
  if (typeof name !== 'string' || !NAME_PATTERN.test(name))
    throw wrong(
      'name',
      name,
      'letters, digits, dashes, dots and underscores, the first a letter or digit',
    );
  if (fields['type'] !== undefined && typeof fields['type'] !== 'string')
    throw wrong('type', fields['type'], 'the name of the plugin');
  return {
    cniVersion,
    name,
    dns: parseDns(optionalObject(fields, 'dns')),
    prevResult:
      fields['prevResult'] === undefined ? undefined : optionalObject(fields, 'prevResult'),
    ipam: optionalObject(fields, 'ipam'),
    runtimeConfig: optionalObject(fields, 'runtimeConfig'),
  };
}

/** The cniVersion of a VERSION command, whose document may hold nothing else. May be unknown to us. */
export function parseAskedVersion(text: string): string {
  const { cniVersion } = parseObject(text);
  if (cniVersion === undefined) return ABSENT_VERSION;
  if (typeof cniVersion !== 'string')
    throw wrong('cniVersion', cniVersion, 'a version such as "1.0.0"');
  return cniVersion;
}

/** The version that an error answers with: the configuration's if it can be read at all. */
export function versionForErrors(text: string): string {
  try {
    const asked = parseAskedVersion(text);
    return asked.length <= VERSION_LENGTH_MAX ? asked : ERROR_VERSION;
  } catch (error) {
    if (error instanceof CniError) return ERROR_VERSION;
    throw error;
  }
}

/** Throws CniError `unsupportedField` for what would have to be done and is not: ADD must not pretend. */
export function refuseUnsupported({ ipam, runtimeConfig }: NetworkConfig): void {
  const { type } = ipam;
  if (type !== undefined && type !== 'weft')
    throw unsupported('ipam.type', type, 'weft gives addresses itself: remove ipam');
  for (const key of CAPABILITIES_NOT_SERVED) {
    const value = runtimeConfig[key];
    if (value === undefined || value === null || (Array.isArray(value) && value.length === 0))
      continue;
    throw unsupported(`runtimeConfig.${key}`, value, `remove ${key} from capabilities`);
  }
}

function parseObject(text: string): JsonObject {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    const details = cause instanceof Error ? cause.message : '';
    throw new CniError(
      CniErrorCode.decodingFailure,
      'the network configuration on standard input is not valid JSON',
      { details, cause },
    );
  }
  if (isObject(parsed)) return parsed;
  throw new CniError(
    CniErrorCode.decodingFailure,
    'the network configuration on standard input is no JSON object',
  );
}

function parseVersion({ cniVersion = ABSENT_VERSION }: JsonObject): CniVersion {
  if (typeof cniVersion !== 'string')
    throw wrong('cniVersion', cniVersion, 'a version such as "1.0.0"');
  if (isCniVersion(cniVersion)) return cniVersion;
  throw new CniError(
    CniErrorCode.incompatibleVersion,
    `cniVersion "${quote(cniVersion)}" is not supported: use one of ${CNI_VERSIONS.join(', ')}`,
  );
}

function parseDns(dns: JsonObject): Dns {
  for (const key of ['nameservers', 'search', 'options'])
    if (dns[key] !== undefined && !isTexts(dns[key]))
      throw wrong(`dns.${key}`, dns[key], 'a list of texts');
  if (dns['domain'] !== undefined && typeof dns['domain'] !== 'string')
    throw wrong('dns.domain', dns['domain'], 'a text');
  const known = ['nameservers', 'domain', 'search', 'options'].filter(
    (key) => dns[key] !== undefined,
  );
  return Object.fromEntries(known.map((key) => [key, dns[key]]));
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((part) => typeof part === 'string');
}

function optionalObject(fields: JsonObject, key: string): JsonObject {
  const value = fields[key] ?? {};
  if (!isObject(value)) throw wrong(key, value, 'an object');
  return value;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(field: string, value: unknown, right: string): CniError {
  const found = value === undefined ? 'is missing' : `is ${quote(JSON.stringify(value))}`;
  return new CniError(
    CniErrorCode.invalidNetworkConfig,
    `"${field}" of the network configuration ${found}: expected ${right}`,
  );
}

function unsupported(field: string, value: unknown, help: string): CniError {
  return new CniError(
    CniErrorCode.unsupportedField,
    `"${field}" of the network configuration is ${quote(JSON.stringify(value))}, which is not supported: ${help}`,
  );
}

/** Enough of a value to find it again, however long it is. */
function quote(text: string): string {
  const QUOTED_LENGTH_MAX = 100;
  return text.length <= QUOTED_LENGTH_MAX ? text : `${text.slice(0, QUOTED_LENGTH_MAX)}...`;
}
