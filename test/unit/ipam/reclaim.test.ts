/** What the executor does with orphans: heirs first, the rest rests; and blocks that go back. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Census } from '#peer/ipam/census.ts';
import { type Cidr, formatCidr } from '#peer/ipam/cidr.ts';
import type { Custody, View } from '#peer/ipam/custody-state.ts';
import { type Inheritance, type Known, findBequests, findInheritances } from '#peer/ipam/heirs.ts';
import {
  BLOCKS_MAX,
  DONORS_MAX,
  RECLAIMED_BLOCKS_MAX,
  UNASKED_BLOCKS_MAX,
} from '#peer/ipam/limits.ts';
import { parseCidr } from '#peer/ipam/parse.ts';
import { RECLAIM_REST_MS } from '#peer/ipam/resting-blocks.ts';
import { type Returned, chooseKeeper, findSurplus } from '#peer/ipam/returning.ts';
import { isBehind } from '#peer/ipam/rollback.ts';
import type { PeerId } from '#peer/mesh/peer-id.ts';
import { createMember, custodyOf, peerId, requestOf } from './builders.ts';

const UNIVERSE = [parseCidr('10.32.0.0/16')];
const [SELF, HEIR, OLD, FOUNDER] = [peerId(1), peerId(2), peerId(8), peerId(9)];
const VIEW: View = { rev: 5n, members: new Map([SELF, HEIR].map((peer) => [peer, `n${peer}`])) };

function orphans(...texts: readonly string[]): Extract<Census, { type: 'orphans' }> {
  return { type: 'orphans', orphans: texts.map(parseCidr), term: 4 };
}

function knownAs(peer: PeerId, name: string, ...blocks: readonly string[]): Known {
  const hold = blocks.map((text) => ({ cidr: parseCidr(text), term: 1 }));
  return { peer, name, custody: custodyOf({ hold, registeredRev: peer === OLD ? 2n : 4n }) };
}

function counted(accepted: number): Custody['counterparties'] {
  return [{ peer: HEIR, granted: 1, cleared: 0, accepted }];
}

const holding = (...texts: readonly string[]): Custody =>
  custodyOf({ hold: texts.map((text) => ({ cidr: parseCidr(text), term: 1 })) });
const large = (blocks: readonly string[]): Custody => holding('10.40.0.0/14', ...blocks);
const textOf = (surplus: readonly Cidr[]): readonly string[] => surplus.map(formatCidr);

function inherit(text: string, known: readonly Known[]): readonly Inheritance[] {
  const estate = { ...orphans(text), view: VIEW, known, universe: UNIVERSE };
  return findInheritances(findBequests(estate), VIEW, known);
}

const HEIR_KNOWN = knownAs(HEIR, `n${HEIR}`);

/** An executor that holds nothing yet. */
function executor() {
  return createMember({ self: SELF, view: VIEW, founder: FOUNDER, universe: UNIVERSE });
}

describe('what a removed identity held', () => {
  it('is inherited by who has its name now, as far as it is an orphan', () => {
    const known = [HEIR_KNOWN, knownAs(OLD, `n${HEIR}`, '10.32.1.0/24', '10.32.9.0/24')];
    const found = inherit('10.32.0.0/23', known);
    assert.deepEqual(
      found.map(({ cidr, to }) => [formatCidr(cidr), to]),
      [['10.32.1.0/24', HEIR]],
    );
  });

  it('is inherited by nobody when nobody has its name', () => {
    const known = [HEIR_KNOWN, knownAs(OLD, 'another', '10.32.1.0/24')];
    assert.deepEqual(inherit('10.32.0.0/23', known), []);
  });

  it('is inherited once, of who was registered last', () => {
    const older = { ...knownAs(peerId(7), `n${HEIR}`, '10.32.1.0/24') };
    const known = [HEIR_KNOWN, knownAs(OLD, `n${HEIR}`, '10.32.1.0/25'), older];
    const found = inherit('10.32.1.0/24', known);
    assert.equal(found.length, 1);
  });
});

