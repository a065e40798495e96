/**
 * One call of the plugin: environment and standard input as they came, and the typed request that
 * they spell. Does nothing but check.
 */
import type { AttachmentKey } from '../peer/ipam/attachment.ts';
import { CniError, CniErrorCode } from './cni-error.ts';
import {
  type Environment,
  parseAttachmentKey,
  parseCommand,
  parsePodName,
  requireVariables,
} from './environment.ts';
import type { Hands } from './hands.ts';
import { type NetworkConfig, parseAskedVersion, parseNetworkConfig } from './network-config.ts';
import { type CniVersion, isAtLeast } from './versions.ts';

/** As the launcher hands it over. */
export interface Invocation {
  readonly environment: Environment;
  /** Standard input. */
  readonly config: string;
  readonly hands: Hands;
}

/** A command about one attachment. */
export interface AttachmentRequest {
  readonly command: 'ADD' | 'CHECK' | 'DEL';
  readonly key: AttachmentKey;
  /** CNI_NETNS as it came: the path that results name as `sandbox`. Empty if DEL came without. */
  readonly sandbox: string;
  /** "namespace/name", or empty. */
  readonly podName: string;
  readonly config: NetworkConfig;
}

export interface NetworkRequest {
  readonly command: 'GC' | 'STATUS';
  readonly config: NetworkConfig;
}

export interface VersionRequest {
  readonly command: 'VERSION';
  readonly cniVersion: string;
}

type PluginRequest = AttachmentRequest | NetworkRequest | VersionRequest;

/** The version of the specification that brought a command (SPEC.md, "CNI Operations"). */
const SINCE: Readonly<Record<'CHECK' | 'GC' | 'STATUS', CniVersion>> = {
  CHECK: '0.4.0',
  GC: '1.1.0',
  STATUS: '1.1.0',
};

/** Throws CniError for whatever is wrong first: environment, then configuration. */
export function parseInvocation({ environment, config: text }: Invocation): PluginRequest {
  const command = parseCommand(environment);
  if (command === 'VERSION') return { command, cniVersion: parseAskedVersion(text) };
  requireVariables(command, environment);
  if (command === 'GC' || command === 'STATUS') {
    const config = parseNetworkConfig(text);
    requireVersion(command, config.cniVersion);
    return { command, config };
  }
  const key = parseAttachmentKey(environment);
  const podName = parsePodName(environment);
  const config = parseNetworkConfig(text);
  if (command === 'CHECK') requireVersion(command, config.cniVersion);
  return { command, key, sandbox: environment.get('CNI_NETNS') ?? '', podName, config };
}

function requireVersion(command: keyof typeof SINCE, version: CniVersion): void {
  if (isAtLeast(version, SINCE[command])) return;
  throw new CniError(
    CniErrorCode.incompatibleVersion,
    `${command} came with CNI ${SINCE[command]}, but cniVersion is "${version}": raise it`,
  );
}
