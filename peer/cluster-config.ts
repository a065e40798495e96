/** What of the configuration must be the same on every peer, and the keys that make it a member. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Config } from './config.ts';
import { formatCidr } from './ipam/cidr.ts';
import { endpointKey } from './mesh/dials.ts';
import { RING_COUNT } from './mesh/limits.ts';
import { type ClusterKeys, PLAIN_KEYS, parseClusterKeys } from './transport/cluster-keys.ts';

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

/** Throws ClusterKeyError, or what reading the file failed with. */
export function readClusterKeys({ key }: Config): ClusterKeys {
  if (key === 'plain') return PLAIN_KEYS;
  if ('password' in key) return parseClusterKeys(key.password, 'WEFT_PASSWORD');
  return parseClusterKeys(readFileSync(key.file, 'utf8'), key.file);
}
