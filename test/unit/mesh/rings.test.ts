/** Rings: connected by construction, small degree, closed over gaps. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { FULL_MESH_PEERS_MAX, RING_COUNT } from '../../../peer/mesh/limits.ts';
import type { PeerId } from '../../../peer/mesh/peer-id.ts';
import { CLEAR_OUTLOOK, buildRings, neighbours, observersOf } from '../../../peer/mesh/rings.ts';

const anyId = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => bytes.toHex() as PeerId);
const anyIds = fc.uniqueArray(anyId, { minLength: 1, maxLength: 60 });

describe('rings', () => {
  it('every ring holds every id exactly once, whatever order the ids came in', () => {
    fc.assert(
      fc.property(anyIds, (ids) => {
        const shuffled = [...ids].reverse();
        assert.deepEqual(buildRings(shuffled), buildRings(ids));
        for (const order of buildRings(ids).orders)
          assert.deepEqual([...order].sort(), [...ids].sort());
      }),
    );
  });

  it('wanting a link is mutual when nobody is unreachable', () => {
    fc.assert(
      fc.property(anyIds, (ids) => {
        const rings = buildRings(ids);
        for (const id of ids) {
          for (const other of neighbours(rings, id, CLEAR_OUTLOOK).wanted) {
            assert.ok(neighbours(rings, other, CLEAR_OUTLOOK).wanted.includes(id));
          }
        }
      }),
    );
  });

  const eagerLinks = fc.constantFrom('eager', 'onward');

  it('links of the eager rings alone connect all peers, also in one direction', () => {
    fc.assert(
      fc.property(anyIds, eagerLinks, (ids, links) => {
        const rings = buildRings(ids);
        const reached = new Set<PeerId>();
        const open = ids.slice(0, 1);
        for (let id = open.pop(); id !== undefined; id = open.pop()) {
          if (reached.has(id)) continue;
          reached.add(id);
          open.push(...neighbours(rings, id, CLEAR_OUTLOOK)[links]);
        }
        assert.equal(reached.size, ids.length);
      }),
    );
  });

  it('a peer wants everybody up to the full-mesh bound, and at most two a ring beyond it', () => {
    fc.assert(
      fc.property(anyIds, (ids) => {
        const rings = buildRings(ids);
        for (const id of ids) {
          const { wanted } = neighbours(rings, id, CLEAR_OUTLOOK);
          if (ids.length <= FULL_MESH_PEERS_MAX) assert.equal(wanted.length, ids.length - 1);
          else assert.ok(wanted.length <= 2 * RING_COUNT);
          assert.ok(!wanted.includes(id));
        }
      }),
    );
  });

  it('an unreachable neighbour stays wanted, and so is the next one behind it', () => {
    const ids = Array.from({ length: 20 }, (_, i) => i.toString(16).padStart(32, '0') as PeerId);
    const rings = buildRings(ids);
    const [ring = []] = rings.orders;
    const [self, gone, next] = ring;
    assert.ok(self !== undefined && gone !== undefined && next !== undefined);
    const { wanted } = neighbours(rings, self, {
      ...CLEAR_OUTLOOK,
      isUnreachable: (id) => id === gone,
    });
    assert.ok(wanted.includes(gone));
    assert.ok(wanted.includes(next));
  });

  it('who observes a peer is who wants a link to it', () => {
    fc.assert(
      fc.property(anyIds, (ids) => {
        const rings = buildRings(ids);
        for (const id of ids) {
          const observers = ids.filter((other) =>
            neighbours(rings, other, CLEAR_OUTLOOK).wanted.includes(id),
          );
          assert.deepEqual(observersOf(rings, id), observers.sort());
        }
      }),
    );
  });
});
