/** What other peers may publish, and what of it is programmed. */
import assert from 'node:assert/strict';
import test from 'node:test';
import * as fc from 'fast-check';
import {
  type Address,
  type Cidr,
  cidr,
  contains,
  containsAddress,
  formatAddress,
  formatCidr,
  lastAddress,
  rangeAround,
} from '#peer/ipam/cidr.ts';
import { parseAddress, parseCidr } from '#peer/ipam/parse.ts';
import { desiredState } from '#peer/overlay/desired-state.ts';
import type { OverlayInput, RemotePeer } from '#peer/overlay/input.ts';
import type { OwnRoute } from '#peer/overlay/kernel-state.ts';
import { acceptRemotes } from '#peer/overlay/remotes.ts';
import { blocksOf, buildInput, buildRemote } from '#test/support/overlay-inputs.ts';

const NARROW = [parseCidr('10.32.0.0/12'), parseCidr('fd32::/16')];

function inputWith(...remotes: readonly RemotePeer[]): OverlayInput {
  return buildInput({ universe: NARROW, remotes });
}

function routesOf(input: OverlayInput): readonly OwnRoute[] {
  return [...desiredState(input).values()].filter((object) => object.kind === 'route');
}

/** Where the blocks lead, IPv4 only. */
function waysOf(input: OverlayInput): readonly string[] {
  return routesOf(input)
    .filter(({ gateway }) => gateway?.family === 4)
    .map(({ destination, gateway }) =>
      gateway === undefined ? '' : `${formatCidr(destination)} ${formatAddress(gateway)}`,
    )
    .sort();
}

for (const block of ['0.0.0.0/0', '192.0.2.9/32', '10.0.0.0/8', '::/0']) {
  test(`a claim of ${block}, outside the universe, is left out and told; the rest stands`, () => {
    const remote = buildRemote(2);
    const bad = { ...remote, blocks: [...remote.blocks, ...blocksOf([block])] };
    assert.deepEqual(desiredState(inputWith(bad)), desiredState(inputWith(remote)));
    assert.deepEqual(acceptRemotes(inputWith(bad)).leftOut, [
      `node2 claims ${block}, which is outside the universe: left out`,
    ]);
  });
}

test('a claim inside what is ours is left out, whatever its term', () => {
  const remote = buildRemote(2);
  const claims = blocksOf(['10.32.1.0/24', '10.32.1.128/25'], 99);
  const input = inputWith({ ...remote, blocks: [...remote.blocks, ...claims] });
  assert.deepEqual(waysOf(input), ['10.32.2.0/24 10.32.2.1']);
  assert.deepEqual(acceptRemotes(input).leftOut, [
    'node2 claims 10.32.1.0/24, but 10.32.1.0/24 is ours: left out',
    'node2 claims 10.32.1.128/25, but 10.32.1.0/24 is ours: left out',
  ]);
});

test('of two claims of one block the one with the higher term stands, in any order', () => {
  const newer = { ...buildRemote(2), blocks: blocksOf(['10.32.2.0/24'], 3) };
  const older = { ...buildRemote(3), blocks: blocksOf(['10.32.3.0/24', '10.32.2.0/24'], 2) };
  for (const input of [inputWith(newer, older), inputWith(older, newer)]) {
    assert.deepEqual(waysOf(input), ['10.32.2.0/24 10.32.2.1', '10.32.3.0/24 10.32.3.1']);
    assert.match(acceptRemotes(input).leftOut[0] ?? '', /^node3 claims 10.32.2.0\/24, but/);
  }
});

test('a donor whose record is out of date keeps its routes but for what it gave away', () => {
  const donor = { ...buildRemote(2), blocks: blocksOf(['10.32.2.0/23'], 2) };
  const taker = { ...buildRemote(3), blocks: blocksOf(['10.32.3.0/24'], 3) };
  const input = inputWith(donor, taker);
  assert.deepEqual(waysOf(input), ['10.32.2.0/23 10.32.2.1', '10.32.3.0/24 10.32.3.1']);
});

test('an older claim inside of a newer one is left out: it would be preferred by the kernel', () => {
  const newer = { ...buildRemote(2), blocks: blocksOf(['10.32.2.0/23'], 4) };
  const older = { ...buildRemote(3), blocks: blocksOf(['10.32.3.0/24'], 3) };
  assert.deepEqual(waysOf(inputWith(newer, older)), ['10.32.2.0/23 10.32.2.1']);
});

