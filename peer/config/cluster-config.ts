/** What of the configuration must be the same on every peer, and the keys that make it a member. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Config } from './config.ts';
import { formatCidr } from '../ipam/cidr.ts';
import { endpointKey } from '../mesh/endpoint-key.ts';
import { RING_COUNT } from '../mesh/limits.ts';
import {
  ClusterKeyError,
  type ClusterKeys,
  PLAIN_KEYS,
  parseClusterKeys,
} from '../transport/cluster-keys.ts';

const DIGEST_BYTES = 16;

/** 16 bytes that two peers compare in their Hellos. */
export function configDigest({ universe, seeds, vni }: Config): Uint8Array {
  const same = {
    universe: universe.map(formatCidr).sort(),
    seeds: seeds.map(endpointKey),
    rings: RING_COUNT,
    vni,
  };
  return createHash('sha256').update(JSON.stringify(same)).digest().subarray(0, DIGEST_BYTES);
}

/** Throws ClusterKeyError. */
export function readClusterKeys({ key }: Config): ClusterKeys {
  if (key === 'plain') return PLAIN_KEYS;
  if (key === 'api') throw new ClusterKeyError('the cluster key was not read from its Secret yet');
  if ('password' in key) return parseClusterKeys(key.password, 'WEFT_PASSWORD');
  return parseClusterKeys(readKeyFile(key.file), key.file);
}

function readKeyFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ClusterKeyError(
      `--key-file ${path} can't be read (${reason}): give a file with the cluster's keys, ` +
        'one a line, that this process may read',
      { cause: error },
    );
  }
}
