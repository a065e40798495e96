/** Liveness: what observers agree on, and no single peer's word. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Directory } from '../../../peer/mesh/directory.ts';
import fc from 'fast-check';
import { type Standing, downPeers } from '../../../peer/mesh/liveness.ts';
import type { PeerId } from '../../../peer/mesh/peer-id.ts';
import {
  CLEAR_OUTLOOK,
  ROTATION_DIGITS,
  type Rings,
  buildRings,
  neighbours,
  observersOf,
} from '../../../peer/mesh/rings.ts';
import { ManyRecords, manyId } from './many-records.ts';
import { sealDown, sealPeer, testIdentity } from '../../support/records.ts';

const RECORDS = new ManyRecords();

function directoryOf(count: number, down: Readonly<Record<number, readonly number[]>>): Directory {
  const directory = new Directory();
  for (let n = 1; n <= count; n++) directory.apply(sealPeer(n));
  for (const [writer, ids] of Object.entries(down)) {
    const named = ids.map((n) => testIdentity(n).id);
    directory.apply(sealDown(Number(writer), named));
  }
  return directory;
}

/** Of a peer with links to these, that everybody is listed for, or only some. */
function standingWith(alive: Iterable<PeerId>, listed?: readonly PeerId[]): Standing {
  return { alive: new Set(alive), isListed: (id) => listed?.includes(id) ?? true };
}

function accuse(directory: Directory, peer: PeerId, down: readonly PeerId[]): void {
  const content = { type: 'links', down } as const;
  directory.apply(RECORDS.codec.seal({ peer, epoch: 1, seq: 1, content }));
}

/** Whom chains of honest observers lead to from `self`, when all of these are alive. */
function reachedFrom(self: PeerId, rings: Rings, liars: readonly PeerId[]): ReadonlySet<PeerId> {
  const reached = new Set([self]);
  for (const id of reached) {
    if (liars.includes(id)) continue;
    for (const other of neighbours(rings, id, CLEAR_OUTLOOK).wanted) reached.add(other);
  }
  return reached;
}

/** An id that is next to this one on that side of the ring. */
function nextTo(id: PeerId, ring: number, side: 1 | -1): PeerId {
  const at = ring * ROTATION_DIGITS;
  const place = (parseInt(id.slice(at, at + ROTATION_DIGITS), 16) + side) >>> 0;
  const other = manyId(9_000 + 4 * ring + side);
  const digits = place.toString(16).padStart(ROTATION_DIGITS, '0');
  return (other.slice(0, at) + digits + other.slice(at + ROTATION_DIGITS)) as PeerId;
}

/** As a peer sees it that has links to these. */
function downIn(directory: Directory, alive: readonly number[]): readonly number[] {
  const ids = new Set(alive.map((n) => testIdentity(n).id));
  const down = downPeers(directory, buildRings(directory.peerIds()), standingWith(ids));
  return [1, 2, 3, 4, 5].filter((n) => down.has(testIdentity(n).id));
}

describe('liveness', () => {
  it('a peer is down when all of its observers say so', () => {
    assert.deepEqual(downIn(directoryOf(4, { 1: [4], 2: [4], 3: [4] }), [1]), [4]);
  });

  it('a peer that one observer still reaches is up', () => {
    assert.deepEqual(downIn(directoryOf(4, { 1: [4], 2: [4] }), [1]), []);
  });

  it('one peer that reaches nobody is down itself, and takes nobody with it', () => {
    assert.deepEqual(downIn(directoryOf(4, { 1: [2, 3, 4], 2: [1], 3: [1], 4: [1] }), [2]), [1]);
  });

  it('a mad peer talks nobody down that we have a link to', () => {
    assert.deepEqual(downIn(directoryOf(4, { 1: [2, 3, 4] }), [2, 3, 4]), []);
  });

  it('of thousands that a rack of others can’t reach is found without a walk over all for each', () => {
    const { codec } = RECORDS;
    const directory = new Directory();
    for (const record of RECORDS.range(1, 3_000)) directory.apply(record);
    const ids = directory.peerIds();
    const down = ids.filter((_, n) => n % 30 === 0);
    const content = { type: 'links', down } as const;
    for (const peer of ids.filter((id) => !down.includes(id)))
      directory.apply(codec.seal({ peer, epoch: 1, seq: 1, content }));
    let reads = 0;
    const [first = [], ...others] = buildRings(ids).orders;
    const counted = new Proxy(first, {
      get: (order, key) => {
        if (typeof key === 'string' && /^\d+$/.test(key)) reads++;
        return Reflect.get(order, key) as unknown;
      },
    });
    const found = downPeers(directory, { orders: [counted, ...others] }, standingWith([]));
    assert.deepEqual([...found], down);
    assert.ok(reads < ids.length + down.length * 50, `${reads} places were looked at`);
  });

  it('liars talk down only whom they surround, and one liar nobody', () => {
    const plan = fc.record({
      count: fc.integer({ min: 3, max: 40 }),
      liars: fc.uniqueArray(fc.integer({ min: 1, max: 39 }), { maxLength: 12 }),
      shifts: fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 40, maxLength: 40 }),
    });
    const check = fc.property(plan, ({ count, liars, shifts }) => {
      const directory = new Directory();
      for (const record of RECORDS.range(0, count - 1)) directory.apply(record);
      const rings = buildRings(directory.peerIds());
      const lying = liars.filter((n) => n < count).map(manyId);
      const named = directory.peerIds().filter((_, n) => shifts[n] !== 0);
      for (const liar of lying) accuse(directory, liar, named);
      const down = downPeers(directory, rings, standingWith([manyId(0)]));
      const honest = [...down].filter((id) => !lying.includes(id));
      if (lying.length <= 1) assert.deepEqual(honest, []);
      const reached = reachedFrom(manyId(0), rings, lying);
      for (const id of honest) assert.ok(!reached.has(id), `${id} is reached`);
    });
    fc.assert(check, { numRuns: 300 });
  });

  it('one liar that names a peer and all of its other observers talks none of them down', () => {
    const directory = new Directory();
    for (const record of RECORDS.range(1, 200)) directory.apply(record);
    const rings = buildRings(directory.peerIds());
    const victim = manyId(7);
    const [liar = victim, ...others] = observersOf(rings, victim);
    accuse(directory, liar, [victim, ...others]);
    for (const self of directory.peerIds())
      assert.deepEqual([...downPeers(directory, rings, standingWith([self]))], []);
  });

  it('made-up identities that take the places of all observers talk nobody down who is listed', () => {
    const directory = new Directory();
    for (const record of RECORDS.range(1, 200)) directory.apply(record);
    const listed = [...directory.peerIds()];
    const victim = manyId(7);
    const places = [0, 1, 2, 3].flatMap((ring) => [
      nextTo(victim, ring, 1),
      nextTo(victim, ring, -1),
    ]);
    const { content } = RECORDS.one(1);
    for (const peer of places) {
      directory.apply(RECORDS.codec.seal({ peer, epoch: 1, seq: 1, content }));
      accuse(directory, peer, [victim]);
    }
    const rings = buildRings(directory.peerIds());
    assert.deepEqual(observersOf(rings, victim), [...places].sort());
    for (const self of listed)
      assert.deepEqual([...downPeers(directory, rings, standingWith([self], listed))], []);
  });

  it('the survivor of three sees the two others down', () => {
    assert.deepEqual(downIn(directoryOf(3, { 1: [2, 3] }), [1]), [2, 3]);
  });
});