describe('the executor', () => {
  it('grants what has an heir at once, and holds the rest', () => {
    const { ipam, store } = executor();
    const known = [HEIR_KNOWN, knownAs(OLD, `n${HEIR}`, '10.32.1.0/24')];
    store.commit(ipam.reclaim(0, orphans('10.32.0.0/23'), known));
    const { hold, pending } = ipam.custody();
    assert.deepEqual(
      hold.map(({ cidr }) => formatCidr(cidr)),
      ['10.32.0.0/24'],
    );
    assert.deepEqual(
      pending.map(({ block, to }) => [formatCidr(block.cidr), to, block.term]),
      [['10.32.1.0/24', HEIR, 5]],
    );
    assert.deepEqual(store.durable.custody.hold, hold);
  });

  it('grants it to an heir that comes while it rests, and not to a later one', () => {
    const { ipam } = executor();
    const known = [knownAs(OLD, `n${HEIR}`, '10.32.1.0/24')];
    ipam.reclaim(0, orphans('10.32.0.0/23'), known);
    assert.deepEqual(ipam.passOn(1, [knownAs(HEIR, 'another')]), []);
    ipam.passOn(2, [HEIR_KNOWN]);
    assert.deepEqual(
      ipam.custody().pending.map(({ block, to }) => [formatCidr(block.cidr), to]),
      [['10.32.1.0/24', HEIR]],
    );
    const late = executor().ipam;
    late.reclaim(0, orphans('10.32.0.0/23'), known);
    late.endRests(RECLAIM_REST_MS);
    assert.deepEqual(late.passOn(RECLAIM_REST_MS, [HEIR_KNOWN]), []);
  });

  it('gives out nothing of what it reclaimed for a minute, to pods or to peers', () => {
    const { ipam } = executor();
    ipam.reclaim(0, orphans('10.32.0.0/17'), []);
    const grant = { to: HEIR, registeredRev: 4n, family: 4, wantLog2: 8, minLog2: 4 } as const;
    assert.equal(ipam.allocate(1, requestOf(1)).type, 'exhausted');
    assert.equal(ipam.grant(1, grant).type, 'refused');
    assert.equal(ipam.nextAt(), RECLAIM_REST_MS);
    assert.equal(ipam.endRests(RECLAIM_REST_MS - 1), false);
    assert.equal(ipam.endRests(RECLAIM_REST_MS), true);
    assert.equal(ipam.allocate(RECLAIM_REST_MS, requestOf(1)).type, 'allocated');
    assert.equal(ipam.grant(RECLAIM_REST_MS, grant).type, 'granted');
  });

  it('goes on giving out what it held before, also when that is joined with what rests', () => {
    const { ipam } = executor();
    ipam.reclaim(0, orphans('10.32.0.0/24'), []);
    ipam.endRests(RECLAIM_REST_MS);
    ipam.reclaim(RECLAIM_REST_MS, orphans('10.32.1.0/24'), []);
    assert.equal(ipam.custody().hold.length, 1);
    for (let pod = 1; pod < 255; pod++) {
      const outcome = ipam.allocate(RECLAIM_REST_MS, requestOf(pod));
      assert.ok(outcome.type === 'allocated');
      assert.ok((outcome.attachment.addresses[0]?.value ?? 0n) < parseCidr('10.32.1.0/24').address);
    }
    assert.equal(ipam.freeCount(4), 1n);
  });

  it('takes nothing that it holds already', () => {
    const { ipam } = executor();
    ipam.reclaim(0, orphans('10.32.0.0/24'), []);
    assert.deepEqual(ipam.reclaim(0, orphans('10.32.0.0/25'), []), []);
  });
});

