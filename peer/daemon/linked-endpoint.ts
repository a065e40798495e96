/** Who is linked that can be reached at an endpoint: while it waited for its turn to be dialled, its peer may have dialled us. */
import { endpointKey } from '../mesh/endpoint-key.ts';
import type { Directory } from '../mesh/directory.ts';
import type { PeerId } from '../mesh/peer-id.ts';
import type { Endpoint } from '../mesh/record.ts';

/** As much of a mesh as this takes. */
export interface Linked {
  links(): readonly { readonly peer: PeerId }[];
  readonly directory: Pick<Directory, 'peer'>;
}

/** The peer with whom there is a link and who says that it is reached there. */
export function findLinkedAt(mesh: Linked, endpoint: Endpoint): PeerId | undefined {
  const key = endpointKey(endpoint);
  const link = mesh.links().find(({ peer }) => {
    const endpoints = mesh.directory.peer(peer)?.content.profile.endpoints ?? [];
    return endpoints.some((own) => endpointKey(own) === key);
  });
  return link?.peer;
}
