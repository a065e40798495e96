/** Where members are reached, as this peer knows it: who dials from there competes with no strangers. */
import type { Config } from '../config/config.ts';
import type { Address } from '../ipam/cidr.ts';
import type { Ipam } from '../ipam/ipam.ts';
import type { Directory } from '../mesh/directory.ts';

/** As much of a core as this takes. */
export interface Members {
  readonly mesh: { readonly directory: Pick<Directory, 'peersAsTheyCame'> };
  readonly ipam: Pick<Ipam, 'isListed'>;
}

/**
 * Of those whom the arbiter lists, by their records, and of the endpoints that we are told to join
 * at. Whoever makes identities up is not listed, and brings nobody in.
 */
export function* memberAddresses(
  core: Members,
  { seeds, join }: Pick<Config, 'seeds' | 'join'>,
): Generator<Address> {
  for (const { address } of [...seeds, ...join]) yield address;
  for (const { peer, content } of core.mesh.directory.peersAsTheyCame()) {
    if (!core.ipam.isListed(peer)) continue;
    for (const { address } of content.profile.endpoints) yield address;
  }
}
