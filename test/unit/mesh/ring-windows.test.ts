/** The windows of one peer come to what the plain definition of the rings says, for any cluster. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { DOWN_MAX, FULL_MESH_PEERS_MAX } from '#peer/mesh/limits.ts';
import type { PeerId } from '#peer/mesh/peer-id.ts';
import { RingWindows, WINDOW_WIDTH } from '#peer/mesh/ring-windows.ts';
import {
  CLEAR_OUTLOOK,
  type Outlook,
  buildRings,
  neighbours,
  observersOf,
} from '#peer/mesh/rings.ts';
import { manyId } from './many-records.ts';

const anyId = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => bytes.toHex() as PeerId);
/** Ids that share positions on rings, as chance makes few of them. */
const crowdedId = fc
  .array(fc.constantFrom('00000000', '00000001', '80000000', 'ffffffff'), {
    minLength: 4,
    maxLength: 4,
  })
  .map((parts) => parts.join('') as PeerId);
const anyIds = fc.uniqueArray(fc.oneof(anyId, crowdedId), { minLength: 1, maxLength: 80 });
/** What is known of each peer, in the order of the ids. */
const anyTraits = fc.array(
  fc.record({ isGone: fc.boolean(), isListed: fc.boolean(), isLinked: fc.boolean() }),
  { minLength: 80, maxLength: 80 },
);

function outlookOf(
  ids: readonly PeerId[],
  traits: readonly { isGone: boolean; isListed: boolean; isLinked: boolean }[],
): Outlook {
  const of = (id: PeerId) => traits[ids.indexOf(id)];
  return {
    isUnreachable: (id) => of(id)?.isGone === true && of(id)?.isLinked === false,
    isListed: (id) => of(id)?.isListed === true,
    isLinked: (id) => of(id)?.isLinked === true,
  };
}

function windowsOf(
  self: PeerId,
  ids: readonly PeerId[],
  outlook: Outlook = CLEAR_OUTLOOK,
): RingWindows {
  const windows = new RingWindows({ self, width: WINDOW_WIDTH });
  for (const id of ids) if (id !== self) windows.add(id, { isListed: outlook.isListed(id) });
  return windows;
}

describe('the windows of a peer', () => {
  it('want no more that can’t be reached than a record tells, whoever is gone', () => {
    const ids = Array.from({ length: 2_000 }, (_, n) => manyId(n));
    const [self] = ids;
    assert.ok(self !== undefined);
    const listed = new Set(ids.filter((_, n) => n % 40 === 0));
    const outlook = {
      isUnreachable: () => true,
      isLinked: () => false,
      isListed: (id: PeerId) => listed.has(id),
    };
    const { wanted } = windowsOf(self, ids, outlook).neighbours(outlook, []);
    assert.ok(wanted.length > DOWN_MAX / 2, `${wanted.length} are wanted`);
    assert.ok(wanted.length <= DOWN_MAX, `${wanted.length} are wanted`);
  });

  it('want whom the rings want, whoever is gone, listed or linked, in whatever order they came', () => {
    fc.assert(
      fc.property(anyIds, anyTraits, (ids, traits) => {
        const [self] = ids;
        if (self === undefined) return;
        const outlook = outlookOf(ids, traits);
        // Nobody has a link to itself.
        const linked = ids.filter((id) => id !== self && outlook.isLinked(id));
        const found = windowsOf(self, [...ids].reverse(), outlook).neighbours(outlook, linked);
        assert.deepEqual(found, neighbours(buildRings(ids), self, outlook));
      }),
      { numRuns: 500 },
    );
  });

  it('say of each newcomer that may change whom is wanted that it may', () => {
    fc.assert(
      fc.property(anyIds, (ids) => {
        const [self, ...others] = ids;
        if (self === undefined) return;
        const windows = windowsOf(self, []);
        let before = windows.neighbours(CLEAR_OUTLOOK, []);
        for (const id of others) {
          const mayChange = windows.add(id, { isListed: true });
          const after = windows.neighbours(CLEAR_OUTLOOK, []);
          if (!mayChange) assert.deepEqual(after, before);
          before = after;
        }
      }),
    );
  });

  it('of a stranger are next to it where its neighbours will be once it is known', () => {
    const ids = Array.from({ length: 200 }, (_, n) => manyId(n));
    const stranger = manyId(1_000);
    const windows = new RingWindows({ self: stranger, width: 1 });
    for (const id of ids) windows.add(id, { isListed: false });
    assert.deepEqual(windows.adjacent(), observersOf(buildRings([...ids, stranger]), stranger));
  });

  it('have room for all of a full mesh', () => {
    assert.ok(WINDOW_WIDTH >= FULL_MESH_PEERS_MAX - 1);
  });
});

describe('identities that were made up', () => {
  const honest = Array.from({ length: 12 }, (_, n) => manyId(n));
  const madeUp = Array.from({ length: 2_000 }, (_, n) => manyId(1_000 + n));
  const all = [...honest, ...madeUp];
  const isHonest = (id: PeerId): boolean => honest.includes(id);

  it('don’t come between two that are listed, be they reachable or not', () => {
    for (const isUnreachable of [() => false, (id: PeerId) => !isHonest(id)]) {
      const outlook: Outlook = { isUnreachable, isLinked: () => false, isListed: isHonest };
      const rings = buildRings(honest);
      for (const self of honest) {
        const found = windowsOf(self, all, outlook).neighbours(outlook, []);
        const wanted = new Set(found.wanted);
        for (const id of neighbours(rings, self, CLEAR_OUTLOOK).wanted)
          assert.ok(wanted.has(id), `${self} wants its neighbour ${id}`);
      }
    }
  });

  it('don’t come between two that are linked, be these listed or not', () => {
    const [self, other] = honest;
    assert.ok(self !== undefined && other !== undefined);
    const outlook: Outlook = {
      isUnreachable: (id) => id !== other,
      isLinked: (id) => id === other,
      isListed: () => false,
    };
    const found = windowsOf(self, all, outlook).neighbours(outlook, [other]);
    assert.ok(found.wanted.includes(other));
  });

  it('make a peer want a bounded number of links', () => {
    const [self] = honest;
    assert.ok(self !== undefined);
    const outlook: Outlook = {
      isUnreachable: () => true,
      isLinked: () => false,
      isListed: isHonest,
    };
    const found = windowsOf(self, all, outlook).neighbours(outlook, []);
    assert.ok(found.wanted.length <= 8 * 2 * WINDOW_WIDTH);
  });
});
