/** Addresses that others' pods have from before: left alone, and handed over with the block around. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Cidr, formatAddress, formatCidr } from '#peer/ipam/cidr.ts';
import { Claims, carriedOverOf } from '#peer/ipam/claims.ts';
import type { Block, View } from '#peer/ipam/custody-state.ts';
import type { Known } from '#peer/ipam/heirs.ts';
import { Ipam } from '#peer/ipam/ipam.ts';
import { CARRIED_OVER_MAX, UNASKED_BLOCKS_MAX, UNLISTED_CLAIMANTS_MAX } from '#peer/ipam/limits.ts';
import { parseAddress, parseCidr } from '#peer/ipam/parse.ts';
import type { PeerId } from '#peer/mesh/peer-id.ts';
import { hashView } from '#peer/wire/view-hash.ts';
import { createMember, custodyOf, peerId, requestOf } from './builders.ts';

const UNIVERSE = [parseCidr('10.32.0.0/24')];
const [SELF, CLAIMANT, OTHER, NEXT] = [peerId(1), peerId(2), peerId(3), peerId(4)];
const VIEW = viewOf(5n, SELF, CLAIMANT, OTHER);

function viewOf(rev: bigint, ...peers: readonly PeerId[]): View {
  return { rev, members: new Map(peers.map((peer) => [peer, nameOf(peer)])) };
}

/** CLAIMANT and NEXT have one name: of these a list has one. */
function nameOf(peer: PeerId): string {
  return peer === NEXT ? nameOf(CLAIMANT) : `node${peer}`;
}

function claiming(peer: PeerId, ...addresses: readonly string[]): Known {
  const carriedOver = addresses.map(parseAddress);
  return { peer, name: nameOf(peer), custody: custodyOf({ registeredRev: 4n, carriedOver }) };
}

/** Who holds the whole universe. */
function createHolder(): Ipam {
  return createMember({ self: SELF, view: VIEW, founder: SELF, universe: UNIVERSE }).ipam;
}

/** Whose state is new, with one attachment that was found. */
function createLost(address: string, universe: readonly Cidr[]): Ipam {
  const { store } = createMember({ self: SELF, view: VIEW, founder: OTHER, universe });
  const { key, hostInterface, podName } = requestOf(1_000);
  const podMac = '0a:58:00:00:00:01';
  const addresses = [parseAddress(address)];
  const attachments = [{ ...key, addresses, hostInterface, podName, podMac }];
  return new Ipam({
    self: SELF,
    universe,
    durable: { ...store.durable, attachments },
    now: 0,
    hashView,
  });
}

/** The /28 that begins so many addresses behind 10.32.0.0. */
function blockAt(offset: number): Block {
  const address = parseAddress('10.32.0.0').value + BigInt(offset);
  return { cidr: { family: 4, address, length: 28 }, term: 2 };
}

function grantsOf(ipam: Ipam): readonly (readonly [string, PeerId])[] {
  return ipam.custody().pending.map(({ block, to }) => [formatCidr(block.cidr), to] as const);
}

/** All that it gives out. */
function useUp(ipam: Ipam): readonly string[] {
  for (let n = 0; n < 300; n++) ipam.allocate(0, requestOf(n));
  return ipam.attachments().flatMap(({ addresses }) => addresses.map(formatAddress));
}