describe('a block that is not needed', () => {
  const universe = parseCidr('10.32.0.0/12');
  const hold = ['10.32.0.0/24', '10.33.0.0/24', '10.34.0.0/23'].map((text) => {
    return { cidr: parseCidr(text), term: 1 };
  });
  const free = { universe, hold, pending: [], used: 10n, taken: [] };

  it('is the largest that is wholly free, with twice the need left', () => {
    assert.deepEqual(textOf(findSurplus(free)), ['10.34.0.0/23']);
    const taken = [parseCidr('10.34.0.7/32').address];
    assert.deepEqual(textOf(findSurplus({ ...free, taken })), ['10.33.0.0/24']);
  });

  it('is none where less than twice the need would be left', () => {
    assert.deepEqual(findSurplus({ ...free, used: 300n }), []);
    assert.deepEqual(findSurplus({ ...free, hold: hold.slice(0, 2) }), []);
  });

  it('is never the last one, nor one of a pool', () => {
    assert.deepEqual(findSurplus({ ...free, hold: hold.slice(2), used: 0n }), []);
    const pool = { cidr: parseCidr('10.40.0.0/18'), term: 1 };
    assert.deepEqual(findSurplus({ ...free, hold: [...hold, pool] }), []);
  });

  it('is one of the smallest where there are more than are well kept', () => {
    const many = Array.from({ length: UNASKED_BLOCKS_MAX + 3 }, (_, n) => {
      return { cidr: parseCidr(`10.35.${2 * n}.0/${n < 5 ? 28 : 24}`), term: 1 };
    });
    const surplus = findSurplus({ ...free, hold: many });
    assert.deepEqual(
      surplus.map(({ length }) => length),
      [28, 28, 28],
    );
  });

  const cidr = parseCidr('10.33.0.0/24');
  const giver = {
    cidr,
    universe: [universe],
    self: SELF,
    state: { hold, counterparties: new Map() },
  };
  const keepersOf = (peers: ReadonlyMap<PeerId, Custody>, returned: Returned = giver) =>
    new Set([0, 0.5, 0.99].map((random) => chooseKeeper(peers, returned, () => random)?.to));

  it('goes to who has its other half, however little that one holds', () => {
    const peers = new Map([
      [HEIR, holding('10.40.0.0/18')],
      [OLD, holding('10.33.1.0/24')],
    ]);
    assert.deepEqual(keepersOf(peers), new Set([OLD]));
  });

  it('goes else to one that holds more than the giver, and to nobody when none does', () => {
    const peers = new Map([
      [HEIR, holding('10.35.0.0/21')],
      [OLD, holding('10.36.0.0/22')],
      [FOUNDER, holding('10.37.0.0/22')],
    ]);
    assert.deepEqual(keepersOf(peers), new Set([HEIR]));
    peers.delete(HEIR);
    assert.deepEqual(keepersOf(peers), new Set([undefined]));
  });

  it('of a giver with more than are well kept goes to anybody with room, the known ones first', () => {
    const crumbs = Array.from({ length: UNASKED_BLOCKS_MAX + 1 }, (_, n) => `10.34.${2 * n}.0/24`);
    const crowded = { ...giver, state: { ...giver.state, hold: holding(...crumbs).hold } };
    const peers = new Map([
      [HEIR, holding('10.35.0.0/24')],
      [OLD, holding('10.36.0.0/24')],
    ]);
    assert.deepEqual(keepersOf(peers, crowded), new Set([HEIR, OLD]));
    const known = { peer: OLD, granted: 1, cleared: 1, accepted: 0 };
    const counterparties = new Map([[OLD, known]]);
    const state = { ...crowded.state, counterparties };
    assert.deepEqual(keepersOf(peers, { ...crowded, state }), new Set([OLD]));
  });

  it('goes to nobody who is near a bound of what is taken without need', () => {
    const crumbs = Array.from(
      { length: UNASKED_BLOCKS_MAX / 2 - 1 },
      (_, n) => `10.34.${2 * n}.0/24`,
    );
    assert.deepEqual(keepersOf(new Map([[HEIR, large(crumbs.slice(1))]])), new Set([HEIR]));
    assert.deepEqual(keepersOf(new Map([[HEIR, large(crumbs)]])), new Set([undefined]));
    const counterparties = Array.from({ length: DONORS_MAX / 2 }, (_, n) => {
      return { peer: peerId(20 + n), granted: 0, cleared: 0, accepted: 1 };
    });
    const sated = { ...large([]), counterparties };
    assert.deepEqual(keepersOf(new Map([[HEIR, sated]])), new Set([undefined]));
    const known = { peer: SELF, granted: 0, cleared: 0, accepted: 1 };
    const knowing = { ...sated, counterparties: [...counterparties, known] };
    assert.deepEqual(keepersOf(new Map([[HEIR, knowing]])), new Set([HEIR]));
  });

  it('is not the last thing that the executor had room for: reclaim leaves some', () => {
    const { ipam } = executor();
    const crumbs = Array.from({ length: BLOCKS_MAX }, (_, n) => `10.32.${n}.0/28`);
    ipam.reclaim(0, orphans(...crumbs), []);
    assert.equal(ipam.custody().hold.length, RECLAIMED_BLOCKS_MAX);
    assert.deepEqual(ipam.reclaim(0, orphans('10.32.250.0/28'), []), []);
  });
});

describe('a disk is behind what was published', () => {
  const own = custodyOf({ viewRev: 5n, registeredRev: 2n, counterparties: counted(1) });

  it('when a counter under the same list, or the list, is ahead of it', () => {
    assert.equal(isBehind(own, own), false);
    assert.equal(isBehind(own, { ...own, viewRev: 6n }), true);
    assert.equal(isBehind(own, { ...own, counterparties: counted(2) }), true);
    assert.equal(isBehind(own, { ...own, counterparties: counted(0) }), false);
    assert.equal(isBehind(own, { ...own, registeredRev: 3n }), true);
  });

  it('when somebody was counted that it knows nothing of, if it had no other list by then', () => {
    const counterparties = [{ peer: OLD, granted: 1, cleared: 1, accepted: 0 }];
    assert.equal(isBehind(own, { ...own, counterparties }), true);
    assert.equal(isBehind(own, { ...own, counterparties, viewRev: 4n }), false);
  });
});
