/** What a peer has to know of its cluster before it can start, and reads from the API server. */
import type { Address } from '../ipam/cidr.ts';
import { type KeySecretOptions, readKeySecret } from './key-secret.ts';
import { readNode } from './node.ts';
import { StartObstacle } from './obstacle.ts';

export interface ClusterFacts {
  readonly nodeName: string;
  readonly nodeUid: string;
  /** The node's InternalIPs, in its order. Not empty. */
  readonly addresses: readonly Address[];
  /** The text with the cluster keys; undefined for a peer in plain mode. */
  readonly keys: string | undefined;
}

export interface FactsOptions extends KeySecretOptions {
  readonly nodeName: string;
  readonly isPlain: boolean;
}

/** Rejects with StartObstacle. */
export async function readFacts(options: FactsOptions): Promise<ClusterFacts> {
  const { api, nodeName, isPlain } = options;
  // The Node first: a peer that is nobody's makes no key.
  const { uid, addresses } = await readNode(api, nodeName);
  if (addresses.length === 0) {
    throw new StartObstacle(
      `the Node ${nodeName} has no InternalIP: its kubelet, or the cloud's controller, has to report one`,
    );
  }
  const keys = isPlain ? undefined : await readKeySecret(options);
  return { nodeName, nodeUid: uid, addresses, keys };
}
