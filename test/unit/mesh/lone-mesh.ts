/** A mesh by itself, and what tests tell it: what it does with that is what they look at. */
import { endpointKey } from '#peer/mesh/endpoint-key.ts';
import type { LinkId, LinkUp, MeshEffect } from '#peer/mesh/effect.ts';
import { Mesh, type MeshOptions, type RecordCodec } from '#peer/mesh/mesh.ts';
import { testEndpoint } from '#test/support/records.ts';
import { manyId } from './many-records.ts';

/** Of peer 1, to whom everybody is a member, unless told otherwise. */
export function createMesh(codec: RecordCodec, options: Partial<MeshOptions> = {}): Mesh {
  return new Mesh({
    self: manyId(1),
    epoch: 1,
    codec,
    linksMax: 24,
    bootstrap: [],
    random: () => 0.5,
    members: (all) => all,
    ...options,
  });
}

/** A link to peer 2 that it dialled from an endpoint of the link's number, unless told otherwise. */
export function linkUp(
  link: LinkId,
  peer = manyId(2),
  initiator: LinkUp['initiator'] = 'them',
  endpoint = testEndpoint(link),
): LinkUp {
  return { type: 'link-up', link, peer, initiator, endpoint };
}

/** The endpoints that it dials, by their keys. */
export function dialled(effects: readonly MeshEffect[]): readonly string[] {
  return effects.flatMap((effect) =>
    effect.type === 'dial' ? [endpointKey(effect.endpoint)] : [],
  );
}
