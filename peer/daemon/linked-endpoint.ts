/** Whether an endpoint needs no dial: while it waited for its turn, its peer may have dialled us. */
import { endpointKey } from '../mesh/endpoint-key.ts';
import type { Directory } from '../mesh/directory.ts';
import type { PeerId } from '../mesh/peer-id.ts';
import type { Endpoint } from '../mesh/record.ts';

/** As much of a mesh as this takes. */
export interface Linked {
  links(): readonly { readonly peer: PeerId }[];
  readonly directory: Pick<Directory, 'peer'>;
}

/** Whether there is a link with a peer that says it is reached there. */
export function isLinkedAt(mesh: Linked, endpoint: Endpoint): boolean {
  const key = endpointKey(endpoint);
  return mesh.links().some(({ peer }) => {
    const endpoints = mesh.directory.peer(peer)?.content.profile.endpoints ?? [];
    return endpoints.some((own) => endpointKey(own) === key);
  });
}
