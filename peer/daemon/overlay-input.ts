/** What the overlay is derived from: a snapshot of the core, in the overlay's words. */
import type { Core } from '../core/core.ts';
import type { Cidr } from '../ipam/cidr.ts';
import type { PeerId } from '../mesh/peer-id.ts';
import type { Vtep } from '../mesh/record.ts';
import type { OverlayInput } from '../overlay/input.ts';

export interface LocalEnd {
  /** Without overlay addresses: those come out of the holding. */
  readonly vtep: Vtep;
  readonly vni: number;
  readonly mtu: number;
  readonly universe: readonly Cidr[];
}

/** Undefined before the peer is a member: the kernel stays as it is until then. */
export function overlayInput(
  core: Core,
  local: LocalEnd,
  settled: boolean,
): OverlayInput | undefined {
  if (core.ipam.phase() !== 'member') return undefined;
  const { vtep, vni, mtu, universe } = local;
  return {
    local: { ...vtep, overlay: core.ipam.vtep(), vni, mtu },
    universe,
    holdings: core.ipam.holdings().map(({ block }) => block.cidr),
    remotes: core.others().map(({ content }) => ({
      name: content.profile.name,
      vtep: content.profile.vtep,
      blocks: content.custody.hold,
    })),
    attachments: core.ipam.attachments(),
    settled,
    isAwaited: findAwaited(core),
  };
}

/**
 * Two that know of each other alone agree, too. So what leads to a member stays until its record is here,
 * or the list has it no more; while the arbiter has told no list anybody may be a member.
 */
function findAwaited(core: Core): (mac: string) => boolean {
  const awaited = core.told.awaited(core.ipam.view(), core.mesh.directory);
  const macs = new Set((awaited ?? core.mesh.directory.peerIds()).map(vtepMac));
  return (mac) => macs.has(mac) === (awaited !== undefined);
}

/**
 * The MAC of a peer's VTEP: the first bytes of its id, as a locally administered unicast address.
 * It follows from the identity, so a restart or a device made anew changes nothing for the others.
 */
export function vtepMac(peer: PeerId): string {
  const bytes = Uint8Array.fromHex(peer.slice(0, 12));
  bytes[0] = ((bytes[0] ?? 0) & 0xfe) | 0x02;
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':');
}
