/** CNI's environment variables, checked. Knows which command needs which; not what they lead to. */
import type { AttachmentKey } from '../peer/ipam/attachment.ts';
import { CniError, CniErrorCode } from './cni-error.ts';

export type Environment = ReadonlyMap<string, string>;

const COMMANDS = ['ADD', 'DEL', 'CHECK', 'GC', 'STATUS', 'VERSION'] as const;
export type Command = (typeof COMMANDS)[number];

/** As in the reference skeleton (pkg/skel); in this order they are named when they are missing. */
const REQUIRED: Readonly<Record<Command, readonly string[]>> = {
  ADD: ['CNI_CONTAINERID', 'CNI_NETNS', 'CNI_IFNAME', 'CNI_PATH'],
  CHECK: ['CNI_CONTAINERID', 'CNI_NETNS', 'CNI_IFNAME', 'CNI_PATH'],
  DEL: ['CNI_CONTAINERID', 'CNI_IFNAME', 'CNI_PATH'],
  GC: ['CNI_PATH'],
  STATUS: ['CNI_PATH'],
  VERSION: [],
};

/** SPEC.md, "Parameters": CNI_CONTAINERID. */
const CONTAINER_ID_PATTERN = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;

/** Runtimes use 64 hex digits; more than this is no id, and would have to be stored. */
const CONTAINER_ID_LENGTH_MAX = 256;

/** IFNAMSIZ without the zero byte; `%` as well, because the kernel takes it for a template. */
const INTERFACE_NAME_BYTES_MAX = 15;
const INTERFACE_NAME_FORBIDDEN = /[/:%\s]/;

/** The kernel has directories of these names where an interface's sysctls would go. */
const INTERFACE_NAMES_RESERVED: readonly string[] = ['.', '..', 'all', 'default'];

/** The keys of CNI_ARGS that we understand; those of Kubernetes come with every pod. */
const KNOWN_ARGUMENTS: readonly string[] = [
  'IgnoreUnknown',
  'K8S_POD_NAMESPACE',
  'K8S_POD_NAME',
  'K8S_POD_INFRA_CONTAINER_ID',
  'K8S_POD_UID',
];

/** Names of Kubernetes objects and namespaces (RFC 1123), with room for other runtimes' habits. */
const POD_NAME_PATTERN = /^[a-zA-Z0-9_.-]*$/;

/** Throws CniError `invalidEnvironment`. */
export function parseCommand(environment: Environment): Command {
  const text = environment.get('CNI_COMMAND') ?? '';
  const command = COMMANDS.find((known) => known === text);
  if (command === undefined)
    throw invalid(`CNI_COMMAND is "${text}": expected one of ${COMMANDS.join(', ')}`);
  return command;
}

/** Throws CniError `invalidEnvironment` that names all variables that are missing. */
export function requireVariables(command: Command, environment: Environment): void {
  const missing = REQUIRED[command].filter((name) => (environment.get(name) ?? '') === '');
  if (missing.length > 0)
    throw invalid(
      `required environment variables are missing for ${command}: ${missing.join(', ')}`,
    );
}

/** Throws CniError `invalidEnvironment`. */
export function parseAttachmentKey(environment: Environment): AttachmentKey {
  const containerId = environment.get('CNI_CONTAINERID') ?? '';
  const interfaceName = environment.get('CNI_IFNAME') ?? '';
  if (!CONTAINER_ID_PATTERN.test(containerId) || containerId.length > CONTAINER_ID_LENGTH_MAX)
    throw invalid(
      `CNI_CONTAINERID is "${containerId}": expected up to ${CONTAINER_ID_LENGTH_MAX} letters, digits, ` +
        'dashes, dots and underscores, the first a letter or a digit',
    );
  if (!isInterfaceName(interfaceName))
    throw invalid(
      `CNI_IFNAME is "${interfaceName}": expected 1 to ${INTERFACE_NAME_BYTES_MAX} bytes without ` +
        `white space, "/", ":" and "%", and none of ${INTERFACE_NAMES_RESERVED.join(', ')}`,
    );
  return { containerId, interfaceName };
}

/** "namespace/name" out of CNI_ARGS, or empty. Throws CniError `invalidEnvironment`. */
export function parsePodName(environment: Environment): string {
  const args = parseArguments(environment.get('CNI_ARGS') ?? '');
  const name = args.get('K8S_POD_NAME') ?? '';
  const namespace = args.get('K8S_POD_NAMESPACE') ?? '';
  for (const part of [namespace, name])
    if (!POD_NAME_PATTERN.test(part))
      throw invalid(`CNI_ARGS holds the pod name "${part}": expected letters, digits and "-_."`);
  if (name === '') return '';
  return namespace === '' ? name : `${namespace}/${name}`;
}

function parseArguments(text: string): ReadonlyMap<string, string> {
  const args = new Map(text === '' ? [] : text.split(';').map(parsePair));
  const ignoreUnknown = parseSwitch(args.get('IgnoreUnknown') ?? 'false');
  const unknown = [...args.keys()].filter((key) => !KNOWN_ARGUMENTS.includes(key));
  if (unknown.length > 0 && !ignoreUnknown)
    throw invalid(
      `CNI_ARGS has unknown keys: ${unknown.join(', ')}; set IgnoreUnknown=1 to allow them`,
    );
  return args;
}

function parsePair(pair: string): [string, string] {
  const at = pair.indexOf('=');
  if (at <= 0) throw invalid(`CNI_ARGS holds "${pair}": expected KEY=VALUE pairs joined by ";"`);
  return [pair.slice(0, at), pair.slice(at + 1)];
}

function parseSwitch(text: string): boolean {
  if (['1', 'true'].includes(text.toLowerCase())) return true;
  if (['0', 'false'].includes(text.toLowerCase())) return false;
  throw invalid(`CNI_ARGS holds IgnoreUnknown=${text}: expected 1, true, 0 or false`);
}

function isInterfaceName(text: string): boolean {
  const bytes = new TextEncoder().encode(text).length;
  if (bytes < 1 || bytes > INTERFACE_NAME_BYTES_MAX) return false;
  return !INTERFACE_NAMES_RESERVED.includes(text) && !INTERFACE_NAME_FORBIDDEN.test(text);
}

function invalid(message: string): CniError {
  return new CniError(CniErrorCode.invalidEnvironment, message);
}