for (const [what, address] of [
  ['outside the universe', '192.0.2.9'],
  ['of another peer', '10.32.3.1'],
  ['of ours', '10.32.1.1'],
] as const) {
  test(`an overlay address ${what} is left out, and with it the routes by it`, () => {
    const remote = buildRemote(2);
    const bad = { ...remote, vtep: { ...remote.vtep, overlay: [parseAddress(address)] } };
    const input = inputWith(bad, buildRemote(3));
    assert.deepEqual(waysOf(input), ['10.32.3.0/24 10.32.3.1']);
    assert.deepEqual(acceptRemotes(input).leftOut, [
      `node2 has the overlay address ${address}, which is in no block that is routed to it: left out`,
    ]);
  });
}

test('an underlay address inside the universe would send the tunnel into itself: not reached', () => {
  const remote = buildRemote(2);
  const bad = { ...remote, vtep: { ...remote.vtep, underlay: parseAddress('10.32.2.9') } };
  assert.deepEqual(waysOf(inputWith(bad)), []);
  assert.match(
    acceptRemotes(inputWith(bad)).leftOut[0] ?? '',
    /^node2 is not reached: .*10\.32\.2\.9/,
  );
});

test('what honest peers publish is all taken', () => {
  assert.deepEqual(acceptRemotes(inputWith(buildRemote(2), buildRemote(3))).leftOut, []);
});

/** Ranges in, around and beside a small universe, so that most of them collide. */
const arbitraryCidr: fc.Arbitrary<Cidr> = fc
  .tuple(fc.integer({ min: 0x0a1f_fff0, max: 0x0a20_001f }), fc.integer({ min: 0, max: 32 }))
  .map(([value, length]) => rangeAround({ family: 4, value: BigInt(value) }, length));

const SMALL = cidr(4, 0x0a20_0000n, 28);
const HELD = cidr(4, 0x0a20_0004n, 31);

const arbitraryRemotes = fc.array(
  fc.record({
    blocks: fc.array(fc.record({ cidr: arbitraryCidr, term: fc.integer({ min: 1, max: 3 }) }), {
      maxLength: 6,
    }),
    overlay: arbitraryCidr.map(({ family, address }): Address => ({ family, value: address })),
  }),
  { maxLength: 5 },
);

function gatewayOf({ vtep }: RemotePeer): string {
  return `${vtep.mac} ${vtep.overlay.map(formatAddress).join(' ')}`;
}

/** Longest prefix, then lowest metric, as the kernel looks up. */
function lookUp(routes: readonly OwnRoute[], address: Address): OwnRoute | undefined {
  const candidates = routes.filter(({ destination }) => containsAddress(destination, address));
  return candidates.toSorted(
    (a, b) => b.destination.length - a.destination.length || a.priority - b.priority,
  )[0];
}

function checkRoutes(
  published: readonly Pick<RemotePeer, 'blocks'>[],
  overlay: readonly Address[],
): void {
  const remotes = published.map(({ blocks }, i): RemotePeer => {
    const { name, vtep } = buildRemote(i + 2);
    return { name, vtep: { ...vtep, overlay: overlay.slice(i, i + 1) }, blocks };
  });
  const local = { ...buildInput().local, overlay: [{ family: 4, value: 0x0a20_0004n } as const] };
  const input = buildInput({ local, universe: [SMALL], holdings: [HELD], remotes });
  const routes = routesOf(input);
  // Whoever has no gateway can't be routed to: an older claim around its own may have the rest.
  const gateways = new Set(acceptRemotes(input).remotes.map(gatewayOf));
  const withGateway = remotes.filter((remote) => gateways.has(gatewayOf(remote)));
  for (const { destination } of routes) {
    assert.ok(contains(SMALL, destination), formatCidr(destination));
  }
  for (let value = SMALL.address; value <= lastAddress(SMALL); value++) {
    const address: Address = { family: 4, value };
    const gateway = lookUp(routes, address)?.gateway;
    const newest = newestClaimant(withGateway, address);
    if (containsAddress(HELD, address)) assert.equal(gateway, undefined);
    else if (gateway !== undefined) assert.deepEqual(newest?.vtep.overlay, [gateway]);
  }
}

test('whatever remotes publish, no route leads outside the universe, and each address to its newest claimant', () => {
  fc.assert(
    fc.property(arbitraryRemotes, (list) =>
      checkRoutes(
        list,
        list.map(({ overlay }) => overlay),
      ),
    ),
    { numRuns: 1000 },
  );
});

/** Told in another way than the code does: address by address, without any order of ranges. */
function newestClaimant(remotes: readonly RemotePeer[], address: Address): RemotePeer | undefined {
  let newest: { readonly remote: RemotePeer; readonly term: number } | undefined;
  for (const remote of remotes) {
    for (const { cidr: range, term } of remote.blocks) {
      if (!contains(SMALL, range) || !containsAddress(range, address)) continue;
      if (newest === undefined || term > newest.term) newest = { remote, term };
    }
  }
  return newest?.remote;
}
