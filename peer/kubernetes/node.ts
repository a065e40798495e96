/** What a Node object says that a peer needs: whose it is, and where the node can be reached. */
import type { Address } from '../ipam/cidr.ts';
import { AddressSyntaxError, parseAddress } from '../ipam/parse.ts';
import type { ApiClient } from './api-client.ts';
import { ask } from './ask.ts';
import { listAt, textAt } from './json-field.ts';
import { StartObstacle } from './obstacle.ts';

export interface ClusterNode {
  /** Another one after the Node was deleted and made again under its name. */
  readonly uid: string;
  /** Its InternalIPs, in the order in which it lists them; an address that is none is left out. */
  readonly addresses: readonly Address[];
}

/** Rejects with StartObstacle. */
export async function readNode(
  api: ApiClient,
  name: string,
  signal?: AbortSignal,
): Promise<ClusterNode> {
  const value = await ask(
    api,
    { method: 'GET', path: nodePath(name), ...(signal && { signal }) },
    { verb: 'get', resource: 'nodes' },
  );
  const uid = textAt(value, 'metadata', 'uid');
  if (uid === undefined) {
    throw new StartObstacle(`GET ${nodePath(name)}: the answer is no Node: it has no uid`);
  }
  return { uid, addresses: readInternalAddresses(value) };
}

export function nodePath(name: string): string {
  return `/api/v1/nodes/${encodeURIComponent(name)}`;
}

function readInternalAddresses(node: unknown): readonly Address[] {
  const internal = listAt(node, 'status', 'addresses').filter(
    (one) => textAt(one, 'type') === 'InternalIP',
  );
  return internal.flatMap((one) => parseAddressOrNone(textAt(one, 'address') ?? ''));
}

export function parseAddressOrNone(text: string): readonly Address[] {
  try {
    return [parseAddress(text)];
  } catch (error) {
    if (error instanceof AddressSyntaxError) return [];
    throw error;
  }
}
