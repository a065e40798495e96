/** Inputs of the overlay for tests: plain ones to change by hand, and arbitrary ones. */
import * as fc from 'fast-check';
import type { Attachment } from '#peer/ipam/attachment.ts';
import type { Block } from '#peer/ipam/custody-state.ts';
import { parseAddress, parseCidr } from '#peer/ipam/parse.ts';
import type { LocalVtep, OverlayInput, RemotePeer } from '#peer/overlay/input.ts';
import { HOST_INTERFACE_PREFIX } from '#peer/overlay/names.ts';

const LOCAL: LocalVtep = {
  underlay: parseAddress('192.0.2.1'),
  port: 6784,
  mac: '02:00:00:00:00:01',
  overlay: [parseAddress('10.32.1.1'), parseAddress('fd32:1::1')],
  vni: 6784,
  mtu: 1450,
};

/** Room for the blocks of a thousand peers. */
export const UNIVERSE = [parseCidr('10.0.0.0/8'), parseCidr('fd32::/16')];

/** Node number 1 alone, with its two blocks. */
export function buildInput(changes: Partial<OverlayInput> = {}): OverlayInput {
  return {
    local: LOCAL,
    universe: UNIVERSE,
    holdings: [parseCidr('10.32.1.0/24'), parseCidr('fd32:1::/64')],
    remotes: [],
    attachments: [],
    settled: true,
    ...changes,
  };
}

/** Node `number`, 2 to 99, with an IPv4 and an IPv6 block. */
export function buildRemote(number: number): RemotePeer {
  return {
    name: `node${number}`,
    vtep: {
      underlay: parseAddress(`192.0.2.${number}`),
      port: 6784,
      mac: `02:00:00:00:00:${String(number).padStart(2, '0')}`,
      overlay: [parseAddress(`10.32.${number}.1`), parseAddress(`fd32:${number}::1`)],
    },
    blocks: blocksOf([`10.32.${number}.0/24`, `fd32:${number}::/64`]),
  };
}

/** Blocks that changed hands `term` times. */
export function blocksOf(cidrs: readonly string[], term = 2): readonly Block[] {
  return cidrs.map((cidr) => ({ cidr: parseCidr(cidr), term }));
}

/** Pod `number` of node 1. */
export function buildAttachment(number: number): Attachment {
  return {
    containerId: `pod${number}`,
    interfaceName: 'eth0',
    addresses: [parseAddress(`10.32.1.${100 + number}`), parseAddress(`fd32:1::${100 + number}`)],
    hostInterface: `${HOST_INTERFACE_PREFIX}pod${number}`,
    podMac: `0a:58:00:00:00:0${number}`,
    podName: '',
  };
}

const numbers = (max: number): fc.Arbitrary<number[]> =>
  fc.uniqueArray(fc.integer({ min: 2, max }), { maxLength: 5 });

const remote = (number: number): fc.Arbitrary<RemotePeer> =>
  fc
    .record({
      port: fc.constantFrom(6784, 7000),
      underlay: fc.integer({ min: 2, max: 9 }),
      overlayCount: fc.integer({ min: 0, max: 2 }),
      blocks: fc.subarray(buildRemote(number).blocks.concat(buildRemote(10).blocks)),
    })
    .map(({ port, underlay, overlayCount, blocks }) => {
      const { vtep } = buildRemote(number);
      const overlay = vtep.overlay.slice(0, overlayCount);
      return {
        name: `node${number}`,
        vtep: { ...vtep, port, overlay, underlay: parseAddress(`192.0.2.${underlay}`) },
        blocks,
      };
    });

/** Anything that a peer may come to know, colliding blocks and addresses included. */
export const arbitraryInput: fc.Arbitrary<OverlayInput> = fc
  .record({
    vni: fc.constantFrom(6784, 99),
    mac: fc.constantFrom('02:00:00:00:00:01', '02:00:00:00:00:31'),
    mtu: fc.constantFrom(1450, 1400),
    overlayCount: fc.integer({ min: 0, max: 2 }),
    holdings: fc.subarray([...buildInput().holdings]),
    remotes: numbers(7).chain((list) => fc.tuple(...list.map(remote))),
    attachments: numbers(6).map((list) => list.map(buildAttachment)),
    settled: fc.boolean(),
  })
  .map(({ vni, mac, mtu, overlayCount, ...rest }) => {
    const overlay = LOCAL.overlay.slice(0, overlayCount);
    return { local: { ...LOCAL, vni, mac, mtu, overlay }, universe: UNIVERSE, ...rest };
  });