describe('a carried-over address of another', () => {
  it('is handed over with the smallest block around it, which is used here no more', () => {
    const ipam = createHolder();
    assert.ok(ipam.passOn(0, [claiming(CLAIMANT, '10.32.0.35')]).length > 0);
    assert.deepEqual(grantsOf(ipam), [['10.32.0.32/28', CLAIMANT]]);
    assert.deepEqual(ipam.passOn(0, [claiming(CLAIMANT, '10.32.0.35')]), [], 'once');
    assert.ok(!useUp(ipam).some((address) => /^10\.32\.0\.(3[2-9]|4[0-7])$/.test(address)));
  });

  it('in a block of which some is in use here stays, and nobody is given it', () => {
    const ipam = createHolder();
    ipam.allocate(0, requestOf(0));
    assert.deepEqual(ipam.passOn(0, [claiming(CLAIMANT, '10.32.0.5')]), []);
    assert.deepEqual(grantsOf(ipam), []);
    const used = useUp(ipam);
    assert.ok(used.includes('10.32.0.1') && used.includes('10.32.0.16'));
    assert.ok(!used.includes('10.32.0.5'));
    const want = { family: 4, wantLog2: 8, minLog2: 4, to: OTHER, registeredRev: 4n } as const;
    assert.equal(ipam.grant(0, want).type, 'refused');
  });

  it('that two claim is given to neither, nor to anybody', () => {
    const ipam = createHolder();
    ipam.passOn(0, [claiming(OTHER, '10.32.0.36'), claiming(CLAIMANT, '10.32.0.35')]);
    const spared = [...grantsOf(ipam)];
    assert.deepEqual(spared, []);
    assert.ok(!useUp(ipam).includes('10.32.0.35'));
  });

  it('is given out again when it is claimed no more', () => {
    const ipam = createHolder();
    ipam.allocate(0, requestOf(1_000));
    ipam.passOn(0, [claiming(CLAIMANT, '10.32.0.5')]);
    ipam.passOn(0, [claiming(CLAIMANT)]);
    assert.ok(useUp(ipam).includes('10.32.0.5'));
  });

  it('goes to its claimant when it is reclaimed, whoever held it before', () => {
    const { ipam } = createMember({ self: SELF, view: VIEW, founder: OTHER, universe: UNIVERSE });
    const known = [claiming(CLAIMANT, '10.32.0.35')];
    ipam.passOn(0, known);
    const orphans = [parseCidr('10.32.0.0/26')];
    ipam.reclaim(0, { type: 'orphans', orphans, term: 4 }, known);
    assert.deepEqual(grantsOf(ipam), [['10.32.0.32/28', CLAIMANT]]);
  });

  it('is not part of what another inherits', () => {
    const { ipam } = createMember({ self: SELF, view: VIEW, founder: OTHER, universe: UNIVERSE });
    const hold = [{ cidr: parseCidr('10.32.0.0/26'), term: 1 }];
    const old = {
      peer: NEXT,
      name: nameOf(OTHER),
      custody: custodyOf({ hold, registeredRev: 2n }),
    };
    const known = [claiming(CLAIMANT, '10.32.0.35'), claiming(OTHER), old];
    ipam.passOn(0, known.slice(0, 2));
    ipam.reclaim(0, { type: 'orphans', orphans: hold.map(({ cidr }) => cidr), term: 4 }, known);
    assert.deepEqual(grantsOf(ipam), [['10.32.0.32/28', CLAIMANT]]);
  });

  it('stays one while the name has gone to another of whom nothing was heard yet', () => {
    const ipam = createHolder();
    ipam.allocate(0, requestOf(1_000));
    ipam.passOn(0, [claiming(CLAIMANT, '10.32.0.5')]);
    ipam.adoptView(viewOf(6n, SELF, OTHER, NEXT));
    assert.ok(!useUp(ipam).includes('10.32.0.5'));
    ipam.passOn(0, [claiming(NEXT)]);
    assert.ok(useUp(ipam).includes('10.32.0.5'));
  });

  it('is nobody’s any more when its claimant was removed and has no namesake', () => {
    const claims = new Claims(UNIVERSE);
    claims.heard([claiming(CLAIMANT, '10.32.0.5')], VIEW);
    claims.adopted(viewOf(6n, SELF, OTHER));
    assert.equal(claims.isEmpty(), true);
  });

  it('counts of few that the list does not have yet, until it has them', () => {
    const claims = new Claims([parseCidr('10.32.0.0/16')]);
    const made = Array.from({ length: 2 * UNLISTED_CLAIMANTS_MAX }, (_, n) => peerId(100 + n));
    const known = made.map((peer, n) => claiming(peer, `10.32.${n}.1`));
    claims.heard(known, VIEW);
    assert.equal(claims.wanted().length, UNLISTED_CLAIMANTS_MAX);
    claims.heard(known, viewOf(6n, ...made));
    assert.equal(claims.wanted().length, made.length);
  });

  it('costs a holder no more than what it gives by being asked', () => {
    const ipam = createHolder();
    const all = Array.from({ length: 16 }, (_, n) => `10.32.0.${16 * n}`);
    ipam.passOn(0, [claiming(CLAIMANT, ...all)]);
    const first = grantsOf(ipam).length;
    assert.ok(first > 0 && first < all.length, `${first} blocks`);
  });
});

describe('what a peer publishes of its own', () => {
  it('is the first address of each smallest block, each once, no more than the bound', () => {
    const texts = ['10.32.0.35', '10.32.0.33', '10.32.0.2', '10.99.0.1'];
    const published = carriedOverOf(texts.map(parseAddress), UNIVERSE);
    assert.deepEqual(published.map(formatAddress), ['10.32.0.0', '10.32.0.32']);
    const universe = [parseCidr('10.32.0.0/16')];
    const many = Array.from({ length: 2 * CARRIED_OVER_MAX }, (_, n) => {
      return { family: 4, value: parseAddress('10.32.0.0').value + BigInt(16 * n) } as const;
    });
    assert.equal(carriedOverOf(many, universe).length, CARRIED_OVER_MAX);
  });

  it('is accepted back by who holds more blocks than it takes without need', () => {
    const universe = [parseCidr('10.32.0.0/16')];
    const ipam = createLost('10.32.9.17', universe);
    const crumbs = Array.from({ length: UNASKED_BLOCKS_MAX }, (_, n) => blockAt(32 * n));
    const pending = [...crumbs, blockAt(9 * 256 + 16), blockAt(20 * 256)].map((block, at) => {
      return { block, to: SELF, n: at + 1 };
    });
    const { conflicts } = ipam.look(new Map([[OTHER, custodyOf({ registeredRev: 4n, pending })]]));
    assert.deepEqual(ipam.custody().carriedOver, []);
    assert.equal(ipam.custody().hold.length, UNASKED_BLOCKS_MAX + 1);
    assert.deepEqual(
      conflicts.map(({ reason }) => reason),
      ['too-many-blocks'],
    );
  });

  it('is there from its first record until a block around it is held', () => {
    const ipam = createLost('10.32.0.35', UNIVERSE);
    assert.deepEqual(ipam.custody().carriedOver.map(formatAddress), ['10.32.0.32']);
    const block = { cidr: parseCidr('10.32.0.32/28'), term: 2 };
    const pending = [{ block, to: SELF, n: 1 }];
    ipam.look(new Map([[OTHER, custodyOf({ registeredRev: 4n, pending })]]));
    assert.deepEqual(ipam.custody().carriedOver, []);
    assert.deepEqual(ipam.custody().hold, [block]);
  });
});
