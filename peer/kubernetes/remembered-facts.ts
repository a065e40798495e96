/**
 * The facts of the cluster in the state directory, so that a peer starts again while the API server
 * is away. The file has the cluster keys, so only its owner may read it.
 */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { formatAddress } from '../ipam/cidr.ts';
import { ClusterKeyError, parseClusterKeys } from '../transport/cluster-keys.ts';
import type { ClusterFacts } from './facts.ts';
import { listAt, textAt } from './json-field.ts';
import { parseAddressOrNone } from './node.ts';

const FACTS_FILE = 'kubernetes.json';
const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;

/** Of a file that can't be read, or is of another node, nothing is remembered. */
export function recallFacts(directory: string, nodeName: string): ClusterFacts | undefined {
  const value = readJson(join(directory, FACTS_FILE));
  const nodeUid = textAt(value, 'nodeUid');
  const keys = textAt(value, 'keys');
  const addresses = listAt(value, 'addresses').flatMap((address) =>
    typeof address === 'string' ? parseAddressOrNone(address) : [],
  );
  if (textAt(value, 'nodeName') !== nodeName || nodeUid === undefined) return undefined;
  if (addresses.length === 0 || !areUsable(keys)) return undefined;
  return { nodeName, nodeUid, addresses, keys };
}

/** Replaces the file in one step. Throws the file system's error. */
export function rememberFacts(directory: string, facts: ClusterFacts): void {
  mkdirSync(directory, { recursive: true, mode: DIRECTORY_MODE });
  const path = join(directory, FACTS_FILE);
  const value = { ...facts, addresses: facts.addresses.map(formatAddress) };
  const file = openSync(`${path}.new`, 'w', FILE_MODE);
  try {
    writeSync(file, `${JSON.stringify(value)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.new`, path);
}

function areUsable(keys: string | undefined): boolean {
  try {
    if (keys !== undefined) parseClusterKeys(keys, FACTS_FILE);
    return true;
  } catch (error) {
    if (error instanceof ClusterKeyError) return false;
    throw error;
  }
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
